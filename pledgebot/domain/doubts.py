"""What becomes of a doubt by itself, when nobody knows whether a message arrived: looked for, sent once more, or left."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from pledgebot.domain.audience import Audience, PlaceKind
from pledgebot.domain.delivery import Action


class AfterDoubt(StrEnum):
    """What is done about a doubt: look whether the message stands there, send it once more, or leave it to a person."""

    LOOK = "look"
    REPEAT = "repeat"
    LEAVE = "leave"


@dataclass(frozen=True)
class DoubtPolicy:
    """What an installation decided: of single messages to one person, of digests to one person, of what many read in one place.

    A digest that is missed is news of days; of a single announcement it is better to ask than to say it twice.
    """

    private: AfterDoubt = AfterDoubt.LEAVE
    public: AfterDoubt = AfterDoubt.LEAVE
    digests: AfterDoubt = AfterDoubt.REPEAT


TOLD_AFTER = timedelta(minutes=2)
"""So long after the sending organizers are told: by then all that was under way together has become a doubt."""
TOLD_AGAIN_AFTER = timedelta(hours=1)
"""Of more doubts about the same, organizers are told again no sooner than this."""


def after_doubt(
    action: Action,
    audience: Audience,
    place: PlaceKind,
    *,
    looks: bool = False,
    digest: bool = False,
    policy: DoubtPolicy = DoubtPolicy(),
) -> AfterDoubt:
    """Return what becomes of a doubt by itself.

    `looks` says that the medium looks before it sends again, `digest` that the message tells several things.

    What is sent once more, and is in doubt again, is left: nobody reads the same more than twice. Only a change of a message
    can be made as often as one likes: the second changes nothing. What organizers read they had better read twice than not at
    all, whatever is decided about the others. A follower may be a group, where many read.
    """
    if looks:
        return AfterDoubt.LOOK
    if action is Action.EDIT or audience is Audience.ORGANIZERS:
        return AfterDoubt.REPEAT
    if audience is Audience.SUBSCRIBER and place is PlaceKind.PRIVATE:
        return policy.digests if digest else policy.private
    return policy.public
