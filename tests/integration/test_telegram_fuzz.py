"""Whatever comes from Telegram gets an answer or a shrug: no exception, no markup of a stranger's, nothing done unasked.

Three thousand things, in the long campaign ten thousand, in batches by who does it and where. They go the whole road: raw
JSON, the inbox, the library's objects, turns, answers, markup.
"""

import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import chain
from zoneinfo import ZoneInfo

import pytest
import telegram

from factories.rubbish import ALIX, BOT, FOLLOWER, GROUP, NOE, OFFICE, STRANGER, Somebody, something
from factories.services import NOW, ROUNDS, Installed, a_plan, an_answer, confirmed, everything, install, record
from fakes.telegram.html import parse_html
from fakes.telegram.keyboards import read_markup
from pledgebot.channels.telegram.keyboards import markup
from pledgebot.channels.telegram.pieces import pieces
from pledgebot.chat import drafting
from pledgebot.chat.answers import ORGANIZER_PRESSES
from pledgebot.chat.asker import Asker
from pledgebot.chat.drafting import ReceivedFile
from pledgebot.chat.grammar import ORGANIZER_VERBS, SUBSCRIBER_VERBS, Request, Verb, parse
from pledgebot.chat.suggestions import Suggestion
from pledgebot.chat.telegram.intents import meant_address, needs_administrator, readable
from pledgebot.chat.telegram.responder import Live, Manners, Responder
from pledgebot.chat.telegram.turns import ANONYMOUS, Turn, What, asked_inline, pressed, written
from pledgebot.chat.telegram.updates import SOURCE, received
from pledgebot.clock import MovedClock
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Audience, PlaceKind, Spot, TopicKind
from pledgebot.messages.document import Bullets, Heading, Inline, Link, Message, Strong, from_json, to_json
from pledgebot.messages.frame import thread
from pledgebot.messages.presses import LONGEST, read_token
from pledgebot.messages.render import telegram_fits, telegram_html
from pledgebot.services import inbox
from pledgebot.services.installation import DestinationPlan
from pledgebot.services.people import Actor, accept_invitation, invite_again
from pledgebot.services.subscriber_views import Topic
from pledgebot.services.subscribers import subscribe
from pledgebot.store.engine import Database

BATCH = 125
"""Each of the eight does three times so many things, in the long campaign ten times."""

ZONE = ZoneInfo(ROUNDS[0].zone)
PDF = b"%PDF-1.4 exemple"

KNOWN = re.compile(
    r"https://example\.org/(?:letter|words)|https://t\.me/exemple_bot(?:\?start=[A-Za-z0-9_-]{1,64})?|contact@exemple\.invalid"
)
"""The addresses that the installation knows: of its letter, of its proofs, of itself."""
MENTIONS = {f"@{BOT}", "@BotFather"}
DETECTED = {"url", "email", "bot_command", "mention", "hashtag"}
MARKED = {"bold", "text_link", "blockquote"}


EVERYBODY = (
    Somebody("a stranger", STRANGER, STRANGER),
    Somebody("a stranger in a group", STRANGER, GROUP),
    Somebody("an anonymous administrator", ANONYMOUS, GROUP, anonymous=True),
    Somebody("a subscriber", FOLLOWER, FOLLOWER),
    Somebody("an organizer", ALIX, ALIX, organizer=True),
    Somebody("an organizer who logs", NOE, NOE, organizer=True, drafts=True),
    Somebody("an organizer in their group", ALIX, OFFICE, organizer=True),
    Somebody("an organizer among others", NOE, GROUP),
)


# Where it falls


def a_town(database: Database) -> tuple[Installed, int, dict[int, Actor]]:
    """Build an installation: a list that answered, an entry that waits, a subscriber, two organizers with accounts."""
    office = DestinationPlan("telegram", str(OFFICE), "en", Audience.ORGANIZERS)
    plan = a_plan()
    with database.begin() as session:
        there = install(session, plan=replace(plan, destinations=(*plan.destinations, office)))
        confirmed(session, an_answer(there.b, {"cameras": Position.COMMITTED, "committee": Position.REFUSED}), there)
        waiting = record(session, an_answer(there.a, {"cameras": Position.PARTIAL}), there.zoe)
        joined = {
            account: accept_invitation(
                session, invite_again(session, name, there.alix, NOW), "telegram", str(account), NOW
            )
            for name, account in (("Alix", ALIX), ("Noé", NOE))
        }
        subscribe(session, Spot("telegram", str(FOLLOWER)), Topic(TopicKind.ALL), "fr", NOW)
        subscribe(session, Spot("telegram", str(GROUP), "", PlaceKind.GROUP), Topic(TopicKind.ALL), "fr", NOW)
    return there, waiting, joined


