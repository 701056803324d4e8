"""Deciding: two pairs of eyes, once; what then counts; and how a confirmation is taken back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from factories.services import (
    NOW,
    SECOND,
    Installed,
    a_list,
    an_answer,
    confirm,
    confirmed,
    correcting,
    everything,
    installed,
    quoting,
    record,
    states,
    taken,
    undone,
    withdrawing,
)
from pledgebot.domain.answer import (
    AnswerKind,
    AnswerState,
    Contradiction,
    Origin,
    Position,
    SourceKind,
    SpeakerRole,
    Standing,
)
from pledgebot.domain.audience import Audience
from pledgebot.domain.election import LineageKind
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.events import AnswerFacts, EventKind, StanceFacts
from pledgebot.services.answers import NewAnswer, Proof, Subject, amend_answer, get_answer
from pledgebot.services.claims import Worded, Words, claim_deliveries
from pledgebot.services.decisions import Confirmed, confirm_answer, reject_answer, request_removal, undo_answer
from pledgebot.services.due import due_deliveries
from pledgebot.services.facts import answer_facts, answer_facts_from
from pledgebot.services.fan_out import fan_out
from pledgebot.services.ledger import verify_ledger
from pledgebot.services.lists import ListDetails, edit_list, merge_lists
from pledgebot.services.people import find_actor
from pledgebot.services.positions import Positions
from pledgebot.services.queries import banner_view, entry, history, list_view
from pledgebot.services.settling import settle_sent
from pledgebot.services.views import StanceView
from pledgebot.store.engine import Database
from pledgebot.store.tables import (
    Answer,
    Audit,
    Blob,
    Delivery,
    DemandRow,
    Event,
    Evidence,
    LedgerEntry,
    Lineage,
    Stance,
    Wording,
)

YES, NO, PARTIAL = Position.COMMITTED, Position.REFUSED, Position.PARTIAL
REPLACES, BESIDE = Contradiction.REPLACES, Contradiction.BESIDE
HEARSAY = SourceKind.REPORTED_SPEECH


@pytest.fixture
def there(database: Database) -> Installed:
    return installed(database)


def day(number: int) -> date:
    return date(2026, 2, number)


def refused(database: Database, act: Callable[[Session], object]) -> Objection:
    """Expect a refusal that leaves the database as it was, and return its reason."""
    before = everything(database)
    with pytest.raises(Refused) as caught, database.begin() as session:
        act(session)
    assert everything(database) == before
    return caught.value.objection


def standing(database: Database, list_id: int, demand: str = "cameras", part: str = "") -> Standing[StanceView]:
    with database.read() as session:
        number = session.scalars(sa.select(DemandRow.id).where(DemandRow.key == demand)).one()
        return Positions(session, [list_id]).of_list(list_id, (number, part))


def announcing(answer: int) -> sa.Select[tuple[Event]]:
    """Ask for the event that announces an answer: what organizers are told about it is none."""
    return sa.select(Event).where(Event.answer_id == answer, Event.audience != Audience.ORGANIZERS)


def announced(session: Session, answer: int) -> tuple[EventKind, AnswerFacts]:
    """Return what is announced of an answer."""
    event = session.scalars(announcing(answer)).one()
    return event.kind, answer_facts_from(event.facts)


def only_stance(facts: AnswerFacts) -> StanceFacts:
    (stance,) = facts.stances
    return stance


# Confirming


def test_a_second_person_confirms_and_the_fact_its_link_and_its_announcement_come_together(
    database: Database, there: Installed
) -> None:
    with database.begin() as session:
        answer = record(session, an_answer(there.a, {"cameras": YES}), there.alix)
        done = confirm(session, answer, there.noe, NOW + timedelta(hours=1))
    with database.read() as session:
        row = get_answer(session, answer)
        assert (row.state, row.seq, row.decided_by) == (AnswerState.CONFIRMED, 1, there.noe.organizer)
        assert states(session) == {answer: "current"}
        assert session.get_one(LedgerEntry, 1).hash == done.link.hash
        kind, facts = announced(session, answer)
        assert (kind, facts.seq, facts.head_hash) == (EventKind.ANSWER_CONFIRMED, 1, done.link.hash)
        assert (facts.subject.name, facts.subject.head) == ("Liste Exemple A", "Ada Exemple")
        assert facts.fictional
        assert facts == answer_facts(session, row)
        audit = session.scalars(sa.select(Audit).order_by(Audit.id.desc()).limit(1)).one()
        assert (audit.action, audit.organizer_id) == ("answer.confirm", there.noe.organizer)
        assert verify_ledger(session, done.link.hash).faults == ()


@pytest.mark.parametrize("via", ["cli", "telegram", "chat"])
def test_the_recorder_does_not_confirm_by_whatever_road(database: Database, there: Installed, via: str) -> None:
    with database.begin() as session:
        answer = record(session, an_answer(there.a, {"cameras": YES}), replace(there.alix, via="telegram"))
    same = replace(there.alix, via=via, name="Somebody else")
    assert refused(database, lambda session: confirm(session, answer, same)) is Objection.SAME_PERSON


def test_only_a_verifier_confirms(database: Database, there: Installed) -> None:
    with database.begin() as session:
        answer = record(session, an_answer(there.a, {"cameras": YES}), there.alix)
    assert refused(database, lambda session: confirm(session, answer, there.zoe)) is Objection.ROLE_MISSING


def test_an_entry_is_confirmed_once(database: Database, there: Installed) -> None:
    with database.begin() as session:
        answer = record(session, an_answer(there.a, {"cameras": YES}), there.zoe)
        confirm(session, answer, there.noe)
    for person in (there.noe, there.alix):
        objection = refused(database, lambda session, by=person: confirm(session, answer, by))
        assert objection is Objection.ALREADY_DECIDED


def at_once(database: Database, *acts: Callable[[Session], object]) -> list[object]:
    """Let several people act at the same moment, each in a transaction of their own; return results and refusals."""
    together = Barrier(len(acts))

    def run(act: Callable[[Session], object]) -> object:
        together.wait(30)
        try:
            with database.begin() as session:
                return act(session)
        except Refused as refusal:
            return refusal.objection

    with ThreadPoolExecutor(len(acts)) as threads:
        return [future.result(60) for future in [threads.submit(run, act) for act in acts]]


@pytest.mark.parametrize("first_in_ledger", [True, False])
def test_of_two_who_confirm_at_the_same_time_one_wins(
    database: Database, there: Installed, *, first_in_ledger: bool
) -> None:
    with database.begin() as session:
        if not first_in_ledger:
            confirmed(session, an_answer(there.b, {"cameras": YES}), there)
        answer = record(session, an_answer(there.a, {"cameras": YES}), there.zoe)
    results = at_once(
        database,
        lambda session: confirm_answer(session, answer, 1, there.alix, NOW),
        lambda session: confirm_answer(session, answer, 1, there.noe, NOW),
    )
    assert sorted(isinstance(result, Confirmed) for result in results) == [False, True]
    assert Objection.ALREADY_DECIDED in results
    with database.read() as session:
        assert len(session.scalars(announcing(answer)).all()) == 1
        assert verify_ledger(session).faults == ()


def test_two_entries_confirmed_at_the_same_time_both_enter_one_after_the_other(
    database: Database, there: Installed
) -> None:
    with database.begin() as session:
        first = record(session, an_answer(there.a, {"cameras": YES}), there.zoe)
        second = record(session, an_answer(there.a, {"cameras": NO}, said=day(2)), there.zoe)
    results = at_once(
        database,
        lambda session: confirm_answer(session, first, 1, there.alix, NOW),
        lambda session: confirm_answer(session, second, 1, there.noe, NOW),
    )
    assert all(isinstance(result, Confirmed) for result in results)
    with database.read() as session:
        assert states(session) == {first: "superseded", second: "current"}
        check = verify_ledger(session)
        assert (check.entries, check.faults) == (2, ())


def test_an_entry_that_is_confirmed_while_it_is_amended_is_one_or_the_other(
    database: Database, there: Installed
) -> None:
    with database.begin() as session:
        answer = record(session, an_answer(there.a, {"cameras": YES}), there.zoe)
    confirming, amending = at_once(
        database,
        lambda session: confirm_answer(session, answer, 1, there.noe, NOW),
        lambda session: amend_answer(session, answer, an_answer(there.a, {"cameras": NO}), there.zoe, NOW),
    )
    with database.read() as session:
        position = session.scalars(sa.select(Stance.position)).one()
        assert verify_ledger(session).faults == ()
    if isinstance(confirming, Confirmed):
        assert (position, amending in {Objection.ALREADY_DECIDED, Objection.CHANGED_MEANWHILE}) == (YES, True)
    else:
        assert (position, confirming, amending) == (NO, Objection.CHANGED_MEANWHILE, 2)


# Rejecting


def test_a_rejected_entry_is_never_published(database: Database, there: Installed) -> None:
    with database.begin() as session:
        answer = record(session, an_answer(there.a, {"cameras": YES}), there.alix)
        reject_answer(session, answer, 1, "not their account", there.noe, NOW)
    with database.read() as session:
        assert get_answer(session, answer).state is AnswerState.REJECTED
        assert states(session) == {answer: "rejected"}
        assert session.scalars(announcing(answer)).all() == []
        assert session.scalars(sa.select(LedgerEntry)).all() == []
        assert session.scalars(sa.select(Audit.details).order_by(Audit.id.desc()).limit(1)).one() == {
            "reason": "not their account",
            "demand": None,
        }
    assert standing(database, there.list_a).origin is Origin.NOWHERE
    assert refused(database, lambda session: confirm(session, answer, there.noe)) is Objection.ALREADY_DECIDED


def test_one_may_reject_what_one_recorded(database: Database, there: Installed) -> None:
    with database.begin() as session:
        answer = record(session, an_answer(there.a, {"cameras": YES}), there.zoe)
        reject_answer(session, answer, 1, "typing error", there.zoe, NOW)


def test_one_demand_is_rejected_and_the_rest_confirmed_in_the_new_version(database: Database, there: Installed) -> None:
    with database.begin() as session:
        answer = record(session, an_answer(there.a, {"cameras": YES, "committee": NO}), there.alix)
        reject_answer(session, answer, 1, "not about this", there.noe, NOW, demand="committee")
        assert entry(session, answer).rejected_demands == ({"en": "Committee", "fr": "Committee"},)
    stale = refused(database, lambda session: confirm_answer(session, answer, 1, there.noe, NOW))
    assert stale is Objection.CHANGED_MEANWHILE
    with database.begin() as session:
        confirm_answer(session, answer, 2, there.noe, NOW)
    with database.read() as session:
        assert (states(session, "cameras"), states(session, "committee")) == ({answer: "current"}, {answer: "rejected"})
        assert [stance.demand for stance in announced(session, answer)[1].stances] == ["cameras"]
        assert verify_ledger(session).faults == ()


def test_rejecting_the_last_demand_rejects_the_entry(database: Database, there: Installed) -> None:
    with database.begin() as session:
        answer = record(
            session, an_answer(there.a, {"retraction/video": YES, "retraction/observatory": NO}), there.alix
        )
        reject_answer(session, answer, 1, "not about this", there.noe, NOW, demand="retraction")
        assert get_answer(session, answer).state is AnswerState.REJECTED


@pytest.mark.parametrize(
    ("reason", "demand", "version", "objection"),
    [
        (" ", None, 1, Objection.REASON_MISSING),
        ("why", "committee", 1, Objection.DEMAND_NOT_IN_ANSWER),
        ("why", None, 2, Objection.CHANGED_MEANWHILE),
    ],
)
def test_a_rejection_that_is_refused_changes_nothing(
    database: Database, there: Installed, reason: str, demand: str | None, version: int, objection: Objection
) -> None:
    with database.begin() as session:
        answer = record(session, an_answer(there.a, {"cameras": YES}), there.alix)

    def reject(session: Session) -> None:
        reject_answer(session, answer, version, reason, there.noe, NOW, demand=demand)

    assert refused(database, reject) is objection


# What counts


def test_what_was_said_last_counts_and_an_earlier_word_recorded_late_is_history_at_once(
    database: Database, there: Installed
) -> None:
    with database.begin() as session:
        later = confirmed(session, an_answer(there.a, {"cameras": NO}, said=day(5)), there)
        earlier = confirmed(session, an_answer(there.a, {"cameras": YES}, said=day(1)), there)
        assert states(session) == {later: "current", earlier: "superseded"}
        stance = only_stance(announced(session, earlier)[1])
        assert (stance.counts, stance.was) == (False, None)


def test_an_answer_that_replaces_says_what_it_replaces(database: Database, there: Installed) -> None:
    with database.begin() as session:
        first = confirmed(session, an_answer(there.a, {"cameras": YES}), there)
        second = confirmed(session, an_answer(there.a, {"cameras": NO}, said=day(2), contradiction=REPLACES), there)
        assert states(session) == {first: "superseded", second: "current"}
        stance = only_stance(announced(session, second)[1])
        assert (stance.position, stance.was, stance.contradicts) == (NO, YES, None)


def test_an_answer_that_stands_beside_shows_both(database: Database, there: Installed) -> None:
    with database.begin() as session:
        first = confirmed(session, an_answer(there.a, {"cameras": YES}), there)
        second = confirmed(session, an_answer(there.a, {"cameras": NO}, said=day(2), contradiction=BESIDE), there)
        assert states(session) == {first: "current", second: "beside"}
        stance = only_stance(announced(session, second)[1])
        assert (stance.was, stance.contradicts, stance.counts) == (None, YES, True)
    shown = standing(database, there.list_a)
    assert shown.counts is not None
    assert (shown.counts.position, [view.position for view in shown.beside]) == (YES, [NO])


@pytest.mark.parametrize("contradiction", [None, REPLACES, BESIDE])
def test_hearsay_never_replaces_writing(
    database: Database, there: Installed, contradiction: Contradiction | None
) -> None:
    rumour = an_answer(there.a, {"cameras": NO}, said=day(6), source=HEARSAY, contradiction=contradiction)
    with database.begin() as session:
        written = confirmed(session, an_answer(there.a, {"cameras": YES}), there)
        said = confirmed(session, rumour, there)
        assert states(session) == {written: "current", said: "beside"}
        agreeing = confirmed(session, replace(rumour, positions=taken({"cameras": YES}), said_on=day(7)), there)
        assert states(session) == {written: "current", said: "beside", agreeing: "superseded"}


def test_writing_that_comes_after_hearsay_counts(database: Database, there: Installed) -> None:
    with database.begin() as session:
        rumour = confirmed(session, an_answer(there.a, {"cameras": NO}, said=day(6), source=HEARSAY), there)
        written = confirmed(session, an_answer(there.a, {"cameras": YES}, said=day(1)), there)
        assert states(session) == {rumour: "beside", written: "current"}


def test_writing_that_should_stand_beside_hearsay_counts_before_it(database: Database, there: Installed) -> None:
    with database.begin() as session:
        rumour = confirmed(session, an_answer(there.a, {"cameras": NO}, source=HEARSAY), there)
        written = confirmed(session, an_answer(there.a, {"cameras": YES}, said=day(2), contradiction=BESIDE), there)
        assert states(session) == {rumour: "beside", written: "current"}
        stance = only_stance(announced(session, written)[1])
        assert (stance.was, stance.contradicts) == (None, NO)


def test_parts_count_apart_from_each_other(database: Database, there: Installed) -> None:
    with database.begin() as session:
        confirmed(session, an_answer(there.a, {"retraction/video": YES}), there)
        confirmed(session, an_answer(there.a, {"retraction/observatory": NO}, said=day(2)), there)
        (cell, *_others) = list_view(session, there.list_a).cells
    assert cell.standing.origin is Origin.NOWHERE
    parts = {titles["en"]: part.counts.position for titles, part in cell.parts if part.counts}
    assert parts == {"Video": YES, "Observatory": NO}


# Withdrawals and corrections


def test_a_word_taken_back_no_longer_counts_and_is_shown_as_such(database: Database, there: Installed) -> None:
    with database.begin() as session:
        first = confirmed(session, an_answer(there.a, {"cameras": YES, "committee": YES}), there)
        taken_back = confirmed(session, withdrawing(an_answer(there.a, {"cameras": YES}, said=day(2))), there)
        assert states(session) == {first: "superseded", taken_back: "current"}
        assert states(session, "committee") == {first: "current"}
        kind, facts = announced(session, taken_back)
        assert kind is EventKind.ANSWER_WITHDRAWN
        assert (only_stance(facts).position, only_stance(facts).was) == (None, YES)
    shown = standing(database, there.list_a)
    assert (shown.counts, shown.known, shown.origin) == (None, True, Origin.OWN)
    assert shown.withdrawn is not None
    assert shown.withdrawn.said_on == day(2)


def test_a_correction_takes_the_place_of_its_target_and_says_why(database: Database, there: Installed) -> None:
    with database.begin() as session:
        wrong = confirmed(session, an_answer(there.a, {"cameras": YES, "committee": YES}), there)
        right = confirmed(session, correcting(wrong, an_answer(there.a, {"cameras": PARTIAL}), "misread"), there)
        assert states(session) == {wrong: "superseded", right: "current"}
        assert states(session, "committee") == {wrong: "current"}
        kind, facts = announced(session, right)
        assert (kind, facts.reason, facts.corrects_said_on) == (EventKind.ANSWER_CORRECTED, "misread", day(1))
        assert only_stance(facts).was is YES
        entries = history(session, list_id=there.list_a).entries
        assert [(one.kind, one.target) for one in entries] == [
            (AnswerKind.CORRECTION, wrong),
            (AnswerKind.STATEMENT, None),
        ]


def test_a_wrong_entry_is_marked_until_its_correction_is_decided(database: Database, there: Installed) -> None:
    with database.begin() as session:
        wrong = confirmed(session, an_answer(there.a, {"cameras": YES}), there)
    assert being_corrected(database, there) is False
    with database.begin() as session:
        waiting = record(session, correcting(wrong, an_answer(there.a, {"cameras": NO})), there.alix)
        preview = only_stance(answer_facts(session, get_answer(session, waiting)))
        assert (preview.position, preview.was, preview.counts) == (NO, YES, True)
    assert being_corrected(database, there) is True
    with database.begin() as session:
        reject_answer(session, waiting, 1, "it was right", there.noe, NOW)
    assert being_corrected(database, there) is False


def being_corrected(database: Database, there: Installed) -> bool:
    shown = standing(database, there.list_a).counts
    assert shown is not None
    assert shown.position is YES
    return shown.being_corrected


def test_only_what_a_waiting_correction_is_about_is_marked(database: Database, there: Installed) -> None:
    with database.begin() as session:
        wrong = confirmed(session, an_answer(there.a, {"cameras": YES, "committee": YES}), there)
        record(session, correcting(wrong, an_answer(there.a, {"cameras": NO})), there.alix)
    marked = {
        demand: shown.being_corrected
        for demand in ("cameras", "committee")
        if (shown := standing(database, there.list_a, demand).counts) is not None
    }
    assert marked == {"cameras": True, "committee": False}


def test_a_corrected_day_puts_a_word_back_into_its_place(database: Database, there: Installed) -> None:
    with database.begin() as session:
        misdated = confirmed(session, an_answer(there.a, {"cameras": YES}, said=day(7)), there)
        other = confirmed(session, an_answer(there.a, {"cameras": NO}, said=day(5)), there)
        assert states(session) == {misdated: "current", other: "superseded"}
        once = confirmed(session, correcting(misdated, an_answer(there.a, {"cameras": YES}, said=day(6))), there)
        again = confirmed(session, correcting(once, an_answer(there.a, {"cameras": YES}, said=day(3))), there)
        assert states(session) == {
            misdated: "superseded",
            other: "current",
            once: "superseded",
            again: "superseded",
        }


def test_a_correction_of_a_word_that_stands_beside_stays_beside(database: Database, there: Installed) -> None:
    with database.begin() as session:
        first = confirmed(session, an_answer(there.a, {"cameras": YES}), there)
        beside = confirmed(session, an_answer(there.a, {"cameras": NO}, said=day(2), contradiction=BESIDE), there)
        right = confirmed(session, correcting(beside, an_answer(there.a, {"cameras": PARTIAL}, said=day(2))), there)
        assert states(session) == {first: "current", beside: "superseded", right: "beside"}


def test_a_correction_of_what_was_undone_meanwhile_is_not_confirmed(database: Database, there: Installed) -> None:
    with database.begin() as session:
        wrong = confirmed(session, an_answer(there.a, {"cameras": YES}), there)
        waiting = record(session, correcting(wrong, an_answer(there.a, {"cameras": NO})), there.alix)
        undone(session, wrong, there.noe)
    assert refused(database, lambda session: confirm(session, waiting, there.noe)) is Objection.ALREADY_UNDONE


# Undoing


def test_undoing_restores_what_counted_before_and_the_ledger_says_so(database: Database, there: Installed) -> None:
    with database.begin() as session:
        first = confirmed(session, an_answer(there.a, {"cameras": YES}), there)
        second = confirmed(session, an_answer(there.a, {"cameras": NO}, said=day(2), contradiction=REPLACES), there)
        link = undone(session, second, there.noe)
        assert states(session) == {first: "current", second: "superseded"}
        assert link.seq == 3
        assert session.scalars(announcing(second)).one().cancelled_at == NOW
        newest, taken_back, _first = history(session, list_id=there.list_a).entries
        assert (newest.kind, newest.target, newest.reason) == (AnswerKind.UNDO, second, "confirmed by mistake")
        assert taken_back.undone
        assert verify_ledger(session, link.hash).faults == ()


def test_one_person_may_undo_and_it_publishes_nothing(database: Database, there: Installed) -> None:
    with database.begin() as session:
        answer = confirmed(session, an_answer(there.a, {"cameras": YES}), there)
        before = len(session.scalars(sa.select(Event)).all())
        undone(session, answer, there.alix)
        assert len(session.scalars(sa.select(Event)).all()) == before
        while fan_out(session, NOW):
            pass
        assert session.scalars(sa.select(Delivery)).all() == []


def test_undoing_the_undone_correction_brings_its_target_back(database: Database, there: Installed) -> None:
    with database.begin() as session:
        wrong = confirmed(session, an_answer(there.a, {"cameras": YES}), there)
        right = confirmed(session, correcting(wrong, an_answer(there.a, {"cameras": NO})), there)
        undone(session, right, there.noe)
        assert states(session) == {wrong: "current", right: "superseded"}


def test_once_it_goes_out_it_is_no_longer_undone(database: Database, there: Installed) -> None:
    with database.begin() as session:
        answer = confirmed(session, an_answer(there.a, {"cameras": YES}), there)
        assert fan_out(session, NOW) == 1
    assert refused(database, lambda session: undone(session, answer, there.noe)) is Objection.ALREADY_ANNOUNCED


def test_that_organizers_were_told_is_no_announcement(database: Database, there: Installed) -> None:
    """The organizers' group hears of a waiting entry; that must not make its confirmation final."""
    with database.begin() as session:
        answer = record(session, an_answer(there.a, {"cameras": YES}), there.alix)
        assert fan_out(session, NOW) == 0
        assert session.scalars(sa.select(Event.fanned_out_at)).one() == NOW
        confirm(session, answer, there.noe)
        undone(session, answer, there.noe)
        assert states(session) == {answer: "superseded"}


