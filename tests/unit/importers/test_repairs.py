"""What was repaired in a file is said once for neighbouring rows, and counted when it is much."""

from pledgebot.importers.faults import SHOWN
from pledgebot.importers.repairs import Repairs


def test_neighbouring_rows_repaired_alike_are_one_sentence() -> None:
    repairs = Repairs()
    for line, what in ((4, "joined"), (5, "joined"), (7, "joined"), (8, "otherwise")):
        repairs.add(line, what)
    assert repairs.lines() == ("lines 4 to 5: joined", "line 7: joined", "line 8: otherwise")
    assert repairs.rows == 4


def test_only_so_many_are_said_and_the_others_counted() -> None:
    repairs = Repairs()
    for line in range(SHOWN + 2):
        repairs.add(2 * line + 1, "joined")
    assert len(repairs.lines()) == SHOWN + 1
    assert repairs.lines()[-1] == "and 2 more repaired rows"
    assert repairs.rows == SHOWN + 2


def test_what_concerns_no_row_does_not_count_as_one() -> None:
    repairs = Repairs()
    repairs.add(1, "read as UTF-8", rows=0)
    assert (repairs.lines(), repairs.rows) == (("line 1: read as UTF-8",), 0)
