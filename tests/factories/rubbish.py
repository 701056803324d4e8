"""Rubbish as Telegram's updates, by the thousand and repeatable: every script, markup, databases' words, forged buttons."""

import random
from dataclasses import dataclass
from itertools import count

from pledgebot.chat.grammar import VERB_WORDS
from pledgebot.chat.telegram.turns import ANONYMOUS

BOT = "exemple_bot"
STRANGER, FOLLOWER, ALIX, NOE = 7_000_000_001, 7_000_000_002, 7_000_000_003, 7_000_000_004
GROUP, OFFICE = -1_001_000_000_001, -1_001_000_000_002
"""A group of followers, and that of the organizers."""


@dataclass(frozen=True)
class Somebody:
    """Who does it, and where."""

    name: str
    user: int
    chat: int
    organizer: bool = False
    drafts: bool = False
    anonymous: bool = False

    @property
    def private(self) -> bool:
        """Tell whether it is between them and the bot."""
        return self.chat == self.user


_SCRIPTS = (
    "مرحبا بالعالم ", "שלום עולם ", "\u202egnitsov\u202c", "\u2066\u2067\u2068", "中文字符測試", "ภาษาไทย้้้้",
    "हिन्दी क्षत्रिय ",
    "Ελληνικά ", "Кириллица ", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇫🇷🇬🇧", "👍🏽", "e\u0301\u0323\u0330" * 9, "Z̷̧̢͎͔̈́̑a̸͓̐l̵̰̾g̶̲̀o̷̯͝",
    "\u200b\u200c\u200d\u2060\ufeff",
    "\x00\x01\x07\x1b[31m\x7f", "\r\n\t\v\f", "\u2028\u2029\u0085", "\ud800", "\udfff\ud83d", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "ﷺ",
    "İıſẞ", "\U0010ffff\ufffe",
    "½²³①٣४", "", " ", "…", "«»“”‘’",
)  # fmt: skip
_MARKUP = (
    '<a href="https://evil.example">', "</a>", "<b>", "</b>", "<i><u><s>", "&lt;b&gt;", "&amp;lt;", "&#60;a&#62;",
    "<tg-spoiler>", "<blockquote expandable>", "</blockquote>", "<script>alert(1)</script>", "<!-- -->", "<", ">", "&", "&&nbsp;",
    "[vote](https://evil.example)", "*b* _i_ `c` ```x```", "https://evil.example/x?y=<b>", "evil.example.com", "www.evil.com/",
    "tg://user?id=1", "javascript:alert(1)", "vote@evil.example.org", "@evil_robot", "#EvilTag", "/evil_command", "\"'><b>",
    "{name}", "{0.__class__}", "%s%n%x", "$(id)", "\\", "]]>", "<a href='https://evil.example' onclick=x>y</a>",
)  # fmt: skip
_SQL = (
    "'; DROP TABLE answer; --", '" OR ""="', "1 OR 1=1", "%' UNION SELECT * FROM organizer --", "\\'; --", "_%_%", "NULL",
    "*" * 40,
    'MATCH "x" NEAR/2', "^a AND (b OR", "a*b",
)  # fmt: skip
_NAMES = (
    "Liste Exemple A",
    "exemple b",
    "Bannière Exemple",
    "cameras",
    "retraction",
    "Marseille",
    "13055",
    "Ada Exemple",
)
_NUMBERS = (
    "0", "1", "2", "3", "7", "13", "-1", "n1", "n", "99999999999999999999", "9223372036854775807", "9223372036854775808", "n0",
    "2147483648", "007", "1e9", "٣", "x", "_", "A" * 40, "", "1" * 60,
)  # fmt: skip
_VERBS = (
    "stances", "letter", "dates", "help", "privacy", "start", "list", "banner", "demand", "place", "history", "proof", "s", "w",
    "log", "join", "confirm", "reject", "ask", "entry", "pending", "chase", "contact", "held", "status", "brake",
    "deliveries", "settle", "pay", "nonsense", "S", "",
)  # fmt: skip
_OPERATIONS = (
    "menu", "towns", "add-all", "yes-all", "drop-all", "add-list-1", "yes-demand-1", "rhythm-daily", "hour-9", "quiet-2200-0700",
    "lang-en", "stop", "forget", "stay", "leave",
)  # fmt: skip
"""What the panel of a place has buttons for."""
_WORDS = (
    "list", "banner", "menu", "towns", "add", "all", "place", "demand", "yes", "drop", "rhythm", "hourly", "daily", "hour", "24",
    "quiet", "2560", "none", "lang", "de", "fr", "forget", "stop", "stay", "leave", "proof", "position", "other", "submit", "pos",
    "subject", "back", "more", "cancel", "when", "who", "source", "skip",
)  # fmt: skip


