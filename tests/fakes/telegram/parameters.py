"""What a call carries: query string, form, multipart or JSON, read as the Bot API reads it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.web_request import FileField

from fakes.telegram.refusals import bad_request

_TRUE = frozenset({"true", "yes", "1"})


@dataclass(frozen=True)
class Upload:
    """A file that came with a call."""

    name: str
    mime: str
    content: bytes


class Parameters:
    """The parameters of one call: every value is a text, and what is structured is JSON inside it."""

    def __init__(self, values: Mapping[str, object], files: Mapping[str, Upload]) -> None:
        self.values = dict(values)
        self.files = dict(files)

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) not in (None, "")

    def text(self, name: str, default: str = "") -> str:
        """Return a text; numbers and switches of a JSON body are written out."""
        value = self.values.get(name)
        if value is None:
            return default
        return value if isinstance(value, str) else json.dumps(value)

    def whole(self, name: str) -> int | None:
        """Return a whole number, None when it is absent or no number."""
        try:
            return int(self.text(name))
        except ValueError:
            return None

    def flag(self, name: str) -> bool:
        """Return a switch."""
        return self.text(name).lower() in _TRUE

    def structure(self, name: str) -> object:
        """Return what stands in a value as JSON, None when it is absent; refuses what cannot be read."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None

    def structures(self, name: str) -> list[dict[str, object]]:
        """Return a list of objects."""
        value = self.structure(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise bad_request(f"can't parse {name}: expected an Array of Objects")
        return value

    def record(self) -> dict[str, object]:
        """Return the values for the record of calls, JSON read where it is JSON."""
        return {name: _read(value) for name, value in self.values.items()}


async def read_parameters(request: web.Request) -> Parameters:
    """Read the parameters of a request, in whichever of the documented ways they come."""
    values: dict[str, object] = dict(request.query)
    files: dict[str, Upload] = {}
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError:
            raise bad_request("can't parse JSON object in the body") from None
        values |= body if isinstance(body, dict) else {}
    elif request.content_type == "application/x-www-form-urlencoded":
        values |= dict(parse_qsl((await request.read()).decode(), keep_blank_values=True))
    elif request.content_type == "multipart/form-data":
        for name, part in (await request.post()).items():
            if isinstance(part, FileField):
                files[name] = Upload(part.filename, part.content_type, part.file.read())
                part.file.close()
            else:
                values[name] = part
    return Parameters(values, files)


def _read(value: object) -> object:
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
