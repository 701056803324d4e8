"""How much one may ask: token buckets for persons and chats, so that one person cannot starve the rest. Pure."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Verdict(StrEnum):
    """Whether a question is answered.

    `LAST_WORD` is the first refusal of a row: it is said once how long to wait. After it they are `REFUSED` in silence.
    """

    ALLOWED = "allowed"
    LAST_WORD = "last_word"
    REFUSED = "refused"


@dataclass(frozen=True)
class Bucket:
    """What is left of a budget at a moment; `told` says that a refusal was said since it was last half full."""

    left: float
    at: datetime
    told: bool = False


@dataclass(frozen=True)
class Budget:
    """So many questions at once, and so many more each minute."""

    capacity: int
    refill_per_minute: int

    def refilled(self, state: Bucket | None, now: datetime) -> Bucket:
        """Return a bucket as it stands now; None is a full one. A clock that goes back refills nothing."""
        if state is None:
            return Bucket(self.capacity, now)
        passed = max(now - state.at, timedelta(0))
        left = min(self.capacity, state.left + passed / timedelta(minutes=1) * self.refill_per_minute)
        return Bucket(left, max(now, state.at), state.told and left < self.capacity / 2)

    def spend(self, state: Bucket | None, now: datetime) -> tuple[Bucket, bool]:
        """Take one out of a bucket; return it as it is then, and whether there was one."""
        bucket = self.refilled(state, now)
        if bucket.left < 1:
            return bucket, False
        return Bucket(bucket.left - 1, bucket.at, bucket.told), True

    def wait(self, bucket: Bucket) -> timedelta:
        """Return how long until there is one in a bucket."""
        return timedelta(minutes=max(1 - bucket.left, 0) / self.refill_per_minute)


PER_USER = Budget(capacity=20, refill_per_minute=20)
PER_CHAT = Budget(capacity=15, refill_per_minute=15)
"""For a group or channel all of its people together: a bot may send 20 messages a minute there, news included."""

_MOST_KEYS = 10_000


@dataclass
class _Buckets:
    """The buckets that are not full, the one that was used last at the end."""

    budget: Budget
    most: int
    buckets: dict[str, Bucket] = field(default_factory=dict)

    def spend(self, key: str, now: datetime) -> bool:
        bucket, allowed = self.budget.spend(self.buckets.get(key), now)
        self._keep(key, bucket, now)
        return allowed

    def has_one(self, key: str, now: datetime) -> bool:
        return self.budget.refilled(self.buckets.get(key), now).left >= 1

    def first_refusal(self, key: str, now: datetime) -> bool:
        """Note that a refusal is said, and tell whether it is the first of a row."""
        bucket = self.budget.refilled(self.buckets.get(key), now)
        self._keep(key, Bucket(bucket.left, bucket.at, told=True), now)
        return not bucket.told

    def wait(self, key: str, now: datetime) -> timedelta:
        return self.budget.wait(self.budget.refilled(self.buckets.get(key), now))

    def _keep(self, key: str, bucket: Bucket, now: datetime) -> None:
        self.buckets.pop(key, None)
        self.buckets[key] = bucket
        # Who was quiet longest stands first. A full bucket says nothing: without it the answer is the same.
        while len(self.buckets) > self.most or self._first_is_full(now):
            del self.buckets[next(iter(self.buckets))]

    def _first_is_full(self, now: datetime) -> bool:
        first = next(iter(self.buckets.values()))
        return len(self.buckets) > 1 and self.budget.refilled(first, now).left >= self.budget.capacity


class Budgets:
    """Keeps the buckets of persons and chats in memory: `most` of each, idle ones are dropped."""

    def __init__(self, per_user: Budget = PER_USER, per_chat: Budget = PER_CHAT, most: int = _MOST_KEYS) -> None:
        self._users = _Buckets(per_user, most)
        self._chats = _Buckets(per_chat, most)

    def __len__(self) -> int:
        """Return how many buckets are kept."""
        return len(self._users.buckets) + len(self._chats.buckets)

    def admit(self, user: str, chat: str, now: datetime) -> tuple[Verdict, timedelta]:
        """Spend one question of a person in a chat; return whether it is answered, and else how long to wait.

        In a private chat, whose address is the person's own, only their own budget counts. What is refused by one of the two
        budgets takes nothing from the other, but a last word is a message too: where the chat has none left, it is not said.
        """
        shared = chat != user
        if not self._users.has_one(user, now):
            wait = self._users.wait(user, now)
            said = self._users.first_refusal(user, now) and (not shared or self._chats.spend(chat, now))
            return Verdict.LAST_WORD if said else Verdict.REFUSED, wait
        if shared and not self._chats.spend(chat, now):
            wait = self._chats.wait(chat, now)
            return Verdict.LAST_WORD if self._chats.first_refusal(chat, now) else Verdict.REFUSED, wait
        self._users.spend(user, now)
        return Verdict.ALLOWED, timedelta(0)
