"""Takes the pictures of the main pages for docs/pictures; `make pictures` asks for it by name."""

from pathlib import Path

import pytest

from factories.browsed import VIEWS, Shown, Visit

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"


@pytest.mark.parametrize(
    ("visit", "kind", "name"),
    [
        (VIEWS["desktop, light"], "home", "home"),
        (VIEWS["desktop, light"], "place", "place"),
        (VIEWS["desktop, dark"], "place", "place-dark"),
        (VIEWS["phone, light"], "place", "place-phone"),
        (VIEWS["desktop, light"], "stance", "stance"),
    ],
    indirect=["visit"],
)
def test_a_main_page_has_its_picture(visit: Visit, pictured: Shown, kind: str, name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    visit.root = pictured.root
    visit.go(pictured.pages("fr")[kind])
    visit.page.screenshot(path=PICTURES / f"{name}.png")
