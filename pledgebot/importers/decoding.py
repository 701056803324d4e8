"""Where a file is not in the encoding that it should be in."""

from pathlib import Path

from pledgebot.importers.forms import Found

_CHARACTERS_CUT = "unexpected end of data"


def undecodable(path: Path, found: Found, error: UnicodeDecodeError) -> tuple[int, str]:
    """Return the line of the first byte that cannot be read in the encoding found, and the fault.

    Decoding runs ahead of the rows by a block, so the line is looked for once more in the bytes.
    """
    encoding = "utf-8" if found.encoding == "utf-8-sig" else found.encoding
    line, byte = _place(path, encoding)
    if encoding == "utf-8" and error.reason == _CHARACTERS_CUT:
        return line, "the file ends within a character: it seems cut off, expected a whole file"
    if encoding != "utf-8":
        return line, f"byte 0x{byte:02X} is no character of latin-1 (windows-1252), expected text"
    if found.form.encoding != "utf-8":
        return line, f"byte 0x{byte:02X} is not UTF-8, which the header is: two encodings in one file, expected one"
    if line == 1 and byte in {0xFE, 0xFF}:
        return line, f"byte 0x{byte:02X} is not UTF-8, it looks like UTF-16, expected UTF-8"
    form = f"not the {found.form.key} form as it is published"
    return line, f"byte 0x{byte:02X} is not UTF-8, it looks like latin-1: {form}, expected UTF-8"


def _place(path: Path, encoding: str) -> tuple[int, int]:
    """Return the line and the value of the first byte that is not in an encoding."""
    line = 1
    with path.open("rb") as file:
        for raw in file:
            try:
                raw.decode(encoding)
            except UnicodeDecodeError as error:
                return line + _line_ends(raw[: error.start]), raw[error.start]
            line += _line_ends(raw)
    return line, 0


def _line_ends(raw: bytes) -> int:
    return raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n")
