"""The whole of it in a few seconds: a throw-away database, a moved clock, fictional lists, no account anywhere."""

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from rich.console import Console
from rich.rule import Rule

from pledgebot.bootstrap import Bot, build_dispatcher, opened_bot
from pledgebot.chat.answers import Asker
from pledgebot.chat.terminal import converse, typed_lines
from pledgebot.clock import MovedClock
from pledgebot.domain.answer import Contradiction, Position, SourceKind, SpeakerRole
from pledgebot.domain.audience import Rhythm, Spot, TopicKind
from pledgebot.domain.election import Hush
from pledgebot.domain.errors import Refused
from pledgebot.domain.progress import ContactKind, Medium
from pledgebot.intake import Source, take_in
from pledgebot.messages.calendar import coming as calendar_message
from pledgebot.messages.document import Message
from pledgebot.messages.i18n import Translator, translator
from pledgebot.messages.labels import lineage_kind
from pledgebot.messages.objections import objection
from pledgebot.messages.organizers import entry as entry_message
from pledgebot.messages.render import plain
from pledgebot.services.answers import NewAnswer, Proof, Subject, Taken, record_answer
from pledgebot.services.calendars import coming
from pledgebot.services.decisions import confirm_answer
from pledgebot.services.ledger import verify_ledger
from pledgebot.services.lineages import confirm_lineages, show_lineages
from pledgebot.services.lookup import HitKind, find
from pledgebot.services.outreach import NewContact, log_contact
from pledgebot.services.people import Actor, Role, add_organizer, find_actor
from pledgebot.services.queries import current_round, entry, list_view, silences
from pledgebot.services.reminders import raise_due
from pledgebot.services.subscribers import Topic, set_rhythm, subscribe
from pledgebot.store.engine import Session

SAMPLE = Path(__file__).parent / "samples" / "municipales-2026-candidatures-exemple-tour-1.csv"
SAMPLE_2 = SAMPLE.with_name("municipales-2026-candidatures-exemple-tour-2.csv")
TOWN = frozenset({"13055"})
BEGINS = datetime(2026, 2, 9, 9, 0, tzinfo=UTC)
SATURDAY = datetime(2026, 3, 14, 10, 0, tzinfo=UTC)
EVENING = datetime(2026, 2, 15, 17, 1, tzinfo=UTC)
"""When those who hear once a day hear."""
WEEK_BEFORE = datetime(2026, 3, 8, 9, 1, tzinfo=UTC)
TUESDAY = datetime(2026, 3, 17, 19, 0, tzinfo=UTC)
SUNDAY_NIGHT = datetime(2026, 3, 15, 19, 1, tzinfo=UTC)

_CONFIG = """
letter = "builtin:marseille-2020"
languages = ["{first}", "{second}"]
fictional = true
[database]
url = "sqlite:///demo.db"
[legal]
publisher = "Collectif fictif"
contact = "contact@exemple.invalid"
host = "Hébergeur fictif"
[election]
zone = "Europe/Paris"
[election.name]
fr = "Élections municipales de 2026 (exemple fictif)"
en = "Municipal elections of 2026 (fictional example)"
[[election.rounds]]
number = 1
date = 2026-03-15
closes = 20:00:00
[[election.rounds]]
number = 2
date = 2026-03-22
closes = 20:00:00
[[election.constituencies]]
code = "13055"
label = "Marseille"
aliases = ["13001", "13005", "Massilia"]
[[destinations]]
channel = "console"
address = "terminal"
language = "{first}"
"""


