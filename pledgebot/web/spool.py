"""What is too large for memory goes into a file that nobody else sees, and that is gone when nobody needs it any more."""

import hashlib
import os
import tempfile
import weakref
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from pledgebot.web.page import FilePage, Page

LARGEST = 4 * 1024 * 1024
"""Up to how many bytes are held in memory."""


def written(chunks: Iterable[bytes], media_type: str) -> Page | FilePage:
    """Return what chunks make together: in memory when they are few, else in a temporary file that goes with its page."""
    kept, size = list[bytes](), 0
    flowing = iter(chunks)
    for chunk in flowing:
        kept.append(chunk)
        size += len(chunk)
        if size > LARGEST:
            return _in_a_file(chain(kept, flowing), media_type)
    return Page(b"".join(kept), media_type, shared=True)


def _in_a_file(chunks: Iterable[bytes], media_type: str) -> FilePage:
    digest = hashlib.sha256()
    number, name = tempfile.mkstemp(prefix="pledgebot-data-")
    path = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            for chunk in chunks:
                digest.update(chunk)
                file.write(chunk)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    page = FilePage(path, media_type, f'"{digest.hexdigest()[:32]}"')
    weakref.finalize(page, path.unlink, missing_ok=True)
    return page
