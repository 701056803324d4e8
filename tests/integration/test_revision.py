"""The revision rises whenever an answer may differ, so that nothing is said from memory that is not so any more."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from factories.services import (
    FIRST,
    NOW,
    SECOND,
    TOWN,
    Installed,
    a_demand,
    a_letter,
    a_plan,
    a_round,
    an_answer,
    confirm,
    confirmed,
    correcting,
    installed,
    record,
    undone,
    withdrawing,
)
from pledgebot.chat.answers import Asker, press, reply
from pledgebot.chat.recall import Recall, question_by_press, question_in_words, recalled
from pledgebot.chat.reply import Reply
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Spot
from pledgebot.domain.election import LineageKind, ListRecord
from pledgebot.domain.errors import Refused
from pledgebot.domain.progress import ContactKind, Medium
from pledgebot.messages.presses import Press
from pledgebot.services import lineages
from pledgebot.services.answers import Subject, amend_answer, get_answer
from pledgebot.services.decisions import reject_answer, request_removal
from pledgebot.services.installation import InstallationPlan, PlacePlan, sync_installation
from pledgebot.services.list_files import import_lists
from pledgebot.services.lists import (
    ListDetails,
    Place,
    add_alias,
    add_list,
    edit_list,
    merge_lists,
    reinstate_list,
    withdraw_list,
)
from pledgebot.services.lookup import Directories
from pledgebot.services.matches import confirm_match
from pledgebot.services.outreach import NewContact, log_contact
from pledgebot.services.queries import demands
from pledgebot.services.revision import Remembered, current_revision
from pledgebot.store.engine import Database, Session
from pledgebot.store.tables import CandidateList, Round

ASKER = Asker("en")
BETWEEN = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
TEXTS = (
    "/stances", "/letter", "/dates", "/start", "/help", "Marseille", "Marseille Nord", "13055", "vieux port", "cameras",
    "committee", "lighting", "Liste Exemple A", "Liste Exemple B", "Liste Exemple C", "Liste Exemple D", "Exemple Neuf",
    "LEA", "Bannière Exemple", "/history Liste Exemple A", "/history Liste Exemple B", "/history Bannière Exemple",
    "/history A cameras", "/compare Liste Exemple A and Liste Exemple B", "liste exemple", "zzzz",
)  # fmt: skip
PRESSES = tuple(Press(*one) for one in (
    ("stances",), ("letter",), ("list", ("1",)), ("list", ("4",)), ("list", ("5",)), ("demand", ("2",)), ("place", ("1",)),
    ("banner", ("1",)), ("history-list", ("1",)), ("history", ("list", "1")), ("proof", ("1",)), ("proof", ("2",)),
))  # fmt: skip


@dataclass
class Mouth:
    """Whoever answers many questions: with one memory of names and one of answers, all the time."""

    database: Database
    directories: Directories = field(default_factory=Directories)
    recall: Recall[Reply] = field(default_factory=Recall)

    def says(self, text: str, now: datetime = NOW, asker: Asker = ASKER) -> Reply:
        """Answer a text, by heart where that is right."""
        return recalled(
            self.recall, self.database, question_in_words(text, asker), now, self.directories,
            lambda database: reply(database, text, asker, now, self.directories),
        )  # fmt: skip

    def shows(self, pressed: Press, now: datetime = NOW) -> Reply | None:
        """Answer a press, by heart where that is right."""
        shown: Callable[[Database], Reply] = lambda database: (  # noqa: E731 - named for its type
            press(database, pressed, ASKER, now, self.directories) or Reply()
        )
        return recalled(self.recall, self.database, question_by_press(pressed, ASKER), now, self.directories, shown)

    def everything(self, now: datetime) -> list[Reply | None]:
        """Answer everything."""
        return [*(self.says(text, now) for text in TEXTS), *(self.shows(one, now) for one in PRESSES)]

    def revision(self) -> int:
        """Return the revision of the database."""
        with self.database.read() as session:
            return current_revision(session)


def afresh(database: Database, now: datetime) -> list[Reply | None]:
    """Answer everything as somebody does who has just come."""
    return Mouth(database, recall=Recall(most=0)).everything(now)


@contextmanager
def watched(mouth: Mouth, now: datetime, *, changes: bool = True) -> Iterator[None]:
    """Do something and see: answers that changed have another revision, and what is known by heart is what is so."""
    before, revision = mouth.everything(now), mouth.revision()
    yield
    after = afresh(mouth.database, now)
    assert (before != after) == changes
    assert mouth.revision() != revision or before == after
    assert mouth.everything(now) == after


@dataclass
class Story:
    """What was done so far."""

    there: Installed
    numbers: dict[str, int] = field(default_factory=dict)

    def note(self, name: str, number: int) -> None:
        """Keep a number by a name."""
        self.numbers[name] = number


Act = Callable[[Session, Story], object]

A_COMMITS = {"cameras": Position.COMMITTED, "committee": Position.PARTIAL}


def _records(session: Session, story: Story) -> None:
    story.note("first", record(session, an_answer(story.there.a, A_COMMITS), story.there.alix))


def _amends(session: Session, story: Story) -> None:
    new = an_answer(story.there.a, A_COMMITS, speaker="Ada Neuve")
    amend_answer(session, story.numbers["first"], new, story.there.alix, NOW)


def _rejects_one(session: Session, story: Story) -> None:
    version = get_answer(session, story.numbers["first"]).version
    reject_answer(session, story.numbers["first"], version, "unclear", story.there.noe, NOW, demand="committee")


def _corrects(session: Session, story: Story) -> None:
    new = correcting(story.numbers["first"], an_answer(story.there.a, {"cameras": Position.REFUSED}))
    story.note("correction", record(session, new, story.there.alix))


def _withdraws_word(session: Session, story: Story) -> None:
    new = withdrawing(an_answer(story.there.a, {"cameras": None}, said=date(2026, 2, 5)))
    story.note("withdrawal", confirmed(session, new, story.there))


def _banner_answers(session: Session, story: Story) -> None:
    story.note(
        "banner", confirmed(session, an_answer(story.there.of_banner, {"cameras": Position.REFUSED}), story.there)
    )


def _asks_removal(session: Session, story: Story) -> None:
    story.note("removal", request_removal(session, story.numbers["first"], "court order", story.there.alix, NOW))


def _contacts(kind: ContactKind, days: int) -> Act:
    return lambda session, story: log_contact(
        session,
        NewContact(story.there.list_c, kind, Medium.EMAIL, NOW - timedelta(days=days)),
        story.there.alix,
        NOW,
    )


def _adds(session: Session, story: Story) -> None:
    story.note("d", add_list(session, Place(TOWN), ListDetails(name="Liste Exemple D"), story.there.alix, NOW))


def _edits(details: ListDetails) -> Act:
    return lambda session, story: edit_list(session, story.numbers["d"], details, story.there.alix, NOW)


def _imports(session: Session, story: Story) -> None:
    records = [ListRecord(1, TOWN, "Marseille", 7, "Liste Exemple Officielle", None, "Ada Exemple", "LDIV", 2026)]
    import_lists(session, records, FIRST, "file.csv", story.there.alix, NOW)
    numbered = sa.select(CandidateList.id).where(CandidateList.panel == 7)
    story.note("official", session.scalars(numbered).one())


STORY: dict[str, tuple[Act, bool]] = {
    # What is done, and whether any of the answers to followers has to differ after it.
    "record": (_records, True),
    "amend": (_amends, False),
    "reject one demand": (_rejects_one, False),
    "confirm": (lambda session, story: confirm(session, story.numbers["first"], story.there.noe), True),
    "record a correction": (_corrects, True),
    "confirm the correction": (lambda s, story: confirm(s, story.numbers["correction"], story.there.noe), True),
    "undo the correction": (lambda session, story: undone(session, story.numbers["correction"], story.there.noe), True),
    "take the word back": (_withdraws_word, True),
    "undo that": (lambda session, story: undone(session, story.numbers["withdrawal"], story.there.noe), True),
    "contact": (_contacts(ContactKind.SENT, 3), True),
    "be declined": (_contacts(ContactKind.DECLINED, 1), True),
    "answer for a banner": (_banner_answers, True),
    "ask for a removal": (_asks_removal, False),
    "confirm the removal": (lambda session, story: confirm(session, story.numbers["removal"], story.there.noe), True),
    "add a list": (_adds, True),
    "rename it": (_edits(ListDetails(name="Exemple Neuf")), True),
    "give it a head": (_edits(ListDetails(head="Zoé Exemple")), True),
    "give it a nuance": (_edits(ListDetails(nuance="LDIV")), True),
    "give it a banner": (_edits(ListDetails(banner="Bannière Exemple")), True),
    "give it an alias": (lambda s, story: add_alias(s, "LEA", story.there.alix, NOW, list_id=story.numbers["d"]), True),
    "give the banner an alias": (
        lambda s, story: add_alias(s, "vieux port", story.there.alix, NOW, banner_id=story.there.banner),
        True,
    ),
    "withdraw it": (lambda session, story: withdraw_list(session, story.numbers["d"], story.there.alix, NOW), True),
    "reinstate it": (lambda session, story: reinstate_list(session, story.numbers["d"], story.there.alix, NOW), True),
    "import": (_imports, True),
    "match": (lambda s, story: confirm_match(s, story.there.list_a, story.numbers["official"], story.there.alix, NOW), True),
    "merge": (lambda s, story: merge_lists(s, (story.numbers["d"],), story.there.list_b, story.there.alix, NOW), True),
}  # fmt: skip


def test_no_act_changes_an_answer_at_the_same_revision(database: Database) -> None:
    mouth, story = Mouth(database), Story(installed(database))
    for act, changes in STORY.values():
        with watched(mouth, NOW, changes=changes), database.begin() as session:
            act(session, story)
    assert mouth.recall.hits > 0


def members(people: str) -> bytes:
    """Return the digests of candidates; each letter is one."""
    return b"".join(sorted(blake2b(name.encode(), digest_size=8).digest() for name in people))


def test_no_step_of_the_second_round_changes_an_answer_at_the_same_revision(database: Database) -> None:
    there, mouth = installed(database), Mouth(database)

    def a_file(round_key: str, *lists: tuple[str, str]) -> None:
        records = [
            ListRecord(1, TOWN, "Marseille", panel, name, None, None, "LDIV", 2026, members(people))
            for panel, (name, people) in enumerate(lists, 1)
        ]
        with database.begin() as session:
            import_lists(session, records, round_key, "file.csv", there.alix, BETWEEN)

    def numbered(name: str) -> int:
        with database.read() as session:
            later = sa.select(CandidateList.id).join(Round, Round.id == CandidateList.round_id)
            return session.scalars(later.where(CandidateList.name == name).order_by(Round.number.desc())).first() or 0

    a_file(FIRST, ("Exemple Un", "abcde"), ("Exemple Deux", "fghij"))
    with database.begin() as session:
        second = session.scalars(sa.select(Round.id).where(Round.key == SECOND)).one()
        confirmed(session, an_answer(Subject(numbered("Exemple Un")), {"cameras": Position.COMMITTED}), there, BETWEEN)
    texts = [f"/list #{numbered(name)}" for name in ("Exemple Un", "Exemple Deux")]

    def cards() -> list[Reply]:
        return [mouth.says(text, BETWEEN) for text in texts]

    def fresh() -> list[Reply]:
        return [reply(database, text, ASKER, BETWEEN) for text in texts]

    def step(act: Callable[[Session], object]) -> None:
        before, revision = cards(), mouth.revision()
        with database.begin() as session:
            act(session)
        assert fresh() != before
        assert mouth.revision() != revision
        assert cards() == fresh()

    step(lambda session: import_lists(
        session, [ListRecord(1, TOWN, "Marseille", 1, "Exemple Un", None, None, "LDIV", 2026, members("abxyz"))], SECOND,
        "file.csv", there.alix, BETWEEN))  # fmt: skip
    step(lambda session: lineages.propose_lineages(session, second))
    with database.read() as session:
        (proposed,) = lineages.show_lineages(session, second)
    step(lambda session: lineages.confirm_lineages(session, [proposed.id], there.noe, BETWEEN))
    step(lambda session: lineages.undo_lineage(session, proposed.id, there.noe, BETWEEN))
    child, parent = numbered("Exemple Un"), numbered("Exemple Deux")
    step(lambda session: lineages.set_lineage(session, child, parent, LineageKind.MERGED, there.noe, BETWEEN))
    step(lambda session: lineages.close_lineages(session, second, there.noe, BETWEEN))


def _plan_changes() -> dict[str, InstallationPlan]:
    plan = a_plan()
    place = plan.places[0]
    return {
        "a demand is worded otherwise": a_plan(a_letter(a_demand("cameras", asks="do more"), a_demand("committee"))),
        "a demand is new": a_plan(a_letter(*a_letter().demands, a_demand("lighting"))),
        "demands change places": a_plan(a_letter(*reversed(a_letter().demands))),
        "the letter's title": a_plan(replace(a_letter(), title={"en": "Another letter", "fr": "Autre lettre"})),
        "the letter's signatories": a_plan(replace(a_letter(), signatories=("Collectif Deux",))),
        "a polling day": replace(plan, rounds=(plan.rounds[0], a_round(2, date(2026, 3, 29)))),
        "the closing hour": replace(plan, rounds=tuple(replace(one, closes=time(18)) for one in plan.rounds)),
        "a round's zone": replace(plan, rounds=tuple(replace(one, zone="Pacific/Kiritimati") for one in plan.rounds)),
        "the election's name": replace(
            plan, rounds=tuple(replace(one, election={"en": "Vote", "fr": "Vote"}) for one in plan.rounds)
        ),
        "a place's label": replace(plan, places=(replace(place, label="Marseille Nord"),)),
        "another name of a place": replace(plan, places=(replace(place, aliases=(*place.aliases, "vieux port")),)),
        "a place's hours": replace(plan, places=(replace(place, closes=time(23)),)),
        "a place's zone": replace(plan, places=(place, PlacePlan("98735", "Exemple-sur-Mer", zone="Pacific/Tahiti"))),
        "invented or not": replace(plan, fictional=False),
    }


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("change", _plan_changes())
def test_no_change_of_the_configuration_changes_an_answer_at_the_same_revision(database: Database, change: str) -> None:
    there, mouth = installed(database), Mouth(database)
    with database.begin() as session:
        confirmed(session, an_answer(there.a, {"cameras": Position.COMMITTED}), there)
    with watched(mouth, NOW), database.begin() as session:
        sync_installation(session, _plan_changes()[change], NOW)


def test_the_label_of_a_place_without_other_names_is_found_anew(database: Database) -> None:
    plan = replace(a_plan(), places=(PlacePlan(TOWN, "Marseille"),))
    installed(database)
    mouth = Mouth(database)
    with database.begin() as session:
        sync_installation(session, plan, NOW)
    with watched(mouth, NOW), database.begin() as session:
        sync_installation(session, replace(plan, places=(PlacePlan(TOWN, "Vieux Port"),)), NOW)


def test_the_same_configuration_again_leaves_the_revision(database: Database) -> None:
    installed(database)
    mouth = Mouth(database)
    with watched(mouth, NOW, changes=False), database.begin() as session:
        sync_installation(session, a_plan(), NOW)
        revision = current_revision(session)
    assert mouth.revision() == revision


def test_what_is_rolled_back_was_never_known(database: Database) -> None:
    there, mouth, newcomer = installed(database), Mouth(database), Mouth(database)
    before, revision = mouth.everything(NOW), mouth.revision()

    def do_half() -> None:
        with database.joined() as joined:
            with joined.begin() as session:
                number = add_list(session, Place(TOWN), ListDetails(name="Exemple Neuf"), there.alix, NOW)
            for one in (mouth, newcomer):
                inside = replace(one, database=joined).says("Exemple Neuf")
                assert f"history-list-{number}" in str(inside)
            with joined.begin() as session:
                withdraw_list(session, 999, there.alix, NOW)

    with pytest.raises(Refused):
        do_half()
    assert mouth.revision() == revision
    assert mouth.everything(NOW) == before
    assert newcomer.everything(NOW) == before
    with database.begin() as session:
        add_list(session, Place(TOWN), ListDetails(name="Liste Exemple D"), there.alix, NOW)
    assert mouth.revision() == revision + 1
    assert mouth.everything(NOW) == newcomer.everything(NOW) == afresh(database, NOW)
    assert mouth.everything(NOW) != before


def test_several_acts_of_one_transaction_raise_the_revision_once(database: Database) -> None:
    there, mouth = installed(database), Mouth(database)
    revision = mouth.revision()
    with database.joined() as joined:
        for name in ("Exemple Neuf", "Liste Exemple D"):
            with joined.begin() as session:
                add_list(session, Place(TOWN), ListDetails(name=name), there.alix, NOW)
    assert mouth.revision() == revision + 1


def test_of_many_things_those_longest_unread_are_forgotten_first(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    installed(database)
    known, read = Remembered(most=2), list[int]()

    def asked(thing: int) -> int:
        with database.read() as session:
            return known.read_one(session, thing, lambda _session: read.append(thing) or thing)

    assert [asked(thing) for thing in (1, 2, 1, 3, 1, 2)] == [1, 2, 1, 3, 1, 2]
    assert read == [1, 2, 3, 2]
    database.close()


def test_what_an_older_transaction_reads_is_not_kept_for_the_newer(database: Database) -> None:
    there = installed(database)
    known = Remembered()
    with database.read() as older:
        assert current_revision(older) > 0
        with database.begin() as session:
            sync_installation(session, a_plan(a_letter(a_demand("lighting"))), NOW)
        with database.read() as newer:
            assert [view.key for view in known.read(newer, demands)] == ["lighting"]
        assert len(known.read(older, demands)) == len(a_letter().demands)
        with database.read() as newer:
            assert [view.key for view in known.read(newer, demands)] == ["lighting"]
    assert there


def test_a_confirmation_is_in_every_answer_to_a_question_asked_after_it(database: Database) -> None:
    """Three threads ask all the time while one confirms: whoever asks after a commit is told of it."""
    there = installed(database)
    mouth = Mouth(database)
    speakers = [f"Speaker {number:02}" for number in range(12)]
    with database.begin() as session:
        waiting = [
            record(session, an_answer(there.a, {"cameras": Position.COMMITTED}, speaker=speaker, said=date(2026, 1, day)),
                   there.alix)
            for day, speaker in enumerate(speakers, 1)
        ]  # fmt: skip
    done, asked, faults = [-1], [0], list[str]()
    begin = Barrier(4)

    def ask() -> None:
        begin.wait()
        while done[0] < len(speakers) - 1:
            committed = done[0]
            said = str(mouth.says("Liste Exemple A"))
            later = done[0]
            asked[0] += 1
            told = [place for place, speaker in enumerate(speakers) if speaker in said]
            # The one that was committed before the question, or one that was committed or being committed during it.
            if told != ([] if committed < 0 and not told else [max(told, default=-1)]) or not (
                committed <= max(told, default=-1) <= later + 1
            ):
                faults.append(f"{told} between {committed} and {later}")

    def confirm_all() -> None:
        begin.wait()
        for place, number in enumerate(waiting):
            with database.begin() as session:
                confirm(session, number, there.noe)
            done[0] = place
            seen = asked[0]
            for _turn in range(10_000):
                if asked[0] > seen + 2:
                    break
                mouth.says("/dates")

    threads = [Thread(target=ask) for _number in range(3)] + [Thread(target=confirm_all)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not faults
    assert asked[0] > len(speakers)
    assert mouth.recall.hits > 0
    assert speakers[-1] in str(mouth.says("Liste Exemple A"))


def test_a_question_asked_again_costs_one_select_whoever_asks_it(database: Database) -> None:
    installed(database)
    mouth = Mouth(database)
    first = mouth.says("/stances", asker=Asker("en", spot=Spot("telegram", "12")))
    selects: list[str] = []

    def count(*details: object) -> None:
        selects.extend(str(one) for one in details if isinstance(one, str) and one.startswith("SELECT"))

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    try:
        again = mouth.says(" /stances", asker=Asker("en", spot=Spot("telegram", "13")))
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", count)
    assert again is first
    assert len(selects) == 1
    assert "revision" in selects[0]


def test_what_is_remembered_is_the_same_for_everybody(database: Database) -> None:
    installed(database)
    known = Directories()
    askers = [Asker("fr", spot=Spot("telegram", address), administrator=address == "13") for address in ("12", "13")]
    for text in TEXTS:
        assert question_in_words(text, askers[0]) is not None
        one, other = (reply(database, text, asker, NOW, known) for asker in askers)
        assert one == other
    for pressed in PRESSES:
        shown = [press(database, pressed, asker, NOW, known) for asker in askers]
        assert shown[0] == shown[1]