def test_what_may_not_be_undone(database: Database, there: Installed) -> None:
    with database.begin() as session:
        waiting = record(session, an_answer(there.b, {"cameras": YES}), there.alix)
        twice = confirmed(session, an_answer(there.a, {"cameras": YES}), there)
        undone(session, twice, there.noe)
        undo = session.scalars(sa.select(Answer.id).where(Answer.kind == AnswerKind.UNDO)).one()
        sound = confirmed(session, an_answer(there.a, {"committee": YES}), there)
    for target, reason, person, objection in [
        (waiting, "why", there.noe, Objection.NOT_CONFIRMED),
        (undo, "why", there.noe, Objection.NOT_CONFIRMED),
        (twice, "why", there.noe, Objection.ALREADY_UNDONE),
        (sound, " ", there.noe, Objection.REASON_MISSING),
        (sound, "why", there.zoe, Objection.ROLE_MISSING),
        (999, "why", there.noe, Objection.UNKNOWN_ANSWER),
    ]:
        why = refused(database, lambda session, t=target, r=reason, p=person: undo_answer(session, t, r, p, NOW))
        assert why is objection


def test_what_an_entry_changed_does_not_change_with_a_later_undo(database: Database, there: Installed) -> None:
    with database.begin() as session:
        first = confirmed(session, an_answer(there.a, {"cameras": YES}), there)
        second = confirmed(session, an_answer(there.a, {"cameras": NO}, said=day(2), contradiction=REPLACES), there)
        undone(session, first, there.noe)
        assert only_stance(entry(session, second).facts).was is YES
        assert states(session) == {first: "superseded", second: "current"}


