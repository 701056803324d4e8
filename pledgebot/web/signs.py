"""The signs of a cell as drawings: shapes that differ without their colour. The word beside says the same."""

from functools import cache

from markupsafe import Markup

from pledgebot.messages.cells import Sign

_RING = '<circle cx="8" cy="8" r="6.8" class="l"/>'
_SHAPES = {
    Sign.COMMITTED: '<circle cx="8" cy="8" r="7.5" class="f"/><path d="m4.3 8.4 2.6 2.6 4.8-5.4" class="i"/>',
    Sign.PARTIAL: f'{_RING}<path d="M8 1.2a6.8 6.8 0 0 0 0 13.6z" class="f"/>',
    Sign.REFUSED: '<path d="M1 1h14v14H1z" class="f"/><path d="m4.8 4.8 6.4 6.4m0-6.4-6.4 6.4" class="i"/>',
    Sign.UNCLEAR: f'{_RING}<path d="M5.8 6.4a2.2 2.2 0 1 1 3.2 2c-.7.4-1 .7-1 1.5" class="l"/>'
    '<circle cx="8" cy="12" r=".9" class="f"/>',
    Sign.TAKEN_BACK: f'{_RING}<path d="m3.3 12.7 9.4-9.4" class="l"/>',
    Sign.CONTRADICTORY: '<path d="m8 .2 7.8 7.8L8 15.8.2 8z" class="f"/><path d="M5 6.6h6M5 9.6h6M9.6 4.2l-3.2 7.8" class="i"/>',
    Sign.NO_ANSWER: '<path d="M3 1.8h10a1.5 1.5 0 0 1 1.5 1.5v6.2a1.5 1.5 0 0 1-1.5 1.5H7.5l-3.3 3.2V11H3'
    'a1.5 1.5 0 0 1-1.5-1.5V3.3A1.5 1.5 0 0 1 3 1.8z" class="l"/>',
    Sign.DECLINED: '<path d="M1.5 1.5h13v13h-13zM4.5 8h7" class="l"/>',
    Sign.BEING_CHECKED: f'{_RING}<path d="M8 4v4.3l2.8 1.5" class="l"/>',
    Sign.NO_POSITION: f'{_RING}<path d="M4.5 8h7" class="l"/>',
    Sign.NOT_ASKED: '<path d="M3.5 8h9" class="l"/>',
    Sign.UNKNOWN: '<circle cx="8" cy="8" r="6.8" class="l" stroke-dasharray="1.6 2.7"/>',
}
"""The same shapes as on the card: `messages.card_signs`."""


@cache
def drawing(sign: Sign) -> Markup:
    """Return the drawing of a sign, which a screen reader passes over."""
    return Markup(  # noqa: S704 - all of it stands above
        f'<svg class="sign {sign.value}" viewBox="0 0 16 16" aria-hidden="true" focusable="false">{_SHAPES[sign]}</svg>'
    )
