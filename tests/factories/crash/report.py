"""The table of what was counted; it needs nothing else of the harness, for it is printed by whatever ran the tests."""

from collections.abc import Iterable, Sequence

HEADER = ("combination", "kills", "messages", "copies", "sent", "in doubt", "arrived", "most claimed")
"""The last but one: of those in doubt; the last: when a worker was killed."""


def counted(rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table: every combination, and the sum of all."""
    together: dict[str, list[int]] = {}
    for name, *counts in rows:
        so_far = together.setdefault(name, [0] * len(counts))
        numbers = [int(count) for count in counts]
        *sums, _last = map(sum, zip(so_far, numbers, strict=True))
        together[name] = [*sums, max(so_far[-1], numbers[-1])]
    if not together:
        return []
    lines = [HEADER, *((name, *map(str, counts)) for name, counts in sorted(together.items()))]
    total = ("in all", *(str(sum(column)) for column in list(zip(*together.values(), strict=True))[:-1]))
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEADER))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=False)) for line in (*lines, total)]
