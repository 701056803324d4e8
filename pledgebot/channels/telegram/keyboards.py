"""A message's buttons as Telegram shows them below it."""

import json
from collections.abc import Iterable, Iterator

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from pledgebot.messages.document import Button, Buttons, clean
from pledgebot.messages.presses import read_token

PER_ROW = 8
IN_ALL = 100
"""https://core.telegram.org/bots/api#inlinekeyboardmarkup; the numbers are those that clients and servers keep to."""
LABEL = 64
_LEADING_OUT = ("http://", "https://", "tg://")
_PRESSED_ANYWHERE = frozenset(
    {"s", "w", "confirm", "reject", "ask", "entry", "pending", "chase", "contact", "held", "status", "file", "fate"}
    | {"question", "explain", "answering", "deliveries", "settle", "pay", "brake"}
)
"""What organizers and a chat's administrators press where they are; the rest is asked in a private chat."""


def markup(buttons: Buttons, private: bool, username: str) -> InlineKeyboardMarkup | None:
    """Return the buttons for a chat, None when there are none to show.

    In a private chat a press is a callback; in a group or channel it leads to the bot's private chat by a deep link, so that
    one reader's curiosity is not everybody's post, unless it belongs to organizers or to the chat's own panel. Rows of more
    than eight go on in the next one; whole rows that would make more than a hundred buttons are left out, and so is a button
    whose press is no token or whose address is none of http, https, tg.
    """
    rows = list(_fitting(_shown(row, private, username) for row in buttons))
    return InlineKeyboardMarkup(rows) if rows else None


def as_sent(shown: InlineKeyboardMarkup) -> str:
    """Return buttons as they go to Telegram. The library's own way looks for everything that a button could be."""
    rows = [[_as_sent(button) for button in row] for row in shown.inline_keyboard]
    return json.dumps({"inline_keyboard": rows}, ensure_ascii=False)


def _as_sent(button: InlineKeyboardButton) -> dict[str, str]:
    if button.url is not None:
        return {"text": button.text, "url": button.url}
    return {"text": button.text, "callback_data": str(button.callback_data)}


def _shown(row: Iterable[Button], private: bool, username: str) -> list[InlineKeyboardButton]:
    return [shown for button in row if (shown := _button(button, private, username)) is not None]


def _fitting(rows: Iterable[list[InlineKeyboardButton]]) -> Iterator[list[InlineKeyboardButton]]:
    room = IN_ALL
    for row in rows:
        room -= len(row)
        if room < 0:
            return
        yield from (row[start : start + PER_ROW] for start in range(0, len(row), PER_ROW))


def _button(button: Button, private: bool, username: str) -> InlineKeyboardButton | None:
    label = _label(button.text)
    if button.url:
        return InlineKeyboardButton(label, url=button.url) if button.url.startswith(_LEADING_OUT) else None
    press = read_token(button.press)
    if press is None:
        return None
    if private or press.verb in _PRESSED_ANYWHERE or not username:
        return InlineKeyboardButton(label, callback_data=button.press)
    return InlineKeyboardButton(label, url=f"https://t.me/{username}?start={button.press}")


def _label(text: str) -> str:
    words = clean(text) or "…"
    return words if len(words) <= LABEL else f"{words[: LABEL - 1].rstrip()}…"
