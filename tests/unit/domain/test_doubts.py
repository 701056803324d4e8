"""What becomes of a doubt by itself."""

from itertools import product

import pytest

from pledgebot.domain.audience import Audience, PlaceKind
from pledgebot.domain.delivery import Action
from pledgebot.domain.doubts import AfterDoubt, DoubtPolicy, after_doubt

LOOK, REPEAT, LEAVE = AfterDoubt.LOOK, AfterDoubt.REPEAT, AfterDoubt.LEAVE
PUBLIC, SUBSCRIBER, ORGANIZERS = Audience.PUBLIC, Audience.SUBSCRIBER, Audience.ORGANIZERS
PRIVATE, GROUP, CHANNEL = PlaceKind.PRIVATE, PlaceKind.GROUP, PlaceKind.CHANNEL
SEND, EDIT, REPLY = Action.SEND, Action.EDIT, Action.REPLY
OTHER_WAY_ROUND = DoubtPolicy(private=REPEAT, public=REPEAT, digests=LEAVE)


@pytest.mark.parametrize(
    ("action", "audience", "place", "decided", "other_way_round"),
    [
        (SEND, PUBLIC, CHANNEL, LEAVE, REPEAT),
        (REPLY, PUBLIC, CHANNEL, LEAVE, REPEAT),
        (SEND, PUBLIC, GROUP, LEAVE, REPEAT),
        (SEND, SUBSCRIBER, GROUP, LEAVE, REPEAT),
        (SEND, SUBSCRIBER, CHANNEL, LEAVE, REPEAT),
        (REPLY, SUBSCRIBER, GROUP, LEAVE, REPEAT),
        (SEND, SUBSCRIBER, PRIVATE, LEAVE, REPEAT),
        (REPLY, SUBSCRIBER, PRIVATE, LEAVE, REPEAT),
        (SEND, ORGANIZERS, GROUP, REPEAT, REPEAT),
        (SEND, ORGANIZERS, PRIVATE, REPEAT, REPEAT),
        (REPLY, ORGANIZERS, CHANNEL, REPEAT, REPEAT),
        (EDIT, PUBLIC, CHANNEL, REPEAT, REPEAT),
        (EDIT, SUBSCRIBER, PRIVATE, REPEAT, REPEAT),
        (EDIT, ORGANIZERS, GROUP, REPEAT, REPEAT),
    ],
)
def test_what_is_said_to_people_is_left_and_what_cannot_hurt_is_repeated(
    action: Action, audience: Audience, place: PlaceKind, decided: AfterDoubt, other_way_round: AfterDoubt
) -> None:
    assert after_doubt(action, audience, place) is decided
    assert after_doubt(action, audience, place, policy=OTHER_WAY_ROUND) is other_way_round


def test_where_it_can_be_looked_it_is_looked() -> None:
    for action, audience, place in product(Action, Audience, PlaceKind):
        assert after_doubt(action, audience, place, looks=True, policy=OTHER_WAY_ROUND) is LOOK


def test_a_digest_to_one_person_is_repeated() -> None:
    assert after_doubt(SEND, SUBSCRIBER, PRIVATE, digest=True) is REPEAT
    assert after_doubt(SEND, SUBSCRIBER, GROUP, digest=True) is LEAVE
    assert after_doubt(SEND, SUBSCRIBER, PRIVATE, digest=True, policy=OTHER_WAY_ROUND) is LEAVE
