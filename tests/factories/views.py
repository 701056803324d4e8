"""Views and facts as queries return them, with fictional lists and people."""
# ruff: noqa: ANN401 - the dataclass checks the names of its changes, tests read their values

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from pledgebot.domain.answer import (
    AnswerKind,
    AnswerState,
    EvidenceKind,
    Origin,
    Position,
    SourceKind,
    SpeakerRole,
    StanceState,
    Standing,
)
from pledgebot.domain.election import ListStatus, PollingDay, silence_of
from pledgebot.domain.events import AnswerFacts, NoticeFacts, ProofFacts, StanceFacts, SubjectFacts
from pledgebot.domain.letter import Demand, Letter, OutreachTemplate
from pledgebot.domain.progress import Progress, Stage
from pledgebot.services.views import (
    BannerView,
    CellView,
    DatesView,
    DemandRows,
    DemandView,
    EntryView,
    HistoryEntry,
    HistoryStance,
    HistoryView,
    ListHead,
    ListView,
    PlaceView,
    RoundView,
    StanceView,
    TableView,
)

PARIS = ZoneInfo("Europe/Paris")
SHA256 = "abcd1234" + "0" * 56
ASKED = datetime(2026, 2, 1, 9, tzinfo=UTC)
PROOF = ProofFacts(EvidenceKind.LINK, "https://exemple.test/lettre", "Nous retirerons les caméras.", None)
FILE_PROOF = ProofFacts(EvidenceKind.FILE, None, None, SHA256)
CAMERAS = {"fr": "Moins de caméras", "en": "Fewer cameras"}
RETRACTION = {"fr": "Retrait des projets", "en": "Retraction of the projects"}
PART = {"fr": "Caméras mobiles", "en": "Mobile cameras"}
NOWHERE: Standing[StanceView] = Standing(Origin.NOWHERE)


def demand_view(**changes: Any) -> DemandView:
    """Return a demand on cameras."""
    view = DemandView(
        id=1,
        key="cameras",
        number=1,
        version=1,
        title=CAMERAS,
        text={"fr": "Réduire le nombre de caméras.", "en": "Reduce the number of cameras."},
        tests={
            Position.COMMITTED: {"fr": "Un nombre et une date.", "en": "A number and a date."},
            Position.REFUSED: {"fr": "Refuse ou veut plus de caméras.", "en": "Refuses, or wants more cameras."},
        },
        hashtag="cameras",
        parts=(("mobile", PART),),
    )
    return replace(view, **changes)


def round_view(**changes: Any) -> RoundView:
    """Return the first round of a municipal election."""
    view = RoundView(
        id=1,
        key="2026-1",
        number=1,
        election={"fr": "Élections municipales 2026", "en": "Municipal elections 2026"},
        day=date(2026, 3, 15),
        zone=PARIS,
        silence=silence_of(PollingDay(date(2026, 3, 15), time(20), PARIS)),
    )
    return replace(view, **changes)


def stance_view(position: Position | None = Position.COMMITTED, **changes: Any) -> StanceView:
    """Return a stance said in a letter by the head of list."""
    view = StanceView(
        answer=12,
        seq=7,
        position=position,
        said_on=date(2026, 2, 14),
        source=SourceKind.LETTER,
        speaker="Camille Exemple",
        role=SpeakerRole.HEAD,
        proof=PROOF,
    )
    return replace(view, **changes)


def standing(position: Position | None = Position.COMMITTED, **changes: Any) -> Standing[StanceView]:
    """Return a standing of the list's own."""
    return replace(Standing(Origin.OWN, stance_view(position)), **changes)


def cell_view(own: Standing[StanceView] = NOWHERE, **changes: Any) -> CellView:
    """Return a cell of the table."""
    return replace(CellView(demand_view(), own), **changes)


def list_head(**changes: Any) -> ListHead:
    """Return a list with its panel number."""
    head = ListHead(
        id=1,
        name="Liste Exemple A",
        short_name="LEA",
        head="Camille Exemple",
        panel=3,
        constituency="Villexemple",
        constituency_code="99001",
        round_key="2026-1",
        round_number=1,
        status=ListStatus.STANDING,
        banner=None,
        nuance=None,
        nuance_source=None,
    )
    return replace(head, **changes)


def list_view(own: Standing[StanceView] = NOWHERE, stage: Stage = Stage.NOT_CONTACTED, **changes: Any) -> ListView:
    """Return a list with one cell, and how far the conversation with it is."""
    since = None if stage is Stage.NOT_CONTACTED else ASKED
    view = ListView(list_head(), (cell_view(own),), Progress(stage, since), ("Exemple A",))
    return replace(view, **changes)


def table_view(*rows: ListView) -> TableView:
    """Return a table of lists in one place."""
    return TableView("Villexemple", "99001", round_view(), (demand_view(),), rows)


