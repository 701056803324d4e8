"""How followers who ask are answered at a moment: as ever, as of the beginning of an electoral silence, or by a notice alone.

Only questions are meant here: what goes out unasked is held back by the gate of sending, which also keeps a margin.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from pledgebot.domain.election import Silence, SilenceRule
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.policy import Policy, SilenceAnswers
from pledgebot.services.policies import policy
from pledgebot.services.revision import Remembered
from pledgebot.services.rounds import UNREADABLE, whole_calendar


@dataclass(frozen=True)
class Hushed:
    """What the electoral silence makes of answers to followers at a moment.

    `silence` is the one that is there, with the zone of its round; `coming` the next one, if it is not there yet. Of a calendar
    that cannot be read (`readable`) nobody knows whether this is a silence: then it is taken for one.
    """

    silence: Silence | None = None
    zone: ZoneInfo | None = None
    full: bool = False
    board_url: str | None = None
    coming: "Hushed | None" = None
    readable: bool = True

    @property
    def notice(self) -> bool:
        """Tell whether nothing is said of any list now."""
        return not self.readable or (self.silence is not None and not self.full)

    @property
    def as_of(self) -> datetime | None:
        """Return the moment as of which everything is told; None for now."""
        return self.silence.begins if self.silence is not None and self.full else None

    @property
    def border(self) -> datetime | None:
        """Return when this changes next; None where nobody knows, or where nothing is to come."""
        if self.silence is not None:
            return self.silence.ends
        return self.coming.silence.begins if self.coming is not None and self.coming.silence is not None else None


OPEN = Hushed()
"""No silence at all: what organizers always have, and everybody where the rule is none."""


def hushed(session: Session, now: datetime, known: Remembered) -> Hushed:
    """Return what the electoral silence makes of answers to followers. Without any polling day there is none."""
    try:
        decided, rounds = known.read(session, policy), known.read(session, whole_calendar)
    except UNREADABLE:
        return Hushed(readable=False)
    if decided.rule is SilenceRule.NONE:
        return OPEN
    silences = [(view.silence, view.zone) for view in rounds if view.silence is not None and now < view.silence.ends]
    if not silences:
        return OPEN
    silence, zone = min(silences, key=lambda one: one[0].begins)
    there = _in(decided, silence, zone)
    return there if silence.covers(now) else Hushed(coming=there)


def refuse_in_silence(session: Session, now: datetime) -> None:
    """Refuse what would change how a list is shown to the public, until the silence is over: pages stay as they are in it.

    What the audit log can take back again for a moment (`as_of`) need not be refused: answers, contacts, lists that are new or
    withdraw. Under which name, panel or banner a list is shown is that of today.
    """
    there = hushed(session, now, Remembered())
    if there.silence is not None and there.zone is not None:
        raise Refused(Objection.IN_SILENCE, until=there.silence.ends.astimezone(there.zone))


def _in(decided: Policy, silence: Silence, zone: ZoneInfo) -> Hushed:
    return Hushed(silence, zone, decided.answers is SilenceAnswers.FULL, decided.board_url)
