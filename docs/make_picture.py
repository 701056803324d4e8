"""Makes `docs/demo.svg`, the picture of the README: one post of the demo, as Telegram and Mastodon would show it.

Run it from anywhere, in the virtual environment: `python docs/make_picture.py`. The ledger's salts are random, so that each
picture shows another hash.
"""  # noqa: INP001 - a script beside the texts that it serves, not a package

import io
import os
import re
from contextlib import redirect_stdout
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from rich.text import Text

from pledgebot.demo import play

PICTURE = Path(__file__).with_name("demo.svg")
LARGEST = 60_000
"""How large the picture may be, in bytes: a README is read over slow lines too."""

_WIDTH = 100
_TOP, _BOTTOM = "╭", "╰"
_FONT_FACES = re.compile(r"\s*@font-face \{.*?\n {4}\}", re.DOTALL)
_REMARK = re.compile(r"\s*<!--.*?-->", re.DOTALL)


def first_post(lines: list[Text]) -> list[Text]:
    """Return the frames of the first post: the one for Telegram, and those for Mastodon up to the next post."""
    tops = [number for number, line in enumerate(lines) if line.plain.startswith(f"{_TOP}─ Telegram")]
    if not tops:
        raise LookupError("the demo shows no post")
    end = tops[1] if len(tops) > 1 else len(lines)
    bottoms = [number for number in range(tops[0], end) if lines[number].plain.startswith(_BOTTOM)]
    return lines[tops[0] : bottoms[-1] + 1]


def demo_output(language: Literal["en", "fr"]) -> list[Text]:
    """Return what the demo prints, with its colours."""
    os.environ.update(FORCE_COLOR="1", TERM="xterm-256color", COLORTERM="truecolor", COLUMNS=str(_WIDTH))
    with redirect_stdout(io.StringIO()) as printed:
        play(language, chat=False)
    return [Text.from_ansi(line) for line in printed.getvalue().splitlines()]


def picture(lines: list[Text]) -> str:
    """Return lines as an SVG that asks no other server for anything."""
    console = Console(record=True, width=_WIDTH, file=io.StringIO(), legacy_windows=False)
    for line in lines:
        console.print(line, soft_wrap=True)
    svg = console.export_svg(title="pledgebot demo", theme=DEFAULT_TERMINAL_THEME, unique_id="demo")
    # The fonts that rich names are fetched from a server of others; the reader's own will do.
    svg = (
        _REMARK.sub("", _FONT_FACES.sub("", svg))
        .replace("Fira Code, monospace", "monospace")
        .replace("arial", "sans-serif")
    )
    return "\n".join(line.rstrip() for line in svg.splitlines() if line.strip()) + "\n"


def main() -> None:
    """Write the picture."""
    svg = picture(first_post(demo_output("en")))
    if len(svg.encode()) > LARGEST:
        raise ValueError(f"the picture has {len(svg.encode())} bytes, more than {LARGEST}")
    PICTURE.write_text(svg, "utf-8")


if __name__ == "__main__":
    main()