# Removing


def a_private_answer(there: Installed) -> NewAnswer:
    return an_answer(
        there.a,
        {"cameras": YES},
        speaker="Ada Secret",
        proofs=(
            quoting("Secret words", "https://example.org/secret"),
            Proof(file=b"secret file"),
            Proof(file=b"shared"),
        ),
    )


def test_a_removal_erases_texts_and_proofs_everywhere_and_the_chain_still_holds(
    database: Database, there: Installed
) -> None:
    with database.begin() as session:
        target = confirmed(session, a_private_answer(there), there)
        confirmed(session, an_answer(there.b, {"cameras": YES}, proofs=(Proof(file=b"shared"),)), there)
        fan_out(session, NOW)
        (due,) = due_deliveries(session, NOW, 10, channels=["console"])
        claim_deliveries(session, [Worded.of(due, Words("fr", {"text": "Ada Secret: Secret words"}))], 1, NOW)
        settle_sent(session, due.delivery, 1, "4711", NOW)
        removal = request_removal(session, target, "court order", there.alix, NOW)
        done = confirm(session, removal, there.noe)
    with database.read() as session:
        row = get_answer(session, target)
        assert (row.speaker, row.removed_at) == (None, NOW)
        proofs = session.scalars(sa.select(Evidence).where(Evidence.answer_id == target)).all()
        assert {(one.url, one.quote, one.blob_sha256, one.removed_at) for one in proofs} == {(None, None, None, NOW)}
        assert [blob.content for blob in session.scalars(sa.select(Blob))] == [b"shared"]
        assert [wording.content for wording in session.scalars(sa.select(Wording))] == [{}]
        assert "ecret" not in repr(everything(database))
        check = verify_ledger(session, done.link.hash)
        assert (check.removed, check.faults) == ((1,), ())
        kind, facts = announced(session, removal)
        assert (kind, facts.reason, facts.proof) == (EventKind.CONTENT_REMOVED, "court order", None)
        assert history(session, list_id=there.list_a).entries[-1].removed
        assert states(session)[target] == "current"
    shown = standing(database, there.list_a).counts
    assert shown is not None
    assert (shown.position, shown.proof, shown.speaker) == (YES, None, None)


