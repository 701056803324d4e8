"""The shapes of the signs: each is another shape, so that it is told apart without its colour and in the smallest print."""

from collections.abc import Callable
from functools import lru_cache
from math import cos, pi, sin
from typing import TYPE_CHECKING

from pledgebot.messages.card_ink import Ink
from pledgebot.messages.cells import Sign

if TYPE_CHECKING:
    from PIL import Image, ImageDraw

INK_OF: dict[Sign, Ink] = {
    Sign.COMMITTED: Ink.GREEN,
    Sign.PARTIAL: Ink.OCHRE,
    Sign.REFUSED: Ink.RED,
    Sign.UNCLEAR: Ink.BLUE,
    Sign.TAKEN_BACK: Ink.GREY,
    Sign.CONTRADICTORY: Ink.VIOLET,
    Sign.NO_ANSWER: Ink.GREY,
    Sign.DECLINED: Ink.BLACK,
    Sign.BEING_CHECKED: Ink.BLUE,
    Sign.NO_POSITION: Ink.GREY,
    Sign.NOT_ASKED: Ink.GREY,
    Sign.UNKNOWN: Ink.GREY,
}
"""The colour of each sign; it says nothing that the shape does not say."""

_SMOOTH = 4
"""Shapes are drawn so many times larger, and made smaller with soft edges."""

_ON, _OFF = 255, 0


@lru_cache(maxsize=64)
def sign_mask(sign: Sign, size: int) -> "Image.Image":
    """Return the shape of a sign as a mask, a square of `size` pixels."""
    from PIL import Image, ImageDraw

    large = Image.new("L", (size * _SMOOTH, size * _SMOOTH), _OFF)
    _SHAPES[sign](ImageDraw.Draw(large), size * _SMOOTH / 100)
    return large.resize((size, size), Image.Resampling.LANCZOS)


@lru_cache(maxsize=8)
def hatching(wide: int, high: int) -> "Image.Image":
    """Return a mask of slanting lines, for what is only inherited."""
    from PIL import Image, ImageDraw

    mask = Image.new("L", (wide, high), _OFF)
    pen = ImageDraw.Draw(mask)
    for start in range(-high, wide, 14):
        pen.line((start, high, start + high, 0), fill=_ON, width=2)
    return mask


def _disc(pen: "ImageDraw.ImageDraw", unit: float, fill: int = _ON) -> None:
    pen.ellipse(_at(unit, 4, 4, 96, 96), fill=fill)


def _ring(pen: "ImageDraw.ImageDraw", unit: float) -> None:
    pen.ellipse(_at(unit, 4, 4, 96, 96), outline=_ON, width=round(9 * unit))


def _line(
    pen: "ImageDraw.ImageDraw", unit: float, points: tuple[float, ...], fill: int = _ON, wide: float = 12
) -> None:
    pen.line(_at(unit, *points), fill=fill, width=round(wide * unit), joint="curve")


def _at(unit: float, *points: float) -> tuple[float, ...]:
    return tuple(point * unit for point in points)


def _committed(pen: "ImageDraw.ImageDraw", unit: float) -> None:
    _disc(pen, unit)
    _line(pen, unit, (25, 52, 43, 70, 76, 32), _OFF)


def _partial(pen: "ImageDraw.ImageDraw", unit: float) -> None:
    _ring(pen, unit)
    pen.pieslice(_at(unit, 4, 4, 96, 96), 90, 270, fill=_ON)


def _refused(pen: "ImageDraw.ImageDraw", unit: float) -> None:
    pen.rectangle(_at(unit, 6, 6, 94, 94), fill=_ON)
    _line(pen, unit, (28, 28, 72, 72), _OFF)
    _line(pen, unit, (72, 28, 28, 72), _OFF)


def _unclear(pen: "ImageDraw.ImageDraw", unit: float) -> None:
    _ring(pen, unit)
    pen.arc(_at(unit, 33, 22, 67, 56), 170, 60, fill=_ON, width=round(9 * unit))
    _line(pen, unit, (55, 52, 50, 57, 50, 64), wide=9)
    pen.ellipse(_at(unit, 44, 70, 56, 82), fill=_ON)


def _taken_back(pen: "ImageDraw.ImageDraw", unit: float) -> None:
    _ring(pen, unit)
    _line(pen, unit, (14, 86, 86, 14), wide=9)


def _contradictory(pen: "ImageDraw.ImageDraw", unit: float) -> None:
    pen.polygon(_at(unit, 50, 0, 100, 50, 50, 100, 0, 50), fill=_ON)
    _line(pen, unit, (32, 42, 68, 42), _OFF, 9)
    _line(pen, unit, (32, 60, 68, 60), _OFF, 9)
    _line(pen, unit, (40, 76, 60, 26), _OFF, 7)


def _no_answer(pen: "ImageDraw.ImageDraw", unit: float) -> None:
    """Draw a bubble in which nothing is said."""
    pen.polygon(_at(unit, 20, 66, 20, 98, 52, 70), fill=_ON)
    pen.rounded_rectangle(_at(unit, 3, 8, 97, 76), radius=16 * unit, fill=_OFF, outline=_ON, width=round(9 * unit))


def _declined(pen: "ImageDraw.ImageDraw", unit: float) -> None:
    pen.rectangle(_at(unit, 7, 7, 93, 93), outline=_ON, width=round(9 * unit))
    _line(pen, unit, (28, 50, 72, 50))


def _being_checked(pen: "ImageDraw.ImageDraw", unit: float) -> None:
    _ring(pen, unit)
    _line(pen, unit, (50, 24, 50, 52, 68, 62), wide=9)


def _no_position(pen: "ImageDraw.ImageDraw", unit: float) -> None:
    _ring(pen, unit)
    _line(pen, unit, (28, 50, 72, 50), wide=9)


def _not_asked(pen: "ImageDraw.ImageDraw", unit: float) -> None:
    _line(pen, unit, (22, 50, 78, 50), wide=10)


def _unknown(pen: "ImageDraw.ImageDraw", unit: float) -> None:
    for step in range(10):
        turn = step * pi / 5
        middle = (50 + 42 * cos(turn), 50 + 42 * sin(turn))
        pen.ellipse(_at(unit, middle[0] - 6, middle[1] - 6, middle[0] + 6, middle[1] + 6), fill=_ON)


_SHAPES: dict[Sign, Callable[["ImageDraw.ImageDraw", float], None]] = {
    Sign.COMMITTED: _committed,
    Sign.PARTIAL: _partial,
    Sign.REFUSED: _refused,
    Sign.UNCLEAR: _unclear,
    Sign.TAKEN_BACK: _taken_back,
    Sign.CONTRADICTORY: _contradictory,
    Sign.NO_ANSWER: _no_answer,
    Sign.DECLINED: _declined,
    Sign.BEING_CHECKED: _being_checked,
    Sign.NO_POSITION: _no_position,
    Sign.NOT_ASKED: _not_asked,
    Sign.UNKNOWN: _unknown,
}