@dataclass
class Thrown:
    """Throws updates at the bot, and looks at what comes back."""

    database: Database
    responder: Responder
    who: Somebody
    rng: random.Random
    kinds: Counter[str] = field(default_factory=Counter)
    echoes: list[str] = field(default_factory=list)
    """What Telegram would make a link of by itself, and that only a stranger can have written."""

    def throw(self, raws: list[dict[str, object]]) -> list[Turn]:
        """Keep a batch of updates, take one after the other, and return the turns that they were."""
        with self.database.begin() as session:
            inbox.keep_updates(session, SOURCE, received(raws), NOW)
        with self.database.read() as session:
            items = inbox.waiting(session, SOURCE, len(raws))
        assert len(items) == len(raws)
        turns = [turn for item in items if (turn := self.take(item)) is not None]
        with self.database.begin() as session:
            inbox.mark_done(session, [item.id for item in items], NOW)
        return turns

    def take(self, item: inbox.InboxItem) -> Turn | None:
        """Take one update, and check what would be said."""
        turn = turn_of(readable(item.payload))
        if turn is None or not turn.addressed:
            self.kinds["not for us"] += 1
            return None
        self.kinds[turn.what] += 1
        outcome = self.responder.respond(item.id, turn, self.live(turn))
        assert len(outcome.notice) <= 200, turn
        for act in outcome.acts:
            # Stored and read again it is the same: a crash changes no words.
            assert from_json(json.loads(json.dumps(to_json(act.message)))) == act.message
            self.look(act.message, turn)
        for suggestion in outcome.suggestions:
            self.look_at_suggestion(suggestion, turn)
        return turn

    def live(self, turn: Turn) -> Live:
        """Return what Telegram would say: who writes here administers nothing but their own chat."""
        if turn.what is What.FILE and turn.file is not None:
            kept = turn.file.size < 20 * 2**20 and self.rng.random() < 0.7
            content = self.rng.choice((PDF, b"", b"<html>", bytes(64), b"\xff\xd8\xff\xe0" + bytes(50)))
            return Live(file=ReceivedFile(content, turn.file.media_type, turn.text or None) if kept else None)
        if not needs_administrator(turn):
            return Live()
        press = read_token(turn.text) if turn.what is What.PRESS else None
        meant = meant_address(press) if press is not None else ""
        if meant and meant != turn.spot.address:
            kind = PlaceKind.GROUP if meant.startswith("-") else PlaceKind.PRIVATE
            return Live(target=Spot("telegram", meant, "", kind))
        return Live(administrator=turn.private)

    def look(self, message: Message, turn: Turn) -> None:
        """See that Telegram takes a message, and that nothing in it is a stranger's doing."""
        for piece in pieces(message):
            self.look_at_words(piece.words, turn)
            shown = markup(piece.words.buttons, turn.private, BOT)
            if shown is not None:
                read_markup(shown.to_dict())
                for button in chain.from_iterable(shown.inline_keyboard):
                    self.look_at_button(button, turn)

    def look_at_words(self, words: Message, turn: Turn) -> None:
        """See that words have the marks and links that are meant, and no others."""
        read = parse_html(telegram_html(words))
        assert not read.remarks, turn
        assert not read.dropped, turn
        found = Counter(entity.type for entity in read.entities)
        assert set(found) <= MARKED | DETECTED, (turn, found)
        meant = marks_of(words)
        assert all(found[kind] <= meant[kind] for kind in MARKED), (turn, found, meant)
        raw = read.text.encode("utf-16-le")
        links = {link.url for link in links_of(words)}
        for entity in read.entities:
            stretch = raw[2 * entity.offset : 2 * entity.end].decode("utf-16-le")
            if entity.type == "text_link":
                assert any(
                    str(entity.more["url"]).rstrip("/").casefold() == link.rstrip("/").casefold() for link in links
                ), turn
            if self.who.organizer:
                # What an organizer quotes or links is what they were asked for.
                continue
            if entity.type == "text_link":
                assert KNOWN.fullmatch(str(entity.more["url"])), (turn, entity)
            elif not known(entity.type, stretch):
                self.echoes.append(stretch)

    def look_at_button(self, button: telegram.InlineKeyboardButton, turn: Turn) -> None:
        """See that a button leads somewhere known."""
        assert "\u202e" not in button.text, turn
        if button.callback_data is not None:
            data = str(button.callback_data)
            assert len(data.encode()) <= LONGEST, turn
            assert read_token(data) is not None, turn
        elif not self.who.organizer:
            assert KNOWN.fullmatch(button.url or ""), (turn, button)

    def look_at_suggestion(self, one: Suggestion, turn: Turn) -> None:
        """See that Telegram takes a suggestion."""
        assert 1 <= len(one.key.encode()) <= 64, turn
        assert one.title.strip(), turn
        self.look_at_words(thread(one.message, telegram_fits)[0], turn)
        shown = markup(one.message.buttons, private=False, username=BOT)
        for button in chain.from_iterable(shown.inline_keyboard if shown is not None else ()):
            self.look_at_button(button, turn)