def test_the_reason_of_a_correction_is_erased_with_it(database: Database, there: Installed) -> None:
    with database.begin() as session:
        wrong = confirmed(session, an_answer(there.a, {"cameras": YES}), there)
        right = confirmed(session, correcting(wrong, an_answer(there.a, {"cameras": NO}), "Secret reason"), there)
        confirm(session, request_removal(session, right, "court order", there.alix, NOW), there.noe)
        assert verify_ledger(session).faults == ()
    assert "Secret reason" not in repr(everything(database))


def test_a_removal_too_needs_two_persons(database: Database, there: Installed) -> None:
    with database.begin() as session:
        target = confirmed(session, an_answer(there.a, {"cameras": YES}), there)
        removal = request_removal(session, target, "court order", there.alix, NOW)
    assert refused(database, lambda session: confirm(session, removal, there.alix)) is Objection.SAME_PERSON
    with database.begin() as session:
        reject_answer(session, removal, 1, "no such order", there.noe, NOW)
        assert get_answer(session, target).removed_at is None


def test_what_may_not_be_removed(database: Database, there: Installed) -> None:
    with database.begin() as session:
        waiting = record(session, an_answer(there.b, {"cameras": YES}), there.alix)
        gone = confirmed(session, an_answer(there.a, {"cameras": YES}), there)
        removal = request_removal(session, gone, "court order", there.alix, NOW)
        confirm(session, removal, there.noe)
        sound = confirmed(session, an_answer(there.a, {"committee": YES}), there)
    for target, reason, objection in [
        (waiting, "why", Objection.NOT_CONFIRMED),
        (removal, "why", Objection.NOT_CONFIRMED),
        (gone, "why", Objection.ALREADY_REMOVED),
        (sound, " ", Objection.REASON_MISSING),
        (999, "why", Objection.UNKNOWN_ANSWER),
    ]:
        why = refused(database, lambda session, t=target, r=reason: request_removal(session, t, r, there.alix, NOW))
        assert why is objection


