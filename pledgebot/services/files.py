"""The files that prove answers: kept once by their SHA-256, and deleted when nothing rests on them any more."""

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pledgebot.store.tables import Blob, Draft, Evidence
from pledgebot.store.types import Json

MEDIA_TYPE_LENGTH = 100
UNKNOWN_TYPE = "application/octet-stream"


def keep_file(session: Session, content: bytes, media_type: str, now: datetime) -> str:
    """Keep a file that is not empty, once however often it is given, and return its SHA-256 in hexadecimal."""
    digest = hashlib.sha256(content).hexdigest()
    # Locked, so that nobody deletes as unused in this moment what is about to be used.
    there = session.scalar(sa.select(Blob.sha256).where(Blob.sha256 == digest).with_for_update())
    if there is None:
        shown = media_type if media_type.isprintable() and len(media_type) <= MEDIA_TYPE_LENGTH else UNKNOWN_TYPE
        row = {"sha256": digest, "size": len(content), "media_type": shown, "content": content, "kept_at": now}
        # Kept by somebody else in this moment, it serves all the same.
        with suppress(IntegrityError), session.begin_nested():
            session.execute(sa.insert(Blob).values(is_public=False, **row))
    return digest


def delete_unused_files(session: Session, hashes: Iterable[str | None]) -> None:
    """Delete those of some files that prove nothing any more: two answers, or drafts, may rest on one file."""
    session.flush()
    gone = {digest for digest in hashes if digest is not None}
    if not gone:
        return
    session.execute(sa.select(Blob.sha256).where(Blob.sha256.in_(gone)).order_by(Blob.sha256).with_for_update())
    # Asked only now that the files are locked: whoever took one up before is seen.
    gone -= drafted_files(session)
    used = sa.select(Evidence.blob_sha256).where(Evidence.blob_sha256.is_not(None))
    session.execute(sa.delete(Blob).where(Blob.sha256.in_(gone), Blob.sha256.not_in(used)))


def drafted_files(session: Session) -> set[str]:
    """Return the hashes of the files that half-typed answers refer to."""
    return {digest for content in session.scalars(sa.select(Draft.content)) for digest in files_in(content)}


def files_in(content: Mapping[str, Json]) -> set[str]:
    """Return the hashes of the files to which the stored content of a draft refers."""
    proofs = content.get("proofs")
    held = proofs if isinstance(proofs, list) else []
    found = {proof.get("file") for proof in held if isinstance(proof, dict)}
    return {digest for digest in found if isinstance(digest, str)}
