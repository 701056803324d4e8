"""Recording answers and amending them: what is refused, and that a refusal changes nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from factories.services import (
    NOW,
    Installed,
    a_demand,
    a_letter,
    a_plan,
    an_answer,
    confirm,
    confirmed,
    correcting,
    everything,
    installed,
    quoting,
    record,
    shared_database,
    undone,
    withdrawing,
)
from pledgebot.domain.answer import AnswerKind, AnswerState, Contradiction, Position, SourceKind, SpeakerRole
from pledgebot.domain.errors import Objection, Refused
from pledgebot.services.answers import FILE_LIMIT, NewAnswer, Proof, Subject, amend_answer, get_answer, is_web_address
from pledgebot.services.decisions import confirm_answer, reject_answer, request_removal
from pledgebot.services.installation import sync_installation
from pledgebot.store.engine import Database
from pledgebot.store.tables import Answer, Audit, Blob, Evidence, Stance

YES, NO, PARTIAL, UNCLEAR = Position.COMMITTED, Position.REFUSED, Position.PARTIAL, Position.UNCLEAR


@pytest.fixture
def there(database: Database) -> Installed:
    """The example, of which list A said on 1 February that it is committed on cameras."""
    found = installed(database)
    with database.begin() as session:
        confirmed(session, an_answer(found.a, {"cameras": YES}), found)
    return found


def refused(database: Database, act: Callable[[Session], object]) -> Refused:
    """Expect a refusal that leaves the database as it was, and return it."""
    before = everything(database)
    with pytest.raises(Refused) as caught, database.begin() as session:
        act(session)
    assert everything(database) == before
    return caught.value


def test_an_answer_waits_for_a_second_person(database: Database, there: Installed) -> None:
    capture = b"a capture"
    proofs = (quoting("« Oui. »"), Proof(url="https://example.org/2", file=capture, media_type="image/png"))
    new = an_answer(there.b, {"cameras": YES, "retraction/video": PARTIAL}, proofs=proofs, speaker="  Bo Exemple ")
    with database.begin() as session:
        number = record(session, new, there.zoe)
    with database.read() as session:
        answer = session.get_one(Answer, number)
        assert (answer.state, answer.version, answer.seq) == (AnswerState.PENDING, 1, None)
        assert (answer.recorded_by, answer.recorded_via, answer.recorded_at) == (there.zoe.organizer, "chat", NOW)
        assert answer.speaker == "Bo Exemple"
        rows = session.scalars(sa.select(Stance).where(Stance.answer_id == number).order_by(Stance.id)).all()
        assert [(row.part, row.position, row.state.value) for row in rows] == [
            ("", YES, "pending"),
            ("video", PARTIAL, "pending"),
        ]
        proved = session.scalars(sa.select(Evidence).where(Evidence.answer_id == number).order_by(Evidence.place)).all()
        assert [(row.kind.value, row.quote) for row in proved] == [("link", "« Oui. »"), ("link", None)]
        assert answer.lead_evidence_id == proved[0].id
        assert session.get_one(Blob, proved[1].blob_sha256).content == capture
        audit = session.scalars(sa.select(Audit).order_by(Audit.id.desc()).limit(1)).one()
        assert (audit.action, audit.subject) == ("answer.record.statement", f"answer:{number}")


def test_one_file_given_twice_is_kept_once(database: Database, there: Installed) -> None:
    with database.begin() as session:
        for subject in (there.b, there.c):
            record(session, an_answer(subject, {"cameras": YES}, proofs=(Proof(file=b"letter"),)), there.alix)
    with database.read() as session:
        assert [blob.content for blob in session.scalars(sa.select(Blob))] == [b"letter"]


@dataclass(frozen=True)
class Case:
    """An answer that is refused, and why."""

    objection: Objection
    answer: Callable[[Installed], NewAnswer]


def about_cameras(**changed: object) -> Callable[[Installed], NewAnswer]:
    return lambda there: replace(an_answer(there.b, {"cameras": YES}), **changed)


def about(*demands: str, position: Position | None = YES) -> Callable[[Installed], NewAnswer]:
    return lambda there: an_answer(there.b, dict.fromkeys(demands, position))


def twice(there: Installed) -> NewAnswer:
    once = an_answer(there.b, {"cameras": YES})
    return replace(once, positions=once.positions * 2)


REFUSALS = {
    "an unknown list": Case(Objection.UNKNOWN_LIST, about_cameras(subject=Subject(list_id=999))),
    "an unknown banner": Case(Objection.UNKNOWN_BANNER, about_cameras(subject=Subject(banner_id=999))),
    "no position at all": Case(Objection.NO_POSITION, about()),
    "a statement without a position": Case(Objection.NO_POSITION, about("cameras", position=None)),
    "an unknown demand": Case(Objection.UNKNOWN_DEMAND, about("drones")),
    "an unknown part": Case(Objection.UNKNOWN_PART, about("retraction/drones")),
    "a part of a demand without parts": Case(Objection.UNKNOWN_PART, about("cameras/video")),
    "one demand twice": Case(Objection.TWICE_THE_SAME_DEMAND, twice),
    "a demand and its part": Case(Objection.WHOLE_AND_PART, about("retraction", "retraction/video")),
    "no evidence": Case(Objection.EVIDENCE_MISSING, about_cameras(proofs=())),
    "an empty proof": Case(Objection.EVIDENCE_MISSING, about_cameras(proofs=(Proof(),))),
    "a blank quotation": Case(Objection.EVIDENCE_MISSING, about_cameras(proofs=(Proof(quote=" \n"),))),
    "a link without words": Case(Objection.LINK_WITHOUT_WORDS, about_cameras(proofs=(quoting(" "),))),
    "a second link without words": Case(
        Objection.LINK_WITHOUT_WORDS, about_cameras(proofs=(quoting(), Proof(url="https://example.org")))
    ),
    "a link that is none": Case(Objection.LINK_NOT_WEB, about_cameras(proofs=(quoting(url="javascript:alert(1)"),))),
    "an empty file": Case(Objection.FILE_EMPTY, about_cameras(proofs=(Proof(file=b""),))),
    "a file over 20 MB": Case(Objection.FILE_TOO_LARGE, about_cameras(proofs=(Proof(file=bytes(FILE_LIMIT + 1)),))),
    "a head of list without a name": Case(Objection.SPEAKER_MISSING, about_cameras(speaker="  ")),
    "a day in the future": Case(Objection.SAID_IN_FUTURE, about_cameras(said_on=NOW.date() + timedelta(days=2))),
    "a contradiction about which nothing was said": Case(
        Objection.CONTRADICTION_UNDECIDED, lambda there: an_answer(there.a, {"cameras": NO}, said=date(2026, 2, 2))
    ),
    "a contradiction of the same day": Case(
        Objection.CONTRADICTION_UNDECIDED, lambda there: an_answer(there.a, {"cameras": PARTIAL})
    ),
    "a withdrawal of nothing": Case(
        Objection.NO_POSITION, lambda there: withdrawing(an_answer(there.a, {"committee": YES}))
    ),
    "a withdrawal that takes a position": Case(
        Objection.NO_POSITION,
        lambda there: replace(an_answer(there.a, {"cameras": YES}), kind=AnswerKind.WITHDRAWAL),
    ),
    "a correction without a reason": Case(
        Objection.REASON_MISSING, lambda there: correcting(1, an_answer(there.a, {"cameras": NO}), reason=" ")
    ),
    "a correction of nothing": Case(
        Objection.UNKNOWN_ANSWER,
        lambda there: replace(correcting(1, an_answer(there.a, {"cameras": NO})), target=None),
    ),
    "a correction of an unknown entry": Case(
        Objection.UNKNOWN_ANSWER, lambda there: correcting(999, an_answer(there.a, {"cameras": NO}))
    ),
    "a correction of another list's entry": Case(
        Objection.UNKNOWN_ANSWER, lambda there: correcting(1, an_answer(there.b, {"cameras": NO}))
    ),
    "a correction of what was not said": Case(
        Objection.DEMAND_NOT_IN_ANSWER, lambda there: correcting(1, an_answer(there.a, {"committee": NO}))
    ),
    "a correction of a part of what was said whole": Case(
        Objection.DEMAND_NOT_IN_ANSWER,
        lambda there: correcting(1, an_answer(there.a, {"retraction/video": NO})),
    ),
}


@dataclass(frozen=True)
class Shared:
    """A database for all refusals, which change nothing, with an answer of list A and one of list B that wait."""

    database: Database
    there: Installed
    waiting: dict[Subject, int]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shared]:
    """The example of `there`, once for the module on each engine."""
    with shared_database(request.param, sqlite_template, tmp_path_factory.mktemp("refusals")) as database:
        there = installed(database)
        with database.begin() as session:
            confirmed(session, an_answer(there.a, {"cameras": YES}), there)
            waiting = {
                subject: record(session, an_answer(subject, {"committee": YES}), there.alix)
                for subject in (there.a, there.b)
            }
        yield Shared(database, there, waiting)


@pytest.mark.parametrize("case", REFUSALS)
def test_what_may_not_be_recorded_changes_nothing(shared: Shared, case: str) -> None:
    wanted = REFUSALS[case]
    new = wanted.answer(shared.there)
    refusal = refused(shared.database, lambda session: record(session, new, shared.there.alix))
    assert refusal.objection is wanted.objection


@pytest.mark.parametrize("case", [case for case in REFUSALS if not case.startswith("an unknown banner")])
def test_what_may_not_be_recorded_may_not_be_amended_to_either(shared: Shared, case: str) -> None:
    wanted = REFUSALS[case]
    new = wanted.answer(shared.there)
    waiting = shared.waiting[new.subject if new.subject in shared.waiting else shared.there.b]
    refusal = refused(shared.database, lambda session: amend_answer(session, waiting, new, shared.there.alix, NOW))
    assert refusal.objection is wanted.objection


def test_a_retired_demand_takes_no_more_answers(database: Database, there: Installed) -> None:
    with database.begin() as session:
        sync_installation(session, a_plan(a_letter(a_demand("cameras"))), NOW)
    refusal = refused(database, lambda session: record(session, an_answer(there.b, {"committee": YES}), there.alix))
    assert (refusal.objection, refusal.facts) == (Objection.DEMAND_RETIRED, {"demand": "committee"})


def test_a_refusal_names_what_there_is_to_choose_from(database: Database, there: Installed) -> None:
    def demand(session: Session) -> None:
        record(session, an_answer(there.b, {"drones": YES}), there.alix)

    def part(session: Session) -> None:
        record(session, an_answer(there.b, {"retraction/drones": YES}), there.alix)

    def contradiction(session: Session) -> None:
        record(session, an_answer(there.a, {"cameras": NO}), there.alix)

    assert refused(database, demand).facts["known"] == ["retraction", "cameras", "committee"]
    assert refused(database, part).facts["known"] == ["video", "observatory"]
    assert refused(database, contradiction).facts == {"demand": "cameras", "position": YES, "day": date(2026, 2, 1)}


def test_the_same_answer_sent_twice_is_one_answer(database: Database, there: Installed) -> None:
    new = an_answer(there.b, {"cameras": YES, "committee": NO})
    with database.begin() as session:
        first = record(session, new, there.alix)
    for again in (new, replace(new, positions=new.positions[::-1])):
        refusal = refused(database, lambda session, again=again: record(session, again, there.zoe))
        assert refusal.objection is Objection.SAME_ANSWER_PENDING
    with database.begin() as session:
        record(session, replace(new, positions=new.positions[:1]), there.alix)
        record(session, replace(new, source=SourceKind.LETTER), there.alix)
        record(session, replace(new, said_on=date(2026, 1, 31)), there.alix)
        record(session, replace(new, subject=there.c), there.alix)
        record(session, replace(new, proofs=(quoting(url="https://example.org/other"),)), there.alix)
        reject_answer(session, first, 1, "a test", there.noe, NOW)
        record(session, new, there.alix)


def test_a_quotation_with_an_empty_link_is_recognised_when_it_comes_again(database: Database, there: Installed) -> None:
    new = an_answer(there.b, {"cameras": YES}, proofs=(quoting(url=""),))
    with database.begin() as session:
        record(session, new, there.alix)
    refusal = refused(database, lambda session: record(session, new, there.alix))
    assert refusal.objection is Objection.SAME_ANSWER_PENDING


@pytest.mark.parametrize("days", [0, 1])
def test_a_day_that_has_begun_somewhere_is_not_the_future(database: Database, there: Installed, days: int) -> None:
    new = replace(an_answer(there.b, {"cameras": YES}), said_on=NOW.date() + timedelta(days=days))
    with database.begin() as session:
        record(session, new, there.alix)


def test_the_list_itself_needs_no_name_to_speak(database: Database, there: Installed) -> None:
    with database.begin() as session:
        record(session, an_answer(there.b, {"cameras": YES}, role=SpeakerRole.LIST, speaker=None), there.alix)


def test_a_contradiction_is_asked_about_only_where_it_could_replace(database: Database, there: Installed) -> None:
    """Not for what agrees, nor for history, nor for hearsay, nor about another demand or part."""
    later = date(2026, 2, 2)
    with database.begin() as session:
        record(session, an_answer(there.a, {"cameras": YES}, said=later), there.alix)
        record(session, an_answer(there.a, {"cameras": NO}, said=date(2026, 1, 31)), there.alix)
        record(session, an_answer(there.a, {"cameras": NO}, said=later, source=SourceKind.REPORTED_SPEECH), there.alix)
        record(session, an_answer(there.a, {"committee": NO, "retraction/video": NO}, said=later), there.alix)
        record(session, an_answer(there.a, {"cameras": NO}, said=later, contradiction=Contradiction.BESIDE), there.alix)


def test_a_word_that_was_taken_back_contradicts_nothing(database: Database, there: Installed) -> None:
    with database.begin() as session:
        confirmed(session, withdrawing(an_answer(there.a, {"cameras": YES}, said=date(2026, 2, 2))), there)
        record(session, an_answer(there.a, {"cameras": NO}, said=date(2026, 2, 3)), there.alix)
    again = withdrawing(an_answer(there.a, {"cameras": YES}, said=date(2026, 2, 4)))
    refusal = refused(database, lambda session: record(session, again, there.alix))
    assert refusal.objection is Objection.NO_POSITION


def test_only_a_confirmed_entry_is_corrected(database: Database, there: Installed) -> None:
    with database.begin() as session:
        waiting = record(session, an_answer(there.b, {"cameras": YES}), there.alix)
    correction = correcting(waiting, an_answer(there.b, {"cameras": NO}))
    refusal = refused(database, lambda session: record(session, correction, there.alix))
    assert refusal.objection is Objection.NOT_CONFIRMED


def test_what_was_undone_is_not_corrected(database: Database, there: Installed) -> None:
    with database.begin() as session:
        undone(session, 1, there.noe)
    correction = correcting(1, an_answer(there.a, {"cameras": NO}))
    refusal = refused(database, lambda session: record(session, correction, there.alix))
    assert refusal.objection is Objection.ALREADY_UNDONE


def test_nobody_says_an_undo_or_a_removal(there: Installed) -> None:
    for kind in (AnswerKind.UNDO, AnswerKind.REMOVAL):
        with pytest.raises(ValueError, match=kind.value):
            an_answer(there.a, {"cameras": YES}, kind=kind, target=1, reason="because")
    with pytest.raises(ValueError, match="target"):
        an_answer(there.a, {"cameras": YES}, target=1)


@pytest.mark.parametrize("numbers", [(None, None), (1, 1)])
def test_an_answer_has_one_subject(numbers: tuple[int | None, int | None]) -> None:
    with pytest.raises(ValueError, match="one subject"):
        Subject(*numbers)


def test_amending_raises_the_version_and_replaces_what_is_said(database: Database, there: Installed) -> None:
    with database.begin() as session:
        waiting = record(session, an_answer(there.b, {"cameras": YES, "committee": YES}), there.alix)
        changed = an_answer(there.b, {"cameras": PARTIAL}, proofs=(quoting("In part."), quoting("Indeed.")))
        assert amend_answer(session, waiting, changed, there.zoe, NOW + timedelta(hours=1)) == 2
    with database.read() as session:
        answer = session.get_one(Answer, waiting)
        assert (answer.version, answer.recorded_by) == (2, there.zoe.organizer)
        stances = session.scalars(sa.select(Stance).where(Stance.answer_id == waiting)).all()
        assert [stance.position for stance in stances] == [PARTIAL]
        quotes = session.scalars(
            sa.select(Evidence.quote).where(Evidence.answer_id == waiting).order_by(Evidence.place)
        )
        assert list(quotes) == ["In part.", "Indeed."]


def test_a_confirmation_of_what_was_shown_before_is_void(database: Database, there: Installed) -> None:
    with database.begin() as session:
        waiting = record(session, an_answer(there.b, {"cameras": YES}), there.alix)
        amend_answer(session, waiting, an_answer(there.b, {"cameras": PARTIAL}), there.alix, NOW)
    refusal = refused(database, lambda session: confirm_answer(session, waiting, 1, there.noe, NOW))
    assert (refusal.objection, refusal.facts["version"]) == (Objection.CHANGED_MEANWHILE, 2)
    with database.begin() as session:
        confirm_answer(session, waiting, 2, there.noe, NOW)


def test_whoever_amends_becomes_the_recorder(database: Database, there: Installed) -> None:
    with database.begin() as session:
        waiting = record(session, an_answer(there.b, {"cameras": YES}), there.alix)
        amend_answer(session, waiting, an_answer(there.b, {"cameras": PARTIAL}), there.noe, NOW)
    refusal = refused(database, lambda session: confirm(session, waiting, there.noe))
    assert refusal.objection is Objection.SAME_PERSON
    with database.begin() as session:
        confirm(session, waiting, there.alix)


def test_what_was_decided_is_not_amended(database: Database, there: Installed) -> None:
    with database.begin() as session:
        rejected = record(session, an_answer(there.b, {"cameras": YES}), there.alix)
        reject_answer(session, rejected, 1, "not from them", there.noe, NOW)
    for decided, subject in ((1, there.a), (rejected, there.b)):
        new = an_answer(subject, {"committee": YES})
        refusal = refused(database, lambda session, d=decided, n=new: amend_answer(session, d, n, there.alix, NOW))
        assert refusal.objection is Objection.ALREADY_DECIDED


def test_an_entry_is_not_amended_to_be_about_somebody_else(database: Database, there: Installed) -> None:
    with database.begin() as session:
        waiting = record(session, an_answer(there.b, {"cameras": YES}), there.alix)
    new = an_answer(there.c, {"cameras": YES})
    refusal = refused(database, lambda session: amend_answer(session, waiting, new, there.alix, NOW))
    assert refusal.objection is Objection.UNKNOWN_LIST


def test_a_request_for_removal_does_not_become_an_answer(database: Database, there: Installed) -> None:
    with database.begin() as session:
        removal = request_removal(session, 1, "a judge said so", there.alix, NOW)
    new = an_answer(there.a, {"cameras": YES})
    refusal = refused(database, lambda session: amend_answer(session, removal, new, there.alix, NOW))
    assert refusal.objection is Objection.UNKNOWN_ANSWER


def test_an_unknown_answer_is_refused(database: Database, there: Installed) -> None:
    refusal = refused(database, lambda session: get_answer(session, 999))
    assert (refusal.objection, refusal.facts) == (Objection.UNKNOWN_ANSWER, {"answer": 999})
    new = an_answer(there.b, {"cameras": YES})
    refusal = refused(database, lambda session: amend_answer(session, 999, new, there.alix, NOW))
    assert refusal.objection is Objection.UNKNOWN_ANSWER


ADDRESSES = {
    "https://example.org": True,
    "http://example.org/a?b=c#d": True,
    "HTTPS://EXAMPLE.ORG": True,
    "https://exemple.fr/é": True,
    "ftp://example.org": False,
    "mailto:a@example.org": False,
    "javascript:alert(1)": False,
    "example.org": False,
    "https://": False,
    "https:///path": False,
    "https://example.org/a b": False,
    "https://example.org/\n": False,
    "https://[": False,
    "": False,
}


def test_what_is_an_address_of_the_web() -> None:
    assert {address: is_web_address(address) for address in ADDRESSES} == ADDRESSES
