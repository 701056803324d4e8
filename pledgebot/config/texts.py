"""The kinds of text and table that both the configuration and the letter are made of."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

_TO_FILL_IN = re.compile(r"[àa]\s+remplir|fill\s+in", re.IGNORECASE)
_ODD = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class Table(BaseModel):
    """One table of a file: nothing unknown in it, nothing converted silently, never printed when it is wrong."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


def clean_text(text: str) -> str:
    """Return a text without space around it; raise ValueError when it is empty, unfinished or not printable."""
    stripped = text.strip()
    if not stripped:
        raise ValueError("empty")
    if _ODD.search(stripped):
        raise ValueError("holds a control character")
    if _TO_FILL_IN.search(stripped):
        raise ValueError("still to be filled in")
    return stripped


Text = Annotated[str, AfterValidator(clean_text)]
Slug = Annotated[str, StringConstraints(pattern=r"\A[a-z0-9-]+\z", max_length=50)]