# Banners, lineage


def test_a_banner_speaks_for_its_lists_but_for_one_that_says_otherwise(database: Database, there: Installed) -> None:
    with database.begin() as session:
        for_all = confirmed(session, an_answer(there.of_banner, {"cameras": YES}), there)
        facts = announced(session, for_all)[1]
        assert (facts.subject.name, facts.subject.is_banner) == ("Bannière Exemple", True)
        own = confirmed(session, an_answer(there.c, {"cameras": NO}, said=day(2)), there)
        assert states(session) == {for_all: "current", own: "current"}
        view = banner_view(session, there.banner)
        assert [one.head.name for one in view.exceptions] == ["Liste Exemple C"]
        topics = session.scalars(announcing(for_all)).one().topics
        assert (topics["lists"], topics["banners"]) == ([there.list_b, there.list_c], [there.banner])
    of_b, of_c = standing(database, there.list_b), standing(database, there.list_c)
    assert (of_b.origin, of_b.counts and of_b.counts.position) == (Origin.BANNER, YES)
    assert (of_c.origin, of_c.counts and of_c.counts.position) == (Origin.OWN, NO)
    assert standing(database, there.list_a).origin is Origin.NOWHERE


def test_a_merged_list_inherits_nothing_by_itself_and_all_its_parents_are_named(
    database: Database, there: Installed
) -> None:
    with database.begin() as session:
        confirmed(session, an_answer(there.a, {"cameras": YES}), there)
        child = a_list(session, "Liste Exemple A+C", there.alix)
        merge_lists(session, (there.list_a, there.list_c), child, there.alix, NOW)
    shown = standing(database, child)
    assert (shown.origin, shown.counts) == (Origin.INHERITED, None)
    said = {name: parent.counts.position if parent.counts else None for name, parent in shown.parents}
    assert said == {"Liste Exemple A": YES, "Liste Exemple C": None}
    assert standing(database, child, "committee").origin is Origin.NOWHERE
    with database.begin() as session:
        confirmed(session, an_answer(Subject(list_id=child), {"cameras": NO}), there)
    own = standing(database, child)
    assert (own.origin, own.counts and own.counts.position) == (Origin.OWN, NO)