def known(kind: str, stretch: str) -> bool:
    """Tell whether what Telegram makes a link of by itself is the installation's own."""
    if kind in {"url", "email"}:
        return KNOWN.fullmatch(stretch) is not None
    return stretch in MENTIONS if kind == "mention" else "evil" not in stretch.casefold()


def inlines_of(message: Message) -> Iterator[Inline]:
    """Return all the words of a message."""
    for block in message.blocks:
        yield from chain.from_iterable(block.items) if isinstance(block, Bullets) else block.inlines


def links_of(message: Message) -> Iterator[Link]:
    return (inline for inline in inlines_of(message) if isinstance(inline, Link))


def marks_of(message: Message) -> Counter[str]:
    """Return how many marks a message has by its own doing."""
    headings = sum(isinstance(block, Heading) for block in message.blocks)
    strong = sum(isinstance(inline, Strong) for inline in inlines_of(message))
    quotes = sum(type(block).__name__ == "Quote" for block in message.blocks)
    return Counter(bold=headings + strong, text_link=sum(1 for _ in links_of(message)), blockquote=quotes)


def turn_of(raw: dict[str, object] | None) -> Turn | None:
    """Return the turn of a raw update."""
    update = telegram.Update.de_json(raw, None) if raw is not None else None
    assert update is not None
    return written(update, BOT, ZONE) or pressed(update) or asked_inline(update)


def asks_for_change(turn: Turn | None, who: Somebody) -> bool:
    """Tell whether it is a command or a button by which one may change something, however garbled."""
    if turn is None or turn.what is What.INLINE:
        return False
    if turn.what is What.PRESS:
        press = read_token(turn.text)
        own = press is not None and press.verb == "s" and meant_address(press) == turn.spot.address
        return own or (who.organizer and press is not None and press.verb in BY_ORGANIZERS)
    verb = parse(turn.text).verb
    if who.organizer and (verb in ORGANIZER_VERBS | {Verb.START, Verb.LISTS} or turn.what is not What.TEXT):
        return True
    return verb in SUBSCRIBER_VERBS or (who.organizer and who.private and not turn.text.lstrip().startswith("/"))


BY_ORGANIZERS = frozenset({"w", "log", *ORGANIZER_PRESSES})
OF_PLACES = {"destination", "subscription", "delivery", "bundle", "wording", "cursor"}
OF_DRAFTS = {"draft", "blob"}
OF_WORK = {
    "audit",
    "brake",
    "chase",
    "contact",
    "event",
    "installation",
    "candidate_list",
    "name_alias",
    "name_digest",
    "banner",
}
"""Tables that may change for a reason."""


