"""Who asks: the one value that every mouth hands to the answers."""

from dataclasses import dataclass

from pledgebot.domain.audience import Spot
from pledgebot.messages.mentions import SilentWay
from pledgebot.messages.panels import Elsewhere
from pledgebot.services.people import Actor


@dataclass(frozen=True)
class Asker:
    """Who asks: in which language they are answered, which organizer they are, if one, and from where.

    `spot` is the place that a subscription would be for: the chat itself, or a channel that is run from the private chat;
    None where nothing can be subscribed to (a terminal). `administrator` says that they may decide for that place: their own
    chat, or a group or channel of which the network just now said that they administer it. `contact` is how the collective
    that runs this can be reached. `silent_way` is how one follows without being kept, where the network has such a way.
    `elsewhere` is how `spot` is called where that is not the chat in which they ask. `update` is the row of the inbox that
    asks, which is gone once it is answered.
    """

    language: str
    organizer: Actor | None = None
    spot: Spot | None = None
    administrator: bool = False
    contact: str | None = None
    silent_way: SilentWay | None = None
    elsewhere: Elsewhere | None = None
    update: int | None = None
