"""Answering presses of buttons and inline queries."""

import re
from collections.abc import Mapping

from fakes.telegram.entities import Formatted
from fakes.telegram.keyboards import read_markup
from fakes.telegram.methods.reading import check_text, parse
from fakes.telegram.parameters import Parameters
from fakes.telegram.queries import Answer, Result
from fakes.telegram.refusals import bad_request
from fakes.telegram.world import World

LONGEST_ANSWER = 200
MOST_RESULTS = 50
LONGEST_ID = 64
START_PARAMETER = re.compile(r"[A-Za-z0-9_-]{1,64}")


def answer_callback_query(world: World, given: Parameters) -> object:
    """Answer a press: once, and in time."""
    text = given.text("text")
    if len(text) > LONGEST_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    url = given.text("url")
    if url and not re.match(rf"(?:https?://)?t\.me/{world.bot.username}\?start=", url, re.IGNORECASE):
        raise bad_request("URL_INVALID")
    press = world.queries.waiting_press(given.text("callback_query_id"))
    press.answer = Answer(text, given.flag("show_alert"), url, given.whole("cache_time") or 0)
    world.turns.changed()
    return True


def answer_inline_query(world: World, given: Parameters) -> object:
    """Answer an inline query with at most 50 results."""
    question = world.queries.waiting_question(given.text("inline_query_id"))
    raw = given.structures("results")
    if len(raw) > MOST_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    results = [_result(item) for item in raw]
    if len({result.id for result in results}) < len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    if len(given.text("next_offset").encode()) > LONGEST_ID:
        raise bad_request("NEXT_OFFSET_INVALID")
    question.switch = _switch(given)
    cache = given.whole("cache_time")
    question.cache_time = 300 if cache is None else cache
    question.personal = given.flag("is_personal")
    question.next_offset = given.text("next_offset")
    question.results = results
    world.turns.changed()
    return True


def _result(raw: Mapping[str, object]) -> Result:
    if raw.get("type") != "article":
        raise bad_request("can't parse inline query result: this emulator knows articles only")
    number = str(raw.get("id", ""))
    if not 1 <= len(number.encode()) <= LONGEST_ID:
        raise bad_request("RESULT_ID_INVALID")
    if not raw.get("title"):
        raise bad_request("can't parse inline query result: title must be non-empty")
    markup = read_markup(raw.get("reply_markup"), inline_only=True)
    title, description = str(raw["title"]), str(raw.get("description", ""))
    return Result(number, title, description, _content(raw.get("input_message_content")), markup, dict(raw))


def _content(raw: object) -> Formatted:
    if not isinstance(raw, Mapping) or "message_text" not in raw:
        raise bad_request("can't parse inline query result: Input message content is not specified")
    return check_text(parse(str(raw["message_text"]), str(raw.get("parse_mode", "")), raw.get("entities")))


def _switch(given: Parameters) -> dict[str, object] | None:
    button = given.structure("button")
    if button is None:
        return None
    if not isinstance(button, dict) or not button.get("text"):
        raise bad_request("can't parse inline query results button")
    if "web_app" not in button and not START_PARAMETER.fullmatch(str(button.get("start_parameter", ""))):
        raise bad_request("START_PARAM_INVALID")
    return button
