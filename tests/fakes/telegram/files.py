"""Files on the server: kept by identifier, known again by their content, downloaded by path."""

import hashlib
import struct
from collections.abc import Iterator

from fakes.telegram.refusals import bad_request
from fakes.telegram.things import File

LARGEST_PHOTO = 10 * 1024 * 1024
LARGEST_UPLOAD = 50 * 1024 * 1024
LARGEST_DOWNLOAD = 20 * 1024 * 1024
_SIDES_TOGETHER = 10_000
_STEEPEST = 20
_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}

Sides = tuple[int, int]


class Files:
    """Every file that was ever sent."""

    def __init__(self) -> None:
        self._by_id: dict[str, File] = {}
        self._by_path: dict[str, File] = {}

    def add(
        self, kind: str, name: str, mime: str, content: bytes, *, size: int | None = None, sides: Sides = (0, 0)
    ) -> File:
        """Keep a file; with a `size` of its own and no content it can be seen but not downloaded."""
        number = len(self._by_id) + 1
        print_ = hashlib.sha256(content or f"{name}{size}{number}".encode()).hexdigest()[:15]
        suffix = name.rpartition(".")[2].lower() if "." in name else "bin"
        file = File(
            id=f"{'AgAC' if kind == 'photo' else 'BQAC'}{number:06d}-{print_}", unique_id=f"AQAD{print_}", kind=kind,
            name=name, mime=mime, size=len(content) if size is None else size,
            content=content if content or size is None else None,
            path=f"{kind}s/file_{number}.{suffix}", width=sides[0], height=sides[1],
        )  # fmt: skip
        self._by_id[file.id] = self._by_path[file.path] = file
        return file

    def find(self, number: str) -> File | None:
        """Return a file by its identifier; a thumbnail's leads to the whole picture."""
        return self._by_id.get(number.removesuffix("-s"))

    def downloadable(self, number: str) -> File:
        """Return a file that may be downloaded; refuses with 400 what is too big or unknown."""
        file = self.find(number)
        if file is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        if file.size > LARGEST_DOWNLOAD:
            raise bad_request("file is too big")
        return file

    def at(self, path: str) -> bytes | None:
        """Return what lies at a path."""
        file = self._by_path.get(path)
        return None if file is None else file.content


def check_photo(content: bytes) -> Sides:
    """Refuse what Telegram does not take as a photo; returns width and height in pixels."""
    if len(content) > LARGEST_PHOTO:
        raise bad_request(
            f"file of size {len(content)} bytes is too big for a photo; the maximum size is {LARGEST_PHOTO} bytes"
        )
    sides = image_size(content)
    if sides is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if sum(sides) > _SIDES_TOGETHER or max(sides) > _STEEPEST * min(sides):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return sides


def image_size(content: bytes) -> Sides | None:
    """Return width and height of a PNG, GIF or JPEG; None for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        return _two(">II", content[16:24])
    if content[:6] in {b"GIF87a", b"GIF89a"} and len(content) >= 10:
        return _two("<HH", content[6:10])
    if content.startswith(b"\xff\xd8"):
        return next(
            (_two(">HH", frame[3:7])[::-1] for mark, frame in _segments(content) if mark in _FRAME_HEADERS), None
        )
    return None


def _two(form: str, raw: bytes) -> Sides:
    first, second = struct.unpack(form, raw)
    return int(first), int(second)


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Walk through a JPEG's segments, each with its marker."""
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        length = int.from_bytes(content[place + 2 : place + 4])
        yield content[place + 1], content[place + 2 : place + 2 + max(2, length)]
        place += 2 + max(2, length)
