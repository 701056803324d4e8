"""Digests of people's names, so that lists can be compared by their members while no name is kept."""

from collections.abc import Callable
from hashlib import blake2b

from pledgebot.domain.words import normalise

DIGEST_BYTES = 8
"""The length of one name's digest."""

Digest = Callable[[str, str], bytes]
"""What makes a digest of a family and a given name."""

_REMEMBERED = 8_192
_LONGEST_SECRET = 64
_LATIN_END = "\u0180"


def name_digest(secret: bytes) -> Digest:
    """Return what makes 8-byte digests of (family name, given name), keyed by a secret of up to 64 bytes.

    Names that differ only in case, accents or spaces have the same digest. Without the secret nobody can find out
    whose digest one is by trying names. Raises `ValueError` for an empty secret, and for one that is too long.
    """
    if not 0 < len(secret) <= _LONGEST_SECRET:
        raise ValueError("the secret is empty, or longer than 64 bytes")
    given_forms = _GivenForms()
    # The secret goes before the name rather than into the key block: BLAKE2 as a whole is a keyed function of it (no
    # length extension), and secret and name together are hashed as one block instead of two.
    fresh = blake2b(len(secret).to_bytes(1, "big") + secret, digest_size=DIGEST_BYTES).copy

    def digest(family: str, given: str) -> bytes:
        # This runs for every candidate of the country: most family names are plain letters, and a copy of a begun
        # state costs less than a new one.
        form = family.lower() if family.isascii() and family.isalpha() else quick_normalise(family)
        state = fresh()
        state.update((form + given_forms[given]).encode())
        return state.digest()

    return digest


class _GivenForms(dict[str, str]):
    """Given name → its normal form after a NUL: a national file has few of them, and each of them often."""

    def __missing__(self, given: str) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        form = self[given] = "\0" + quick_normalise(given)
        return form


# Normalising goes letter by letter: what it makes of each of the letters that French names have can be looked up.
_LETTERS = {code: normalise(f"a{chr(code)}a")[1:-1] for code in range(ord(_LATIN_END))}


def quick_normalise(name: str) -> str:
    """Return what `normalise` does, in a tenth of the time for a name in Latin letters."""
    if name.isascii() and "`" not in name:
        return " ".join(name.lower().split())
    if max(name) < _LATIN_END:
        return " ".join(name.translate(_LETTERS).split())
    return normalise(name)
