"""A small fictional installation, and short ways to record and to confirm in it."""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pledgebot.domain.answer import AnswerKind, Contradiction, Position, SourceKind, SpeakerRole
from pledgebot.domain.letter import Demand, Letter, OutreachTemplate, Part
from pledgebot.services.answers import NewAnswer, Proof, Subject, Taken, get_answer, record_answer
from pledgebot.services.decisions import Confirmed, confirm_answer, undo_answer
from pledgebot.services.installation import (
    DestinationPlan,
    InstallationPlan,
    PlacePlan,
    RoundPlan,
    sync_installation,
)
from pledgebot.services.ledger import Link
from pledgebot.services.lists import ListDetails, Place, add_list
from pledgebot.services.people import Actor, Role, add_organizer, find_actor
from pledgebot.store.engine import Database
from pledgebot.store.tables import Banner, Base, DemandRow, Stance
from postgres import dsn

NOW = datetime(2026, 2, 8, 12, 0, tzinfo=UTC)
"""Where the fixture `clock` stands: five weeks before the first round of the example."""

TOWN = "13055"
ZONE = "Europe/Paris"

Positions = dict[str, Position | None]
"""What an answer says: `demand` or `demand/part` → position; None takes the word back."""


def a_demand(key: str, *parts: str, asks: str = "do it") -> Demand:
    """Return a fictional demand; `asks` stands in its tests, so that another one is another version."""
    return Demand(
        key=key,
        title={"en": key.title(), "fr": key.title()},
        text={"en": f"The {key} of the example.", "fr": f"La demande {key} de l’exemple."},
        tests={position: {"en": f"{position}: {asks}", "fr": f"{position} : {asks}"} for position in Position},
        hashtag=key.title(),
        words=(key,),
        parts=tuple(Part(part, {"en": part.title(), "fr": part.title()}) for part in parts),
    )


def a_letter(*demands: Demand) -> Letter:
    """Return a fictional letter, by default with the demands retraction (of two parts), cameras and committee."""
    return Letter(
        key="example-2026",
        title={"en": "Example letter", "fr": "Lettre d’exemple"},
        summary={"en": "Three demands.", "fr": "Trois demandes."},
        source="Collectif Exemple",
        url="https://example.org/letter",
        languages=("fr", "en"),
        signatories=("Collectif Exemple",),
        demands=demands or (a_demand("retraction", "video", "observatory"), a_demand("cameras"), a_demand("committee")),
        outreach=OutreachTemplate({"en": "Our letter", "fr": "Notre lettre"}, {"en": "Hello", "fr": "Bonjour"}),
    )


def a_round(number: int, day: date) -> RoundPlan:
    """Return a round of the example."""
    election = {"en": "Municipal election of the example", "fr": "Élections municipales de l’exemple"}
    return RoundPlan(number=number, day=day, closes=time(20), zone=ZONE, election=election)


ROUNDS = (a_round(1, date(2026, 3, 15)), a_round(2, date(2026, 3, 22)))
FIRST, SECOND = (plan.key for plan in ROUNDS)


def a_plan(letter: Letter | None = None) -> InstallationPlan:
    """Return what the configuration of the example says."""
    return InstallationPlan(
        letter=letter or a_letter(),
        rounds=ROUNDS,
        places=(PlacePlan(TOWN, "Marseille", aliases=("13001", "1er")),),
        destinations=(DestinationPlan("console", "terminal", "fr"),),
        fictional=True,
    )


@dataclass(frozen=True)
class Installed:
    """The people and lists of the example."""

    alix: Actor
    noe: Actor
    zoe: Actor
    list_a: int
    list_b: int
    list_c: int
    banner: int

    @property
    def a(self) -> Subject:
        """Liste Exemple A, which stands alone."""
        return Subject(list_id=self.list_a)

    @property
    def b(self) -> Subject:
        """Liste Exemple B, which stands under the banner."""
        return Subject(list_id=self.list_b)

    @property
    def c(self) -> Subject:
        """Liste Exemple C, which stands under the banner."""
        return Subject(list_id=self.list_c)

    @property
    def of_banner(self) -> Subject:
        """Bannière Exemple, under which B and C stand."""
        return Subject(banner_id=self.banner)


def install(session: Session, now: datetime = NOW, plan: InstallationPlan | None = None) -> Installed:
    """Build the example: three organizers (Zoé only records), three lists in Marseille, two of them under a banner."""
    sync_installation(session, plan or a_plan(), now)
    alix, noe, zoe = add_people(session, now)
    list_a = a_list(session, "Liste Exemple A", alix, now, head="Ada Exemple")
    list_b = a_list(session, "Liste Exemple B", alix, now, banner="Bannière Exemple")
    list_c = a_list(session, "Liste Exemple C", alix, now, banner="Bannière Exemple")
    banner = session.scalars(sa.select(Banner.id)).one()
    return Installed(alix, noe, zoe, list_a, list_b, list_c, banner)