def play(language: str, *, chat: bool) -> None:
    """Play the demo in a language (`fr` or `en`), then talk if there is a terminal; leaves nothing behind."""
    folder = Path(tempfile.mkdtemp(prefix="pledgebot-demo-"))
    try:
        first = "en" if language == "en" else "fr"
        (folder / "config.toml").write_text(
            _CONFIG.format(first=first, second="fr" if first == "en" else "en"), "utf-8"
        )
        with _quiet_environment(), opened_bot(folder / "config.toml", clock=MovedClock(BEGINS), working=True) as bot:
            _Play(bot, first).run()
            if chat and sys.stdin.isatty() and sys.stdout.isatty():
                asker = Asker(first)
                converse(bot.database, bot.clock, asker, lines=typed_lines(bot.database, asker), out=sys.stdout)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _quiet_environment() -> Iterator[None]:
    """Keep the settings of a real installation out of the demo."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("PLEDGEBOT_")}
    try:
        yield
    finally:
        os.environ.update(kept)


class _Play:
    """The scenes, in order."""

    def __init__(self, bot: Bot, language: str) -> None:
        self.bot = bot
        self.tr: Translator = translator(language)
        self.language = language
        self.console = Console(
            highlight=False, markup=False, soft_wrap=True, width=None if sys.stdout.isatty() else 100
        )
        if not isinstance(bot.clock, MovedClock):
            raise TypeError("the demo needs a clock that can be moved")
        self.clock = bot.clock
        self.people: dict[str, Actor] = {}

    def run(self) -> None:
        """Play every scene."""
        self.lists()
        self.subscriber()
        first = self.record("Liste Exemple B", Position.COMMITTED, Position.REFUSED)
        self.four_eyes(first)
        second = self.record("Exemple c", Position.PARTIAL, Position.COMMITTED)
        self.confirm(second)
        self.publish()
        self.digest()
        self.reminder()
        self.calendar()
        self.silence()
        self.questions()
        self.second_round()
        self.ledger()

    def scene(self, title: str) -> None:
        """Announce a scene, with the time at which it plays."""
        self.console.print()
        self.console.print(Rule(f"{title}  ·  {self.tr.moment(self.clock.now(), self.zone())}", align="left"))

    def say(self, text: str) -> None:
        """Say a line between the posts."""
        self.console.print(text)

    def show(self, message: Message) -> None:
        """Show a message that stays between organizers."""
        self.console.print(plain(message), style="dim" if self.console.is_terminal else "")

    def zone(self) -> tzinfo:
        """Return the zone in which the election's hours are told."""
        with self.bot.database.read() as session:
            return current_round(session, self.clock.now()).zone

    def lists(self) -> None:
        """Import the fictional lists, and ask them all in the same way."""
        tr, now = self.tr, self.clock.now()
        self.scene(tr._("A letter, a file of lists, two organizers"))
        with self.bot.database.begin() as session:
            for name in ("Alix", "Noé"):
                roles = frozenset(Role) if not self.people else frozenset({Role.RECORDER, Role.VERIFIER})
                add_organizer(session, name, roles, self.people.get("Alix"), now)
                session.flush()
                self.people[name] = find_actor(session, name, "demo")
        report = take_in(self.bot.database, Source(SAMPLE, "1", TOWN), "Alix", "demo", now).report
        with self.bot.database.begin() as session:
            for name in ("Exemple A", "Liste Exemple B", "Exemple c"):
                contact = NewContact(self.list_id(session, name), ContactKind.SENT, Medium.EMAIL, now, "letter")
                log_contact(session, contact, self.people["Alix"], now)
        for name in report.added.first:
            self.say(f"  + {name}")
        self.say(tr._("Three of them were sent the letter, in the same words."))

    def subscriber(self) -> None:
        """Let somebody subscribe who wants to hear once a day."""
        now, spot = self.clock.now(), Spot("console", "Camille")
        with self.bot.database.begin() as session:
            subscribe(session, spot, Topic(TopicKind.ALL), self.language, now)
            set_rhythm(session, spot, Rhythm.DAILY, None, now)
        self.say(self.tr._("Camille, who is invented too, subscribes: everything, in one message a day, at 18:00."))

    def list_id(self, session: Session, name: str) -> int:
        """Return the number of a fictional list."""
        found = find(session, name, [HitKind.LIST], current_round(session, self.clock.now()).id)
        if found.sure is None:
            raise LookupError(name)
        return found.sure.id

    def record(self, name: str, cameras: Position, committee: Position) -> int:
        """Record a fictional answer with its proof, and show what organizers see."""
        now = self.clock.move(by=timedelta(days=3))
        self.scene(self.tr._("Alix records an answer"))
        with self.bot.database.begin() as session:
            asked = list_view(session, self.list_id(session, name)).head
            new = NewAnswer(
                subject=Subject(asked.id),
                positions=(Taken("cameras", cameras), Taken("committee", committee)),
                source=SourceKind.LETTER,
                role=SpeakerRole.HEAD,
                speaker=asked.head,
                said_on=now.date() - timedelta(days=1),
                proofs=(
                    Proof("https://exemple.invalid/reponse", "Nous avons lu votre lettre et voici notre réponse."),
                ),
                contradiction=Contradiction.REPLACES,
            )
            number = record_answer(session, new, self.people["Alix"], now)
            view = entry(session, number)
        self.show(entry_message(view, self.tr, self.zone()))
        return number

    def four_eyes(self, number: int) -> None:
        """Show that whoever recorded an answer cannot confirm it; then another person does."""
        self.scene(self.tr._("Four eyes"))
        try:
            with self.bot.database.begin() as session:
                confirm_answer(session, number, 1, self.people["Alix"], self.clock.now())
        except Refused as refused:
            self.say(f"Alix: {objection(self.tr, refused.objection, refused.facts)}")
        self.confirm(number)

    def confirm(self, number: int) -> None:
        """Let the second person confirm."""
        with self.bot.database.begin() as session:
            done = confirm_answer(session, number, 1, self.people["Noé"], self.clock.now())
        text = self.tr._("Noé confirms: number {seq} of the ledger, {hash}…")
        self.say(text.format(seq=done.link.seq, hash=done.link.hash[:16]))

    def publish(self, title: str | None = None) -> Hush:
        """Let the dispatcher send what is due; returns why nothing was said to the public, if so."""
        self.scene(title or self.tr._("What the public reads"))
        sys.stdout.flush()
        with ThreadPoolExecutor(max_workers=2) as executor:
            return asyncio.run(build_dispatcher(self.bot, executor).pass_once()).held

    def digest(self) -> None:
        """Let the evening come: both answers are one message for whoever hears once a day."""
        self.clock.move(to=EVENING)
        self.publish(self.tr._("What Camille reads in the evening, in one message"))

    def reminder(self) -> None:
        """Let a week before the vote come: the public is told who answered and who did not."""
        now = self.clock.move(to=WEEK_BEFORE)
        with self.bot.database.begin() as session:
            raise_due(session, now)
        self.publish(self.tr._("A reminder, a week before the vote"))

    def calendar(self) -> None:
        """Show what is to come until the vote."""
        self.scene(self.tr._("What is to come: pledgebot calendar"))
        with self.bot.database.read() as session:
            view = coming(session, self.clock.now(), days=7)
        self.show(calendar_message(view, self.tr))

    def silence(self) -> None:
        """Record an answer on the eve of the vote: it waits, and goes out when the polls have closed."""
        tr = self.tr
        self.clock.move(to=SATURDAY - timedelta(days=3))
        third = self.record("Exemple A", Position.UNCLEAR, Position.COMMITTED)
        self.confirm(third)
        held = self.publish()
        if held is Hush.SILENCE:
            with self.bot.database.read() as session:
                until = silences(session)[0].ends
            text = tr._("Electoral silence: nothing goes out. It waits until {moment}.")
            self.say(text.format(moment=tr.moment(until, self.zone())))
            self.console.print()
            self.ask("/positions" if self.language == "fr" else "/stances")
        self.clock.move(to=SUNDAY_NIGHT)
        self.publish()

    def questions(self) -> None:
        """Let a follower ask."""
        self.scene(self.tr._("A follower asks"))
        asked = {
            "fr": ("/positions", "caméras", "liste exemple b", "liste du soleil"),
            "en": ("/stances", "cameras", "liste exemple b", "liste du soleil"),
        }[self.language]
        self.ask(*asked)

    def second_round(self) -> None:
        """Import the second round's file: a merger is proposed and confirmed, and the table changes."""
        tr, now = self.tr, self.clock.move(to=TUESDAY)
        self.scene(tr._("The second round"))
        done = take_in(self.bot.database, Source(SAMPLE_2, "2", TOWN), "Alix", "demo", now)
        for name in done.report.added.first:
            self.say(f"  + {name}")
        self.say(tr._("No file says who merged with whom. By their candidates, these lists come from:"))
        with self.bot.database.begin() as session:
            found = show_lineages(session, current_round(session, now).id)
            for one in found:
                shares = tr._("{common} of {count} candidates").format(common=one.common, count=one.of_child)
                self.say(f"  {one.child} ← {one.parent} ({lineage_kind(one.kind, tr)}; {shares})")
            confirm_lineages(session, [one.id for one in found], self.people["Noé"], now)
        self.say(tr._("Noé confirms. What the parents said is shown as inherited, until the merged list answers."))
        self.console.print()
        self.ask("/positions" if self.language == "fr" else "/stances")

    def ask(self, *questions: str) -> None:
        """Let a follower ask, and show the answers."""
        sys.stdout.flush()
        converse(self.bot.database, self.clock, Asker(self.language), lines=iter(questions), out=sys.stdout, echo=True)

    def ledger(self) -> None:
        """Verify the ledger."""
        self.scene(self.tr._("The ledger"))
        with self.bot.database.read() as session:
            check = verify_ledger(session)
        self.say(
            self.tr.n("{count} entry verified.", "{count} entries verified.", check.entries).format(count=check.entries)
        )
        self.say(self.tr._("Head: {hash}").format(hash=check.head.hash))
        self.say(self.tr._("This was an example: the lists, the people and their answers are invented."))
