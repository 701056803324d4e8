"""Who hears what: topics, rhythms, and the kinds of places that are written to."""

from dataclasses import dataclass
from enum import StrEnum


class Audience(StrEnum):
    """Who a destination or an event is for. Messages to organizers are exempt from the electoral silence."""

    PUBLIC = "public"
    SUBSCRIBER = "subscriber"
    ORGANIZERS = "organizers"


class Rhythm(StrEnum):
    """How often a destination wants to hear."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"


class TopicKind(StrEnum):
    """What a subscription follows."""

    ALL = "all"
    CONSTITUENCY = "constituency"
    BANNER = "banner"
    LIST = "list"
    DEMAND = "demand"


@dataclass(frozen=True)
class Topics:
    """What an event touches, as row numbers: whoever follows one of them hears of it."""

    lists: tuple[int, ...] = ()
    banners: tuple[int, ...] = ()
    constituencies: tuple[int, ...] = ()
    demands: tuple[int, ...] = ()