def add_people(session: Session, now: datetime = NOW) -> tuple[Actor, Actor, Actor]:
    """Add Alix (records, verifies, administers), Noé (records, verifies) and Zoé (records), each acting in the chat."""
    add_organizer(session, "Alix", frozenset(Role), None, now)
    alix = find_actor(session, "Alix", "chat")
    add_organizer(session, "Noé", frozenset({Role.RECORDER, Role.VERIFIER}), alix, now)
    add_organizer(session, "Zoé", frozenset({Role.RECORDER}), alix, now)
    return alix, find_actor(session, "Noé", "chat"), find_actor(session, "Zoé", "chat")


def a_list(
    session: Session,
    name: str,
    by: Actor,
    now: datetime = NOW,
    *,
    round_key: str | None = None,
    panel: int | None = None,
    head: str | None = None,
    banner: str | None = None,
) -> int:
    """Add a list in Marseille, in the first round unless another is named."""
    details = ListDetails(name=name, panel=panel, head=head, banner=banner)
    return add_list(session, Place(TOWN, round_key), details, by, now)


@contextmanager
def shared_database(engine: str, sqlite_template: Path, folder: Path) -> Iterator[Database]:
    """Open a database for a whole module whose tests leave nothing behind; `engine` is `sqlite` or `postgresql`."""
    if engine == "sqlite":
        database = Database(f"sqlite:///{shutil.copy(sqlite_template, folder / 'shared.db')}")
    else:
        server, name = Path(os.environ["PLEDGEBOT_TEST_POSTGRES"]), f"shared_{uuid.uuid4().hex[:16]}"
        with psycopg.connect(dsn(server, "postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "pledgebot_template"'.encode())
        database = Database(f"postgresql://pledgebot@/{name}?host={server}")
    yield database
    database.close()


def installed(database: Database, now: datetime = NOW) -> Installed:
    """Build the example in a transaction of its own."""
    with database.begin() as session:
        return install(session, now)


def quoting(words: str = "We will do it.", url: str | None = "https://example.org/words") -> Proof:
    """Return a link with the quoted words, or without a link the words alone."""
    return Proof(url=url, quote=words)


def taken(positions: Positions) -> tuple[Taken, ...]:
    """Return positions as a service takes them, from `demand` or `demand/part` → position."""
    keys = [(key.partition("/"), position) for key, position in positions.items()]
    return tuple(Taken(demand, position, part) for (demand, _slash, part), position in keys)


def an_answer(
    subject: Subject,
    positions: Positions,
    *,
    said: date = date(2026, 2, 1),
    source: SourceKind = SourceKind.EMAIL,
    speaker: str | None = "Ada Exemple",
    role: SpeakerRole = SpeakerRole.HEAD,
    proofs: tuple[Proof, ...] = (quoting(),),
    kind: AnswerKind = AnswerKind.STATEMENT,
    target: int | None = None,
    contradiction: Contradiction | None = None,
    reason: str | None = None,
) -> NewAnswer:
    """Return an answer with sensible defaults: an e-mail of the head of list on 1 February 2026."""
    return NewAnswer(
        subject=subject,
        positions=taken(positions),
        source=source,
        role=role,
        said_on=said,
        proofs=proofs,
        speaker=speaker,
        kind=kind,
        target=target,
        contradiction=contradiction,
        reason=reason,
    )


def record(session: Session, new: NewAnswer, by: Actor, now: datetime = NOW) -> int:
    """Record an answer and return its number."""
    return record_answer(session, new, by, now)


def confirm(session: Session, answer: int, by: Actor, now: datetime = NOW) -> Confirmed:
    """Confirm an entry in the version that it has now."""
    return confirm_answer(session, answer, get_answer(session, answer).version, by, now)


def confirmed(session: Session, new: NewAnswer, there: Installed, now: datetime = NOW) -> int:
    """Record an answer as Alix, confirm it as Noé, and return its number."""
    answer = record(session, new, there.alix, now)
    confirm(session, answer, there.noe, now)
    return answer


def correcting(target: int, new: NewAnswer, reason: str = "typing error") -> NewAnswer:
    """Return an answer made into the correction of an entry."""
    return replace(new, kind=AnswerKind.CORRECTION, target=target, reason=reason)


def withdrawing(new: NewAnswer) -> NewAnswer:
    """Return an answer made into one that takes back the word on its demands."""
    return replace(
        new, kind=AnswerKind.WITHDRAWAL, positions=tuple(replace(one, position=None) for one in new.positions)
    )


def undone(session: Session, answer: int, by: Actor, now: datetime = NOW) -> Link:
    """Undo an entry for a reason."""
    return undo_answer(session, answer, "confirmed by mistake", by, now)


def states(session: Session, demand: str = "cameras") -> dict[int, str]:
    """Return answer → state of its stance on a demand."""
    rows = session.execute(
        sa.select(Stance.answer_id, Stance.state)
        .join(DemandRow, DemandRow.id == Stance.demand_id)
        .where(DemandRow.key == demand)
    )
    return {answer: state.value for answer, state in rows}


def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table, to see whether anything changed."""
    with database.read() as session:
        return {
            table.name: sorted((tuple(row) for row in session.execute(sa.select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }
