"""Makes the example cards in `docs/pictures`: fictional lists and people, drawn by the program itself.

Run it in the virtual environment: `python tools/pictures.py`. The same program makes the same pictures.
"""

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

from pledgebot.domain.answer import Origin, Position, Standing
from pledgebot.domain.events import EventKind, Said
from pledgebot.domain.progress import Stage
from pledgebot.messages.card import Card
from pledgebot.messages.card_draw import draw
from pledgebot.messages.card_facts import change_card
from pledgebot.messages.card_layout import pages
from pledgebot.messages.card_views import Imprint, banner_card, table_card
from pledgebot.messages.i18n import translator
from pledgebot.services.views import CellView, ListView, StanceView

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from factories import views as example

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
LARGEST = 200 * 1024
"""How large each may be, in bytes."""

_TITLES = (
    {"fr": "Moins de caméras", "en": "Fewer cameras"},
    {"fr": "Retrait des projets de surveillance automatisée", "en": "No more automated surveillance"},
    {"fr": "Un comité indépendant", "en": "An independent committee"},
)
_DEMANDS = tuple(
    example.demand_view(id=number, key=f"demand{number}", number=number, title=title)
    for number, title in enumerate(_TITLES, start=1)
)
_YES, _PART, _NO = Position.COMMITTED, Position.PARTIAL, Position.REFUSED


def _cells(*standings: Standing[StanceView]) -> tuple[CellView, ...]:
    return tuple(CellView(demand, one) for demand, one in zip(_DEMANDS, standings, strict=True))


def _list(number: int, name: str, stage: Stage, *standings: Standing[StanceView]) -> ListView:
    return example.list_view(
        stage=stage, head=example.list_head(id=number, panel=number, name=name), cells=_cells(*standings)
    )


def cards(language: str) -> dict[str, Card]:
    """Return the example cards by their file's name."""
    tr = translator(language)
    imprint = Imprint(
        "Collectif Exemple", {"fr": "Lettre ouverte aux listes", "en": "Open letter to the lists"}, fictional=True
    )
    own, nothing = example.standing, example.NOWHERE
    both = replace(own(_YES), beside=(example.stance_view(_NO, said_on=date(2026, 2, 20)),))
    heir: Standing[StanceView] = Standing(Origin.INHERITED, parents=(("Liste Exemple Z", own(_YES)),))
    rows = (
        _list(1, "Liste Exemple A", Stage.ANSWERED, own(_YES), own(_PART), own(_NO)),
        _list(2, "Liste Exemple B, pour une ville apaisée", Stage.ANSWERED, own(_NO), both, nothing),
        _list(3, "Exemple C", Stage.CONTACTED, nothing, heir, nothing),
        _list(4, "Liste Exemple D", Stage.NOT_CONTACTED, nothing, own(Position.UNCLEAR), nothing),
    )
    table = replace(example.table_view(*rows), demands=_DEMANDS)
    banner = replace(example.banner_view(), cells=_cells(own(_YES), own(_YES), nothing), exceptions=(rows[1],))
    facts = example.answer_facts(
        example.stance_facts(_YES, title=_TITLES[0]),
        example.stance_facts(_PART, title=_TITLES[1], was=_NO),
        fictional=True,
    )
    return {
        "table": table_card(table, tr, imprint),
        "banner": banner_card(banner, tr, imprint, table.round.zone),
        "answer": change_card(Said(EventKind.ANSWER_CONFIRMED, facts), tr),
    }


def main() -> int:
    """Write the pictures, and refuse one that is too large."""
    PICTURES.mkdir(exist_ok=True)
    for language in ("fr", "en"):
        for name, card in cards(language).items():
            for page in pages(card):
                number = f"-{page.page}" if page.pages > 1 else ""
                content = draw(page)
                if len(content) > LARGEST:
                    sys.stderr.write(f"{name}: {len(content)} bytes\n")
                    return 1
                (PICTURES / f"{name}{number}.{language}.png").write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