@pytest.mark.parametrize("confirmed_lineage", [True, False])
def test_a_list_of_the_second_round_goes_on_with_what_the_first_one_said(
    database: Database, there: Installed, *, confirmed_lineage: bool
) -> None:
    with database.begin() as session:
        confirmed(session, an_answer(there.a, {"cameras": YES}), there)
        child = a_list(session, "Liste Exemple A", there.alix, round_key=SECOND)
        session.add(
            Lineage(
                child_id=child,
                parent_id=there.list_a,
                kind=LineageKind.CONTINUES,
                confirmed_at=NOW if confirmed_lineage else None,
                confirmed_by=there.alix.organizer if confirmed_lineage else None,
            )
        )
    shown = standing(database, child)
    assert shown.origin is (Origin.CONTINUED if confirmed_lineage else Origin.NOWHERE)


@pytest.mark.parametrize("position", [YES, NO, PARTIAL, Position.UNCLEAR])
def test_every_position_is_stored_and_shown_as_what_it_is(
    database: Database, there: Installed, position: Position
) -> None:
    """Above all a refusal is never shown as a commitment."""
    with database.begin() as session:
        confirmed(session, an_answer(there.a, {"cameras": position}), there)
        stored = session.execute(sa.text("SELECT position FROM stance")).scalar_one()
        assert (stored, only_stance(announced(session, 1)[1]).position) == (position.value, position)
    shown = standing(database, there.list_a).counts
    assert shown is not None
    assert shown.position is position


def test_what_was_confirmed_keeps_the_name_of_its_day(database: Database, there: Installed) -> None:
    with database.begin() as session:
        answer = confirmed(session, an_answer(there.a, {"cameras": YES}), there)
        edit_list(session, there.list_a, ListDetails(name="Autre nom", panel=7), there.alix, NOW)
        assert announced(session, answer)[1].subject.name == "Liste Exemple A"
        assert verify_ledger(session).faults == ()


def test_the_command_line_is_no_second_person(database: Database, there: Installed) -> None:
    """The command line acts as a named person: the same one as in the chat."""
    with database.begin() as session:
        answer = record(session, an_answer(there.a, {"cameras": YES}, role=SpeakerRole.LIST, speaker=None), there.noe)
    with database.read() as session:
        by_command = find_actor(session, "noé", "cli")
    assert refused(database, lambda session: confirm(session, answer, by_command)) is Objection.SAME_PERSON
