"""What is followed, as words and buttons name it, and whether a place follows anything. Nothing is changed here."""

from collections.abc import Iterable
from datetime import time

from pledgebot.chat.hours import Digest
from pledgebot.chat.pressing import row
from pledgebot.domain.audience import Audience, Rhythm, Spot, TopicKind
from pledgebot.domain.words import normalise
from pledgebot.messages import panels
from pledgebot.services import subscribers
from pledgebot.services.lookup import Found, Hit, HitKind
from pledgebot.services.subscriber_views import SubscriberView, Topic, is_organizers_place
from pledgebot.store.engine import Session

_YES = frozenset({"yes", "oui"})

_KINDS = {
    HitKind.LIST: TopicKind.LIST,
    HitKind.BANNER: TopicKind.BANNER,
    HitKind.PLACE: TopicKind.CONSTITUENCY,
    HitKind.DEMAND: TopicKind.DEMAND,
}
_BY_WORD = {word: kind for kind, word in panels.WORDS.items()}
_DAYS = frozenset(map(str, range(panels.DAYS)))
_SINGLE = 1


def is_configured(session: Session, spot: Spot) -> bool:
    """Tell whether the configuration names a place: then no follower of it can decide what is kept."""
    view = subscribers.find_subscriber(session, spot)
    configured = view is not None and view.active and view.audience is not Audience.SUBSCRIBER
    return configured or (view is None and is_organizers_place(session, spot))


def follows(view: SubscriberView | None) -> bool:
    """Tell whether a place is told anything now: one that ended is asked again for its consent."""
    return view is not None and view.active and bool(view.topics)


def agreed(text: str) -> tuple[bool, str]:
    """Read `yes: cameras`, by which consent is given in words; a name that begins with "yes" is a name."""
    word, colon, rest = text.partition(":")
    if colon and normalise(word) in _YES and rest.strip():
        return True, rest.strip()
    return False, text


def meanings(found: Found) -> Iterable[Hit]:
    """Return what may be followed of what was found: a demand in a place is either of the two."""
    if found.sure is not None and found.sure.kind is HitKind.DEMAND and found.also is not None:
        return (found.sure, found.also)
    return found.hits


def topic_of(hit: Hit) -> Topic:
    """Return what is followed where something was found."""
    return Topic(_KINDS[hit.kind], hit.id)


def topic_in(arguments: tuple[str, ...]) -> Topic | None:
    """Read `all` or `list-12`, None for what is neither."""
    kind = _BY_WORD.get(arguments[0]) if arguments else None
    if kind is TopicKind.ALL:
        return Topic(kind) if len(arguments) == _SINGLE else None
    pair = 2
    chosen = row(arguments[1]) if len(arguments) == pair else None
    return Topic(kind, chosen) if kind is not None and chosen is not None else None


def digest_in(operation: str, value: str) -> Digest | None:
    """Read what a button says of a digest: `rhythm-daily`, `hour-08`, `day-0` (Monday); None for what is none of them."""
    if operation == "rhythm" and value in set(Rhythm):
        return Digest(Rhythm(value), None)
    if operation == "day" and value in _DAYS:
        return Digest(Rhythm.WEEKLY, None, int(value))
    hour = clock_in(f"{value}00") if operation == "hour" else None
    return Digest(None, hour) if hour is not None else None


def clock_in(digits: str) -> time | None:
    """Read `0730`, None for what no clock shows."""
    four = 4
    if len(digits) != four or not (digits.isascii() and digits.isdecimal()):
        return None
    hour, minute = int(digits[:2]), int(digits[2:])
    return time(hour, minute) if hour < 24 and minute < 60 else None  # noqa: PLR2004 - hours and minutes
