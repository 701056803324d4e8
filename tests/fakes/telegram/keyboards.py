"""Reply markup, checked as Telegram checks it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from fakes.telegram.html import checked_link
from fakes.telegram.refusals import Json, bad_request

MOST_BUTTONS = 100
WIDEST_ROW = 8
LONGEST_DATA = 64
_OTHERS = ("switch_inline_query", "switch_inline_query_current_chat", "switch_inline_query_chosen_chat", "web_app",
           "login_url", "copy_text", "callback_game", "pay")  # fmt: skip


@dataclass(frozen=True)
class Button:
    """A button under a message; of `data` and `url` one is given, or neither when it does something else."""

    label: str
    data: str | None = None
    url: str | None = None
    switch: str | None = None

    @property
    def does(self) -> str:
        """What it carries: the data or the address."""
        return self.data or self.url or self.switch or ""


Rows = tuple[tuple[Button, ...], ...]


def read_markup(raw: object, *, inline_only: bool = False) -> Json | None:
    """Check a reply markup; None when it is absent or an inline keyboard without a button."""
    if raw is None or raw == "":
        return None
    if not isinstance(raw, Mapping):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in raw:
        return _inline(raw["inline_keyboard"])
    if inline_only:
        raise bad_request("inline keyboard expected")
    if raw.get("force_reply") or raw.get("remove_keyboard") or "keyboard" in raw:
        return dict(raw)
    if raw:
        raise bad_request("can't parse reply keyboard markup JSON object")
    return None


def rows(markup: Mapping[str, object] | None) -> Rows:
    """Return the buttons of an inline keyboard."""
    keyboard = (markup or {}).get("inline_keyboard")
    lines = keyboard if isinstance(keyboard, list) else []
    return tuple(tuple(_button(button) for button in line) for line in lines)


def _button(raw: Json) -> Button:
    switch = raw.get("switch_inline_query", raw.get("switch_inline_query_current_chat"))
    data, url = raw.get("callback_data"), raw.get("url")
    return Button(
        str(raw["text"]),
        None if data is None else str(data),
        None if url is None else str(url),
        None if switch is None else str(switch),
    )


def _inline(keyboard: object) -> Json | None:
    if not isinstance(keyboard, list) or not all(isinstance(row, list) for row in keyboard):
        raise bad_request('field "inline_keyboard" must be of type Array')
    kept = [[_checked(button) for button in row] for row in keyboard if row]
    if any(len(row) > WIDEST_ROW for row in kept) or sum(map(len, kept)) > MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": kept} if kept else None


def _checked(button: object) -> Json:
    trouble = "can't parse inline keyboard button: "
    if not isinstance(button, Mapping):
        raise bad_request(f"{trouble}expected an Object")
    if not isinstance(button.get("text"), str):
        raise bad_request(f'{trouble}Field "text" must be of type String')
    if not button["text"].strip():
        raise bad_request("BUTTON_TEXT_INVALID")
    if "callback_data" in button:
        data = button["callback_data"]
        if not isinstance(data, str) or not 1 <= len(data.encode()) <= LONGEST_DATA:
            raise bad_request("BUTTON_DATA_INVALID")
    elif "url" in button:
        _check_url(str(button["url"]))
    elif not any(key in button for key in _OTHERS):
        raise bad_request(f"{trouble}Text buttons are unallowed in the inline keyboard")
    return dict(button)


def _check_url(url: str) -> None:
    if re.match(r"[a-z][a-z0-9+.-]*:", url, re.IGNORECASE) and not re.match(
        r"(?:https?|tg|ton)://", url, re.IGNORECASE
    ):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Unsupported URL protocol")
    if checked_link(url) is None:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