def decided(turns: list[Turn], entry: int) -> bool:
    """Tell whether somebody, by chance, said what decides on the entry that waits."""
    texts = [turn.text for turn in turns if turn.what is What.PRESS]
    verbs = {parse(turn.text).verb for turn in turns if turn.what is What.TEXT}
    pressed_so = any(text.startswith((f"confirm-{entry}-", f"reject-{entry}-", "w-")) for text in texts)
    return pressed_so or bool(verbs & {Verb.CONFIRM, Verb.REJECT, Verb.UNDO})


Rows = dict[str, list[tuple[object, ...]]]


def changed(before: Rows, after: Rows) -> set[str]:
    """Return the names of the tables that are not as they were; what comes in is kept in one that always changes."""
    return {name for name in before if before[name] != after[name]} - {"inbox"}


def others(rows: Rows, who: Somebody) -> list[tuple[object, ...]]:
    """Return what is kept of everybody else's places."""
    return [row for row in rows["destination"] if str(who.chat) not in row]


def fuzzed(database: Database, who: Somebody, amount: int, seed: object) -> Thrown:
    """Throw so many things; return who threw them, with what was seen."""
    _there, waiting, joined = a_town(database)
    responder = Responder(database, MovedClock(NOW), Manners(("fr", "en"), "contact@exemple.invalid"), BOT)
    rng = random.Random(f"{seed} {who.name}")  # noqa: S311 - rubbish is no secret
    thrown = Thrown(database, responder, who, rng)
    if who.drafts:
        asker = Asker("fr", joined[who.user], Spot("telegram", str(who.chat)), administrator=True)
        assert drafting.begin(database, asker, str(who.chat), Request(Verb.LOG, "Liste Exemple A"), NOW)
    for _batch in range(amount // BATCH):
        raws = [something(who, rng) for _ in range(BATCH)]
        asking = [raw for raw in raws if asks_for_change(turn_of(raw), who)]
        before = everything(database)
        thrown.throw([raw for raw in raws if raw not in asking])
        between = everything(database)
        assert changed(before, between) == set()
        turns = thrown.throw(asking)
        after = everything(database)
        assert others(before, who) == others(after, who)
        allowed = OF_PLACES if who.private else set()
        if who.organizer:
            allowed = allowed | OF_DRAFTS | OF_WORK
            if decided(turns, waiting):
                allowed = set(before)
        assert changed(between, after) <= allowed, [turn.text for turn in turns]
    return thrown


each = pytest.mark.parametrize("who", EVERYBODY, ids=lambda who: who.name.replace(" ", "-"))


@each
def test_rubbish_gets_an_answer_or_a_shrug_and_changes_nothing_unasked(sqlite_url: str, who: Somebody) -> None:
    holds(sqlite_url, who, 3 * BATCH, "rubbish")


@pytest.mark.long
@each
def test_ten_thousand_pieces_of_it_do_no_harm(sqlite_url: str, who: Somebody) -> None:
    holds(sqlite_url, who, 10 * BATCH, "more rubbish")


@pytest.mark.parametrize("who", [EVERYBODY[0], EVERYBODY[5]], ids=["a-stranger", "an-organizer"])
def test_rubbish_does_no_harm_on_the_other_database_either(postgresql_url: str, who: Somebody) -> None:
    holds(postgresql_url, who, BATCH, "other rubbish")


def holds(url: str, who: Somebody, amount: int, seed: object) -> None:
    """Throw so many things at an installation of its own, and see that there was some of everything."""
    with closing(Database(url)) as database:
        thrown = fuzzed(database, who, amount, seed)
    kinds = thrown.kinds
    assert kinds[What.TEXT] > amount / 10
    assert kinds[What.INLINE] > amount / 40
    assert who.anonymous or kinds[What.PRESS] > amount / 10
    assert who.organizer or not thrown.echoes


@pytest.mark.parametrize("who", EVERYBODY[:2], ids=["in-private", "in-a-group"])
def test_what_a_stranger_types_is_never_repeated_as_a_link(sqlite_url: str, who: Somebody) -> None:
    with closing(Database(sqlite_url)) as database:
        thrown = fuzzed(database, who, BATCH, "echoes")
    assert not thrown.echoes
