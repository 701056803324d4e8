"""What is wrong with a file, collected so that all of it is said at once, and never with a value that may be secret."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pledgebot.config.fields import Loc, every_key, expected, known_keys
from pledgebot.domain.errors import Unusable
from pledgebot.domain.words import normalise

_LONGEST = 80
_KEY_OF_DICTIONARY = "[key]"


def shown(text: str, longest: int | None = _LONGEST) -> str:
    """Return a name from a file as a fault shows it: on one line, shortened, printable."""
    short = text if longest is None or len(text) <= longest else text[: longest - 1] + "…"
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in short)


def key_text(loc: Loc) -> str:
    """Return a place as a fault names it; `rounds#2` is the second of the rounds."""
    text = ""
    for step in loc:
        text += f"#{step + 1}" if isinstance(step, int) else f".{shown(step)}" if text else shown(step)
    return text


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that looks most like another, or None when none does."""
    by_form = {normalise(name): name for name in known}
    close = get_close_matches(normalise(word[:_LONGEST]), by_form, n=1)
    return by_form[close[0]] if close else None


class Faults:
    """The faults of one file that is read into one model."""

    def __init__(self, path: Path, model: type[BaseModel]) -> None:
        self._path = path
        self._model = model
        self._lines: dict[str, None] = {}
        self._origins: dict[Loc, str] = {}
        self._settled: set[Loc] = set()

    def comes_from(self, loc: Loc, origin: str) -> None:
        """Note that the value of a key was given elsewhere: faults name that place."""
        self._origins[loc] = origin

    def place_of(self, loc: Loc) -> str:
        """Return how faults name the place of a key."""
        return self._origins.get(loc, f"{self._path}: {key_text(loc)}")

    def settle(self, loc: Loc) -> None:
        """Say no more about a key: what is wrong with it was said."""
        self._settled.add(loc)

    def add(self, loc: Loc, reason: str | None = None) -> None:
        """Note one fault; its line says the reason, if there is one, and what the key expects."""
        if loc in self._settled:
            return
        wanted = expected(self._model, loc)
        parts = [part for part in (reason, f"expected {wanted}" if wanted else None) if part]
        self._note(self.place_of(loc), "; ".join(parts) or "wrong")

    def add_sentence(self, loc: Loc, sentence: str) -> None:
        """Note one fault of which the sentence says everything."""
        self._note(self.place_of(loc), sentence)

    def add_variable(self, name: str, sentence: str) -> None:
        """Note one fault of an environment variable."""
        self._note(f"environment: {shown(name)}", sentence)

    def add_validation(self, error: ValidationError) -> None:
        """Note everything that pydantic found, without what it found it in."""
        details = error.errors(include_url=False, include_input=False)
        places = [detail["loc"] for detail in details]
        for detail in details:
            loc = detail["loc"]
            # A list whose items are wrong counts as too short as well: the items say enough.
            if detail["type"] == "too_short" and any(len(loc) < len(o) and o[: len(loc)] == loc for o in places):
                continue
            self._add_detail(detail)

    def _add_detail(self, detail: ErrorDetails) -> None:
        loc = detail["loc"]
        if detail["type"] == "extra_forbidden":
            self._add_unknown(loc)
        elif loc[-1:] == (_KEY_OF_DICTIONARY,):
            self._add_unknown(loc[:-1])
        elif detail["type"] == "missing":
            self.add(loc, "missing")
        elif detail["type"] == "value_error":
            self.add(loc, str(detail["ctx"]["error"]))
        else:
            self.add(loc)

    def _add_unknown(self, loc: Loc) -> None:
        here = known_keys(self._model, loc[:-1])
        near = nearest(str(loc[-1]), here)
        if near is None:
            elsewhere = {path[-1]: ".".join(path) for path in reversed(list(every_key(self._model))) if len(path) > 1}
            far = nearest(str(loc[-1]), elsewhere)
            near_text = f"did you mean {elsewhere[far]}?" if far else f"expected one of {', '.join(here)}"
        else:
            near_text = f"did you mean {key_text((*loc[:-1], near))}?"
        self.add_sentence(loc, f"unknown key; {near_text}")

    def _note(self, place: str, sentence: str) -> None:
        # A fault is one line whatever the file holds; the same one is said once.
        self._lines[shown(f"{place}: {sentence}", longest=None)] = None

    def raise_any(self) -> None:
        """Raise `Unusable` with one line per fault when there is any."""
        if self._lines:
            raise Unusable("\n".join(self._lines))