def banner_view(own: Standing[StanceView] = NOWHERE, *exceptions: ListView) -> BannerView:
    """Return a banner of two lists."""
    lists = (list_head(), list_head(id=2, name="Liste Exemple B", panel=4, constituency="Secteur 2"))
    return BannerView(1, "Bannière Exemple", "2026-1", 1, (cell_view(own),), lists, exceptions)


def demand_rows_view(*rows: ListView) -> DemandRows:
    """Return what lists say on one demand."""
    return DemandRows(
        demand_view(), "Villexemple", round_view(), tuple((row.head, row.cells[0], row.progress) for row in rows)
    )


def history_entry(kind: AnswerKind = AnswerKind.STATEMENT, **changes: Any) -> HistoryEntry:
    """Return an entry of the ledger with one stance."""
    entry = HistoryEntry(
        answer=12,
        seq=7,
        kind=kind,
        said_on=date(2026, 2, 14),
        confirmed_at=datetime(2026, 2, 15, 10, tzinfo=UTC),
        source=SourceKind.LETTER,
        speaker="Camille Exemple",
        role=SpeakerRole.HEAD,
        reason=None,
        proof=PROOF,
        stances=(HistoryStance(CAMERAS, None, Position.COMMITTED, StanceState.CURRENT),),
        target=None,
        hash=SHA256,
    )
    return replace(entry, **changes)


def history_view(*entries: HistoryEntry, **changes: Any) -> HistoryView:
    """Return the history of a list."""
    return replace(HistoryView("Liste Exemple A", "Villexemple", None, entries), **changes)


def dates_view(*rounds: RoundView, now: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)) -> DatesView:
    """Return a calendar as it was asked for on 1 March 2026."""
    return DatesView(rounds or (round_view(),), now)


def place_view(**changes: Any) -> PlaceView:
    """Return a place with two lists."""
    return replace(PlaceView(1, "99001", "Villexemple", 2), **changes)


def subject_facts(**changes: Any) -> SubjectFacts:
    """Return a list as an announcement names it."""
    facts = SubjectFacts("Liste Exemple A", False, "Camille Exemple", 3, ("Villexemple",))  # noqa: FBT003 - a list
    return replace(facts, **changes)


def stance_facts(position: Position | None = Position.COMMITTED, **changes: Any) -> StanceFacts:
    """Return a position on cameras."""
    return replace(StanceFacts("cameras", CAMERAS, None, position), **changes)


def answer_facts(*stances: StanceFacts, **changes: Any) -> AnswerFacts:
    """Return the facts of one confirmed answer."""
    facts = AnswerFacts(
        answer=12,
        version=2,
        seq=7,
        head_hash=SHA256,
        subject=subject_facts(),
        stances=stances or (stance_facts(),),
        source_kind=SourceKind.LETTER,
        speaker="Camille Exemple",
        speaker_role=SpeakerRole.HEAD,
        said_on=date(2026, 2, 14),
        proof=PROOF,
        reason=None,
        corrects_said_on=None,
        letter_title={"fr": "Lettre ouverte aux listes", "en": "Open letter to the lists"},
        fictional=False,
    )
    return replace(facts, **changes)


def notice_facts(**changes: Any) -> NoticeFacts:
    """Return the facts of a notice after the election."""
    facts = NoticeFacts(
        letter_title={"fr": "Lettre ouverte aux listes", "en": "Open letter to the lists"},
        election={"fr": "Élections d’exemple", "en": "Election of the example"},
        last_round=date(2026, 3, 22),
        deadline=date(2026, 4, 21),
        fictional=False,
    )
    return replace(facts, **changes)


def entry_view(state: AnswerState = AnswerState.PENDING, **changes: Any) -> EntryView:
    """Return an entry as organizers see it, recorded by Alix."""
    view = EntryView(
        facts=answer_facts(seq=None, head_hash=None),
        kind=AnswerKind.STATEMENT,
        state=state,
        recorded_by="Alix",
        recorded_at=datetime(2026, 2, 14, 18, 30, tzinfo=UTC),
        decided_by=None if state is AnswerState.PENDING else "Sacha",
    )
    return replace(view, **changes)


def letter() -> Letter:
    """Return a letter with one demand."""
    return Letter(
        key="exemple",
        title={"fr": "Lettre ouverte aux listes", "en": "Open letter to the lists"},
        summary={"fr": "Ce que nous demandons.", "en": "What we ask."},
        source="exemple",
        url="https://exemple.test/lettre",
        languages=("fr", "en"),
        signatories=("Collectif Exemple", "Association Exemple"),
        demands=(Demand("cameras", CAMERAS, {"fr": "Moins.", "en": "Fewer."}, {}, "cameras"),),
        outreach=OutreachTemplate({}, {}),
    )