def some_text(rng: random.Random) -> str:
    """Return rubbish: of a script, of markup, of a database, of names that are known, long or short."""
    pools: tuple[tuple[str, ...], ...] = (_SCRIPTS, _MARKUP, _MARKUP, _SQL, _NAMES)
    parts = [rng.choice(rng.choice(pools)) for _ in range(rng.randint(1, 6))]
    glue = rng.choice(("", " ", "\n", ", ", " et ", "; "))
    whole = glue.join(parts)
    if rng.random() < 0.02:
        whole = (whole or "x") * (10_000 // max(1, len(whole)) + 1)
    elif rng.random() < 0.1:
        tops = [rng.choice((0x250, 0xD800, 0x110000)) for _ in range(40)]
        whole = "".join(chr(rng.randrange(top)) for top in tops)
    return whole[:10_000]


def some_command(rng: random.Random) -> str:
    """Return a command with rubbish behind it, perhaps for another bot."""
    word = rng.choice((*VERB_WORDS, "evil", "settings", "<b>", "list" * 30, "é", ""))
    name = rng.choice(("", "", "", f"@{BOT}", f"@{BOT.upper()}", "@other_bot", "@", "@<b>"))
    return f"/{word}{name} {some_text(rng)}"


def some_press(rng: random.Random) -> str:
    """Return what a button might say: real verbs with nonsense behind, or 64 bytes of rubbish."""
    if rng.random() < 0.1:
        return bytes(rng.randrange(32, 127) for _ in range(64)).decode()
    if rng.random() < 0.1:
        return some_text(rng).encode("utf-8", "ignore")[:64].decode("utf-8", "ignore")
    verb = rng.choice((*_VERBS, "s", "s", "s"))
    if verb == "s" and rng.random() < 0.9:
        place = rng.choice((STRANGER, FOLLOWER, ALIX, GROUP, OFFICE, 1, 0))
        address = f"n{-place}" if place < 0 else str(place)
        if rng.random() < 0.5:
            return f"s-{address}-0-{rng.choice(_OPERATIONS)}"
        return "-".join(("s", address, rng.choice(("0", "5", "n1")), rng.choice(_WORDS), *some_arguments(rng)))[:80]
    if verb == "w" and rng.random() < 0.9:
        return "-".join(("w", str(rng.randrange(6)), rng.choice(_WORDS), *some_arguments(rng)))
    return "-".join((verb, *some_arguments(rng)))


def some_arguments(rng: random.Random) -> list[str]:
    """Return nonsense, up to four pieces of it."""
    return [rng.choice(rng.choice((_NUMBERS, _NUMBERS, _WORDS))) for _ in range(rng.randrange(4))]


def some_link(rng: random.Random) -> str:
    """Return a deep link's command."""
    return f"/start {some_press(rng) if rng.random() < 0.8 else some_text(rng)}"


_updates = count(500_000_001)


def _user(number: int) -> dict[str, object]:
    named: dict[str, object] = {"id": number, "is_bot": number == ANONYMOUS, "first_name": "<b>Ivan</b> \u202e"}
    return named if number == ANONYMOUS else {**named, "language_code": "fr" if number % 2 else "en"}


def _chat(number: int) -> dict[str, object]:
    if number > 0:
        return {"id": number, "type": "private", "first_name": "<b>"}
    return {"id": number, "type": "supergroup", "title": '<a href="https://evil.example">x</a>'}


def _written(who: Somebody, rng: random.Random, content: dict[str, object]) -> dict[str, object]:
    message = {
        "message_id": rng.randrange(1, 10**6),
        "date": 1_770_000_000,
        "chat": _chat(who.chat),
        "from": _user(who.user),
    }
    sender: dict[str, object] = {"sender_chat": _chat(who.chat)} if who.anonymous else {}
    return {"message": {**message, **sender, **content}}


def _file(rng: random.Random) -> dict[str, object]:
    size = rng.choice((0, 5, 10**6, 21 * 2**20, 10**12))
    one = {"file_id": "f", "file_unique_id": "u", "file_size": size}
    if rng.random() < 0.5:
        return {"document": {**one, "mime_type": rng.choice(("application/pdf", "text/html", "<b>", ""))}}
    return {"photo": [{**one, "width": 90, "height": 90}, {**one, "width": 8, "height": 1}]}


def _origin(rng: random.Random) -> dict[str, object]:
    text = some_text(rng)
    channel = {"id": -1_009, "type": "channel", "title": text, "username": rng.choice(("evil", "", "a/../b"))}
    origins: tuple[dict[str, object], ...] = (
        {"type": "channel", "date": rng.choice((1, 1_700_000_000, 4_000_000_000)), "chat": channel, "message_id": 3},
        {"type": "hidden_user", "date": 1_700_000_000, "sender_user_name": text},
        {"type": "user", "date": 1_700_000_000, "sender_user": {"id": 5, "is_bot": False, "first_name": text}},
        {"type": "chat", "date": 1_700_000_000, "sender_chat": channel},
    )
    return rng.choice(origins)


def something(who: Somebody, rng: random.Random) -> dict[str, object]:
    """Return one raw update, as Telegram would bring it."""
    dice = rng.random()
    mention = f"@{BOT} " if not who.private and rng.random() < 0.5 else ""
    if dice < 0.3:
        body = _written(who, rng, {"text": mention + some_text(rng)})
    elif dice < 0.45:
        body = _written(who, rng, {"text": some_command(rng)})
    elif dice < 0.52:
        body = _written(who, rng, {"text": some_link(rng)})
    elif dice < 0.6:
        more = {"forward_origin": _origin(rng)} if rng.random() < 0.5 else {}
        body = _written(who, rng, {"caption": mention + some_text(rng), **_file(rng), **more})
    elif dice < 0.66:
        body = _written(who, rng, {"text": some_text(rng), "forward_origin": _origin(rng)})
    elif dice < 0.68:
        there: dict[str, object] = {"location": {"latitude": 1.0, "longitude": 1.0}}
        silent: tuple[dict[str, object], ...] = (there, {"dice": {"emoji": "🎲", "value": 3}}, {}, {"text": ""})
        body = _written(who, rng, rng.choice(silent))
    elif dice < 0.9 and not who.anonymous:
        stood = {"message_id": 5, "date": rng.choice((0, 1_770_000_000)), "chat": _chat(who.chat)}
        body = {
            "callback_query": {
                "id": "1",
                "from": _user(who.user),
                "chat_instance": "c",
                "message": stood,
                "data": some_press(rng),
            }
        }
    else:
        user = STRANGER if who.anonymous else who.user
        body = {"inline_query": {"id": "1", "from": _user(user), "query": some_text(rng)[:256], "offset": ""}}
    return {"update_id": next(_updates), **body}
