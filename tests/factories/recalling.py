"""Short ways to let reminders come due, to follow something, and to send from the fictional Marseille."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from factories.marseille import Marseille
from factories.roads import Road, moved
from fakes.channels import ScriptedChannel
from pledgebot.clock import MovedClock
from pledgebot.domain.audience import TopicKind
from pledgebot.domain.policy import Attach
from pledgebot.domain.tallies import Tallies
from pledgebot.services.policies import policy
from pledgebot.services.public_reminders import raise_for_public
from pledgebot.store.tables import Subscription


class TownRoad(Road):
    """The road of all sending, from a town that is there already and that nobody follows yet."""

    def __init__(self, town: Marseille, clock: MovedClock, executor: ThreadPoolExecutor) -> None:
        self.town = town
        self.database = town.database
        self.clock = clock
        self.executor = executor
        self.channel = ScriptedChannel()
        self.timeout = timedelta(seconds=30)
        self.board_url = None
        self.attach = Attach.NONE
        self.tallies = Tallies()


def at(road: Road, moment: datetime) -> int:
    """Let the reminders of a moment be raised and sent; return how many events that made."""
    moved(road).move(to=moment)
    with road.database.begin() as session:
        made = raise_for_public(session, policy(session), moment)
    road.run()
    return made


def follow(road: Road, address: str, *topics: tuple[TopicKind, int], **values: object) -> int:
    """Add a subscriber who follows these topics, each named by the number of its row."""
    values.setdefault("created_at", moved(road).now() - timedelta(days=1))
    number = road.subscriber(address, **values)
    road.unfollow(number)
    with road.database.begin() as session:
        for topic, row in topics:
            session.add(Subscription(destination_id=number, topic=topic, **{f"{topic.value}_id": row}))
    return number
