"""Lists on their way: records in a temporary file that nobody else can read and that is gone when it is closed."""

import io
import marshal
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import IO, TYPE_CHECKING, Self

from pledgebot.domain.election import ListRecord
from pledgebot.domain.errors import Unusable
from pledgebot.importers.digests import DIGEST_BYTES

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Fields = tuple[int, str, str, int | None, str, str | None, str | None, str | None, int | None, bytes]
"""The fields of a `ListRecord` in their order. Making the record itself would cost more than writing them."""

_LENGTH = 4


class Spool:
    """Records, written one after the other, to be read any number of times.

    The file has no name where the system allows it, so that nothing of it stays, however the program ends.
    What comes to be known of a list after it was written is kept in memory and joined when it is read.
    """

    def __init__(self) -> None:
        try:
            self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by our own exit
        except OSError as error:
            raise _no_room(error) from error
        self._late_members: dict[int, bytearray] = {}
        self._late_heads: dict[int, str] = {}
        self.count = 0

    def __enter__(self) -> Self:
        """Return the spool."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the file, which is gone then."""
        # What was not written yet is of no use any more, and writing it may fail.
        with suppress(OSError):
            self._file.close()

    @property
    def mode(self) -> int:
        """Return the permissions of the temporary file."""
        return os.fstat(self._file.fileno()).st_mode & 0o777

    def add(self, fields: Fields) -> int:
        """Write the fields of one record; return its number, from 0."""
        try:
            written = marshal.dumps(fields)
            self._file.write(len(written).to_bytes(_LENGTH) + written)
        except OSError as error:
            raise _no_room(error) from error
        self.count += 1
        return self.count - 1

    def add_members(self, number: int, members: bytes) -> None:
        """Give a record that was written more members."""
        self._late_members.setdefault(number, bytearray()).extend(members)

    def set_head(self, number: int, head: str) -> None:
        """Give a record that was written another head of list."""
        self._late_heads[number] = head

    def records(self) -> Iterator[ListRecord]:
        """Yield the records as they were written; iterators do not disturb each other."""
        try:
            self._file.flush()
        except OSError as error:
            raise _no_room(error) from error
        reader = io.BufferedReader(_FromBeginning(self._file))
        for number in range(self.count):
            written = reader.read(int.from_bytes(reader.read(_LENGTH)))
            # What is read is what this program wrote into a file that nobody else can open.
            record = ListRecord(*marshal.loads(written))  # noqa: S302 - see above
            yield self._completed(number, record) if self._is_late(number) else record

    def _is_late(self, number: int) -> bool:
        return number in self._late_members or number in self._late_heads

    def _completed(self, number: int, record: ListRecord) -> ListRecord:
        members = record.members + self._late_members.get(number, b"")
        each = sorted(members[at : at + DIGEST_BYTES] for at in range(0, len(members), DIGEST_BYTES))
        return replace(record, head=self._late_heads.get(number, record.head), members=b"".join(each))


class _FromBeginning(io.RawIOBase):
    """Reads a file from its beginning and leaves its position alone."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file
        self._at = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        # The number is asked for each time: that of a closed file may belong to another one by now.
        read = os.preadv(self._file.fileno(), [buffer], self._at)
        self._at += read
        return read


def _no_room(error: OSError) -> Unusable:
    return Unusable(f"{tempfile.gettempdir()}: {error.strerror or error}, expected room for a temporary file")
