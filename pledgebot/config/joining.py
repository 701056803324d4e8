"""What `pledgebot mastodon login` needs before there is a token: the instance, and the file that the token goes into."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pledgebot.config.environment import variable
from pledgebot.config.fields import table_at
from pledgebot.config.reading import read_toml
from pledgebot.config.settings import settings_from
from pledgebot.domain.errors import Unusable

TOKEN_FILE = "mastodon.token"  # noqa: S105 - the name of a file
"""Where the token goes when the configuration names no file: beside the configuration."""

_SECTION = "mastodon"
_TOKEN = variable((_SECTION, "token"))
_TOKEN_FILE = f"{_TOKEN}_FILE"
_STAND_IN = "0" * 8


@dataclass(frozen=True)
class Joining:
    """Where an account is, and the file for its token; `named` says that the configuration names that file already."""

    base_url: str
    website: str | None
    token_file: Path
    named: bool


def joining(path: Path, environ: Mapping[str, str]) -> Joining:
    """Return how a configuration joins Mastodon, whether or not the token's file is there yet.

    Raise `Unusable`, with one line per fault, when anything else in it cannot be used, and where the token is given itself:
    one in a file would not be looked at.
    """
    data = read_toml(path, hint="; `pledgebot init` writes one")
    section = table_at(data, (_SECTION,)) or {}
    file = _file(section, path, environ)
    rest = {name: value for name, value in section.items() if name != "token_file"}
    # Whatever token there will be, all the rest has to be right now: so one stands in its place.
    settings = settings_from(
        {**data, _SECTION: {**rest, "token": _STAND_IN}},
        path,
        {name: value for name, value in environ.items() if name not in {_TOKEN, _TOKEN_FILE}},
    )
    if settings.mastodon.base_url is None:
        raise Unusable(f"{path}: mastodon.base_url: missing")
    return Joining(
        settings.mastodon.base_url,
        settings.web.board_url,
        settings.folder / (file or TOKEN_FILE),
        named=file is not None,
    )


def _file(section: Mapping[str, object], path: Path, environ: Mapping[str, str]) -> str | None:
    """Return the file that is named for the token, None where none is; what the environment says goes first."""
    outside = _TOKEN in environ or _TOKEN_FILE in environ
    token = environ.get(_TOKEN) if outside else section.get("token")
    file = environ.get(_TOKEN_FILE) if outside else section.get("token_file")
    place = f"environment: {_TOKEN}" if outside else f"{path}: mastodon.token"
    if token is not None:
        raise Unusable(f"{place}: the token stands there itself; take it away, and the login writes one into a file")
    if file is None:
        return None
    if not isinstance(file, str) or not file.strip():
        raise Unusable(f"{place}{'_FILE' if outside else '_file'}: no path; expected the path of a file for the token")
    return file.strip()
