"""What single settings have to look like. Each check raises ValueError with a reason that never holds the value."""

import re
from datetime import date, time
from typing import Annotated
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, Field, SecretStr

from pledgebot.config.faults import nearest
from pledgebot.config.texts import Text

SQLITE = "sqlite:///"
_POSTGRESQL = re.compile(
    r"postgresql://(?=\S)"
    r"(?:[^\s:/@]*(?::[^\s@]*)?@)?"
    r"(?:\[[0-9a-fA-F:.%]+\]|[^\s:/?@\[\]]+)?(?::\d{1,5})?"
    r"(?:/[^\s?]*)?(?:\?\S*)?"
)
_CONTACT = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+|https?://[^\s/]+\.\S+")
_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]+")

# https://core.telegram.org/bots/api#authorizing-your-bot: the bot's number, a colon, its secret.
_TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{3,200}")
# What OAuth 2.0 lets a bearer token be is wider than what servers make of it: letters, digits, some signs.
_INSTANCE_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{8,2000}")
_INSTANCE = re.compile(r"(https?)://(\[[0-9a-fA-F:]+\]|[^\s/?#@:\[\]]+)(?::\d{1,5})?/?")
_LOOPBACK = re.compile(r"localhost|127(?:\.\d{1,3}){3}|\[::1\]")
_WEB = re.compile(r"https?://[^\s/?#]+(?:/[^\s?#]*)?")
_LISTEN = re.compile(r"(\[[0-9a-fA-F:]+\]|[^\s:]+):(\d{1,5})")
LAST_PORT = 65_535

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
NOON = time(12)


def _database_url(secret: SecretStr) -> SecretStr:
    url = secret.get_secret_value()
    if not _PRINTABLE.fullmatch(url):
        raise ValueError("empty, or with a control character")
    if url.startswith(SQLITE):
        if not _sqlite_path(url) or _sqlite_path(url) == ":memory:":
            raise ValueError("names no file")
    elif url.startswith("postgresql://") and not _POSTGRESQL.fullmatch(url):
        raise ValueError("not such an address; in a password, @ is written %40 and % is written %25")
    elif not url.startswith("postgresql://"):
        raise ValueError("another kind of address")
    return secret


def _sqlite_path(url: str) -> str:
    return unquote(url.removeprefix(SQLITE).partition("?")[0])


def absolute_url(url: str, folder: str) -> str:
    """Return a database's address with the path of an SQLite file made absolute; folder is absolute.

    SQLAlchemy reads percent signs in the path as quotes, so that one that the folder holds has to be quoted.
    """
    if not url.startswith(SQLITE):
        return url
    path, _mark, query = url.removeprefix(SQLITE).partition("?")
    if unquote(path).startswith("/"):
        return url
    return f"{SQLITE}{quote(folder)}/{path}" + (f"?{query}" if query else "")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # A folder such as "Europe" is an OSError, a file that holds no zone a ValueError.
        near = nearest(name, sorted(available_timezones()))
    else:
        return name
    raise ValueError(f"unknown time zone; did you mean {near}?" if near else "unknown time zone")


def _contact(text: str) -> str:
    if not _CONTACT.fullmatch(text):
        raise ValueError("neither")
    return text


def _token(secret: SecretStr) -> SecretStr:
    if not _TOKEN.fullmatch(secret.get_secret_value()):
        raise ValueError("not such a token")
    return secret


def _instance_token(secret: SecretStr) -> SecretStr:
    if not _INSTANCE_TOKEN.fullmatch(secret.get_secret_value()):
        raise ValueError("not such a token")
    return secret


def _instance(text: str) -> str:
    found = _INSTANCE.fullmatch(text)
    if found is None:
        raise ValueError("not such an address")
    if found[1] == "http" and not _LOOPBACK.fullmatch(found[2].lower()):
        # The token would travel in clear.
        raise ValueError("http:// is for this machine's own addresses only")
    return text.rstrip("/")


def _web_address(text: str) -> str:
    if not _WEB.fullmatch(text):
        raise ValueError("not such an address")
    return text.rstrip("/")


def _listen(text: str) -> str:
    found = _LISTEN.fullmatch(text)
    if found is None or not 0 <= int(found[2]) <= LAST_PORT:
        raise ValueError("not such an address")
    return text


def _unaware(hour: time) -> time:
    if hour.tzinfo is not None:
        raise ValueError("with a zone of its own")
    return hour


BotToken = Annotated[SecretStr, AfterValidator(_token)]
InstanceToken = Annotated[SecretStr, AfterValidator(_instance_token)]
Instance = Annotated[Text, Field(max_length=200), AfterValidator(_instance)]
WebAddress = Annotated[Text, Field(max_length=500), AfterValidator(_web_address)]
Listen = Annotated[Text, AfterValidator(_listen)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_database_url)]
Zone = Annotated[Text, Field(max_length=64), AfterValidator(_zone)]
Contact = Annotated[Text, AfterValidator(_contact)]
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
# An hour in the morning is most likely an hour of the evening, written without its twelve: silence would end too early.
Closing = Annotated[time, Field(ge=NOON), AfterValidator(_unaware)]
LocalHour = Annotated[time, AfterValidator(_unaware)]
