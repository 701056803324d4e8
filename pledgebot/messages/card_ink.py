"""Ink and paper of the cards: a sheet of few colours, on which letters and signs are laid with soft edges.

A sheet is a plane of numbers of a palette. Each ink has a ramp of shades between paper and full strength there, so that nothing
has to be reduced to a palette afterwards, which would cost more than all the drawing.
"""

import unicodedata
from enum import IntEnum
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image, ImageFont

FONTS = Path(__file__).parent.parent / "fonts"
"""Source Sans Pro, under the SIL Open Font License, unchanged: fonts/SourceSansPro-LICENSE.txt."""

PAPER = (255, 255, 255)
_SHADES = 24


class Ink(IntEnum):
    """The inks. Each reads on paper with a contrast of 4.5 to 1 or more, but `LINE` and `VEIL`, in which nothing is written."""

    BLACK = 0
    GREY = 1
    GREEN = 2
    OCHRE = 3
    RED = 4
    BLUE = 5
    VIOLET = 6
    LINE = 7
    VEIL = 8


COLOURS: dict[Ink, tuple[int, int, int]] = {
    Ink.BLACK: (0x1C, 0x1B, 0x19),
    Ink.GREY: (0x5B, 0x58, 0x53),
    Ink.GREEN: (0x1E, 0x6B, 0x3A),
    Ink.OCHRE: (0x8A, 0x58, 0x00),
    Ink.RED: (0xA3, 0x28, 0x2C),
    Ink.BLUE: (0x2F, 0x52, 0x8F),
    Ink.VIOLET: (0x6B, 0x3A, 0x8A),
    Ink.LINE: (0xC9, 0xC4, 0xBA),
    Ink.VEIL: (0xF4, 0xF1, 0xEA),
}


class Face(IntEnum):
    """The two cuts of the font."""

    REGULAR = 0
    STRONG = 1


_FILES = {Face.REGULAR: "SourceSansPro-Regular.ttf", Face.STRONG: "SourceSansPro-Semibold.ttf"}


@cache
def font(face: Face, size: int) -> "ImageFont.FreeTypeFont":
    """Return the font in a cut and a size in pixels; letters are set one by one, which is the same on every machine."""
    from PIL import ImageFont

    return ImageFont.truetype(str(FONTS / _FILES[face]), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=8192)
def width(text: str, face: Face, size: int) -> float:
    """Return how wide words are, in pixels."""
    return font(face, size).getlength(text)


@lru_cache(maxsize=4096)
def _is_drawn(letter: str) -> bool:
    """Tell whether the font has a letter: what it does not have is drawn as what no font has."""
    return letter.isspace() or _shape(letter) != _shape("\uffff")


def _shape(letter: str) -> tuple[tuple[int, int], bytes]:
    mask = font(Face.REGULAR, 20).getmask(letter)
    return mask.size, bytes(mask)


@lru_cache(maxsize=4096)
def legible(text: str) -> str:
    """Return words of which every letter can be drawn: a run of those that the font lacks stands as one empty box.

    Invisible signs and marks of their own are left out. The description beside the picture has the words as they are.
    """
    found: list[str] = []
    for given in unicodedata.normalize("NFC", text):
        if given in _BREAKS:
            found.append(" ")
            continue
        plain = given if _is_drawn(given) else unicodedata.normalize("NFKC", given)
        for letter in plain:
            if _is_drawn(letter):
                found.append(letter)
            elif unicodedata.category(letter) not in _UNSEEN and found[-1:] != [_BOX]:
                found.append(_BOX)
    return "".join(found)


_BOX = "\uffff"
_BREAKS = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029")
"""A line that is measured as one has to be drawn as one."""
_UNSEEN = frozenset({"Cf", "Cc", "Mn", "Me", "Cs", "Sk"})


@cache
def _palette() -> bytes:
    tones = bytearray(PAPER)
    for ink in Ink:
        for shade in range(1, _SHADES + 1):
            part = shade / _SHADES
            tones += bytes(
                round(paper + (full - paper) * part) for paper, full in zip(PAPER, COLOURS[ink], strict=True)
            )
    return bytes(tones)


@cache
def _ramp(ink: Ink) -> list[int]:
    """Return the number in the palette for each of the 256 strengths with which an ink may cover a point."""
    shades = (round(strength / 255 * _SHADES) for strength in range(256))
    return [shade + ink * _SHADES if shade else 0 for shade in shades]


@cache
def _edge() -> list[int]:
    return [255 if round(strength / 255 * _SHADES) else 0 for strength in range(256)]


class Sheet:
    """A sheet of paper of a size in pixels."""

    def __init__(self, wide: int, high: int) -> None:
        from PIL import Image

        self._plane = Image.new("L", (wide, high), 0)

    def write(self, at: tuple[float, float], text: str, face: Face, size: int, ink: Ink = Ink.BLACK) -> None:
        """Write one line, whose upper left corner is `at`."""
        from PIL import Image, ImageDraw

        cut = font(face, size)
        box = (int(cut.getlength(text)) + size, size + size // 2)
        mask = Image.new("L", box, 0)
        ImageDraw.Draw(mask).text((0, 0), text, 255, font=cut)
        self.stamp(at, mask, ink)

    def stamp(self, at: tuple[float, float], mask: "Image.Image", ink: Ink) -> None:
        """Lay ink where a mask is bright, from the upper left corner `at` on."""
        self._plane.paste(mask.point(_ramp(ink)), (round(at[0]), round(at[1])), mask.point(_edge()))

    def fill(self, box: tuple[int, int, int, int], ink: Ink) -> None:
        """Fill a rectangle: left, top, right and bottom, the last two outside."""
        self._plane.paste(_SHADES * (ink + 1), box)

    def png(self) -> bytes:
        """Return the sheet as a PNG."""
        self._plane.putpalette(_palette())
        written = BytesIO()
        self._plane.save(written, "PNG", compress_level=6)
        return written.getvalue()
