"""How much a network lets one account do within a span of time, however that span is laid. Pure."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_SLOTS = 60


@dataclass(frozen=True)
class Quota:
    """At most `limit` in any window of `span`, wherever the window begins.

    What was spent is counted in coarse slots, a sixtieth of the span each, so that it stays small when it is stored. A
    window touches one slot more than fit into it: that many are summed, which makes the count too high by one slot's worth at
    most, and never too low. `spent` holds (slot, count) in order; `held_until` is a deadline that the network set.
    """

    limit: int
    span: timedelta
    spent: tuple[tuple[int, int], ...] = ()
    held_until: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse what could never admit anything."""
        if self.limit < 1 or self.span < timedelta(seconds=_SLOTS):
            raise ValueError("a quota admits at least one within a minute or more")

    @property
    def slot(self) -> timedelta:
        """How long one slot is."""
        return self.span / _SLOTS

    def used(self, now: datetime) -> int:
        """Return how many count at a moment."""
        return sum(count for _, count in self._counted(now))

    def ready_in(self, now: datetime, leave: int = 0) -> timedelta:
        """Return how long until one more may go, with so many left for others after it; zero when it may go now.

        Whoever must not starve the rest names what is to be left. Raises ValueError where that is all there is.
        """
        allowed = self.limit - 1 - leave
        if allowed < 0:
            raise ValueError("a reserve is smaller than the limit")
        held = max(self.held_until - now, timedelta(0)) if self.held_until is not None else timedelta(0)
        return max(held, self._free_in(now, allowed))

    def spend(self, now: datetime, count: int = 1) -> "Quota":
        """Return the quota after so many more. What was sent is counted even where none was left."""
        here = self._slot_of(now)
        counts = dict(self._counted(now))
        counts[here] = counts.get(here, 0) + count
        return replace(self, spent=tuple(sorted(counts.items())))

    def hold(self, until: datetime) -> "Quota":
        """Return the quota with nothing admitted before a moment; an earlier, longer wait stands."""
        return self if self.held_until is not None and self.held_until >= until else replace(self, held_until=until)

    def _free_in(self, now: datetime, allowed: int) -> timedelta:
        """Return how long until at most `allowed` are still counted."""
        counted = self._counted(now)
        excess = sum(count for _, count in counted) - allowed
        for slot, count in counted:
            if excess <= 0:
                break
            excess -= count
            leaves = _BEGINNING + (slot + _SLOTS + 1) * self.slot
            if excess <= 0:
                return leaves - now
        return timedelta(0)

    def _counted(self, now: datetime) -> list[tuple[int, int]]:
        """Return the slots that count. One of the future comes from a clock that was put back: it was spent just now."""
        here = self._slot_of(now)
        counts: dict[int, int] = {}
        for slot, count in self.spent:
            if slot >= here - _SLOTS:
                counts[min(slot, here)] = counts.get(min(slot, here), 0) + count
        return sorted(counts.items())

    def _slot_of(self, moment: datetime) -> int:
        return (moment - _BEGINNING) // self.slot
