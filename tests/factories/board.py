"""A look at a database as the board takes it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from factories.services import NOW
from pledgebot.services.revision import Remembered
from pledgebot.store.engine import Database
from pledgebot.web.reading import Masthead, Reading

MASTHEAD = Masthead(("fr", "en"), None, "Collectif Exemple", "contact@exemple.invalid", "Hébergeur Exemple")


@contextmanager
def looking(
    database: Database, now: datetime = NOW, as_of: datetime | None = None, masthead: Masthead = MASTHEAD
) -> Iterator[Reading]:
    """Open one look at a database, now or as of a moment."""
    with database.read() as session:
        yield Reading(session, now, as_of, Remembered(), masthead)
