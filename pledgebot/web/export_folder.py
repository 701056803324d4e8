"""The folder of an exported board: which it may be, how files get into it, how it takes the place of the former one."""

import fcntl
import filecmp
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pledgebot.domain.errors import Unusable

MARKER = ".pledgebot-board"
"""The file by which a folder is known as an export: whatever else is in it belongs to the export."""

MARK = b"Written by `pledgebot board export`, which replaces everything in this folder.\n"

OURS = re.compile(
    r"[a-z]{2}|cards|data|static|index\.html|404\.html|robots\.txt|feed\.atom|calendar\.ics|\.pledgebot-board"
)
"""What stands at the top of an export."""


@dataclass(frozen=True)
class Written:
    """What an export wrote."""

    files: int
    size: int


def refuse_foreign(folder: Path) -> None:
    """Refuse a folder that holds anything but a former export. Raises `Unusable`."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise Unusable(f"{folder}: is no folder")
    there = sorted(one.name for one in folder.iterdir())
    foreign = [name for name in there if OURS.fullmatch(name) is None]
    if foreign or (there and MARKER not in there):
        named = foreign[0] if foreign else there[0]
        raise Unusable(
            f"{folder}: holds {named}, which is not of an exported board; name another folder, or an empty one"
        )


@contextmanager
def only_export(folder: Path) -> Iterator[None]:
    """Hold the lock file beside a folder, so that a second export into it is refused while the first one writes."""
    path = folder.with_name(f".{folder.name}.pledgebot-lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
    try:
        if not _locked(lock, path):
            raise Unusable(f"{folder}: another export is writing it; try again when that is done")
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
    finally:
        os.close(lock)


def _locked(lock: int, path: Path) -> bool:
    """Lock an open file; False where another process holds it, or held it until now and took its name away."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return path.stat().st_ino == os.fstat(lock).st_ino
    except (BlockingIOError, FileNotFoundError):
        return False


def former_of(folder: Path) -> Path:
    """Return where the former export stands while the new one takes its place."""
    return folder.with_name(f"{folder.name}.old")


def clear(folder: Path) -> None:
    """Remove an export, its mark last: whoever is stopped meanwhile leaves what is still known as one."""
    if not folder.exists():
        return
    for one in folder.iterdir():
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one)
        elif one.name != MARKER:
            one.unlink()
    shutil.rmtree(folder)


def change_places(folder: Path, beside: Path) -> None:
    """Put the new folder in the place of the former one."""
    if not folder.exists():
        beside.rename(folder)
        return
    former = former_of(folder)
    clear(former)
    folder.rename(former)
    try:
        beside.rename(folder)
    except OSError:
        former.rename(folder)
        raise
    clear(former)


class Shelf:
    """Writes files of an export, each as the former one where it did not change."""

    def __init__(self, folder: Path, former: Path) -> None:
        self._folder, self._former = folder, former
        self.files = self.size = 0

    def put(self, address: str, content: Iterable[bytes]) -> None:
        """Write what stands at an address; that of a page is the `index.html` of its folder."""
        name = f"{address}index.html" if address.endswith("/") else address
        path, before = self._folder / name, self._former / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.writelines(content)
        self.files += 1
        self.size += path.stat().st_size
        if before.is_file() and filecmp.cmp(path, before, shallow=False):
            path.unlink()
            _same_file(before, path)

    @property
    def written(self) -> Written:
        """Return how much was written."""
        return Written(self.files, self.size)


def _same_file(before: Path, path: Path) -> None:
    """Let a file be the one that was there: with its time, so that whoever copies folders sees that nothing changed."""
    try:
        os.link(before, path)
    except OSError:
        shutil.copy2(before, path)
