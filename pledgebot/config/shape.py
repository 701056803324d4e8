"""The shape of the configuration. Each key's description says what is expected there, in faults."""

from datetime import time
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field, PrivateAttr, StringConstraints

from pledgebot.config.texts import Table, Text
from pledgebot.config.values import (
    BotToken,
    Closing,
    Contact,
    DatabaseUrl,
    Day,
    Instance,
    InstanceToken,
    Listen,
    LocalHour,
    WebAddress,
    Zone,
    absolute_url,
)
from pledgebot.domain.election import SilenceRule
from pledgebot.domain.policy import SilenceAnswers

Language = Literal["fr", "en"]
LANGUAGES: tuple[str, ...] = get_args(Language)
"""The languages that have a catalogue of messages."""

BUILTIN = "builtin:"
LETTERS = Path(__file__).parent.parent / "letters"
"""Where the letters are that travel with pledgebot."""

Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,16}$")]
Label = Annotated[Text, Field(max_length=200)]
Alias = Annotated[Text, Field(max_length=100)]

_ZONE = "a time zone such as Europe/Paris"
_CLOSES = "a local time from noon on, such as 20:00:00, without quotes"
_HOUR = "a local time, such as 10:00:00, without quotes"
Days = Annotated[int, Field(ge=1, le=365)]


class DatabaseSettings(Table):
    """Where everything is remembered."""

    url: DatabaseUrl = Field(description="a sqlite:///… or postgresql://… address")


class LegalSettings(Table):
    """The legal notice: LCEN, article 1-1. All of it is required."""

    publisher: Text = Field(description="the name of the person or association that publishes")
    contact: Contact = Field(description="an e-mail or web address")
    host: Text = Field(description="the name and address of the company whose server this is")


class RoundSettings(Table):
    """One polling day; `closes` is local time."""

    number: int = Field(ge=1, le=9, description="the number of the round, from 1 to 9")
    date: Day = Field(description="a day from 2000 to 2099, such as 2026-03-15, without quotes")
    closes: Closing = Field(description=_CLOSES)


class ConstituencySettings(Table):
    """A place where lists stand, known before any official file."""

    code: Code = Field(description="the Ministry's code, such as 13055 or 13055SR01")
    label: Label = Field(description="a name of at most 200 characters")
    aliases: tuple[Alias, ...] = Field(
        default=(), strict=False, description='a list of names and postcodes, such as ["13001", "1er arrondissement"]'
    )
    parent: Code | None = Field(default=None, description="the code of another constituency of this file")
    zone: Zone | None = Field(default=None, description=_ZONE)
    closes: Closing | None = Field(default=None, description=_CLOSES)


class ElectionSettings(Table):
    """The calendar, and the places."""

    zone: Zone = Field(description=_ZONE)
    name: dict[Language, Text] = Field(description="the election's name in each language")
    rounds: tuple[RoundSettings, ...] = Field(
        min_length=1, strict=False, description="one [[election.rounds]] table or more"
    )
    constituencies: tuple[ConstituencySettings, ...] = Field(
        default=(), strict=False, description="[[election.constituencies]] tables"
    )


class SilenceSettings(Table):
    """Which law keeps the bot silent around the vote."""

    rule: SilenceRule = Field(default=SilenceRule.FR_L49, strict=False, description='"fr-L49" or "none"')
    reason: Text | None = Field(default=None, description='with the rule "none", why nothing has to be kept silent')
    margin_minutes: int = Field(default=10, ge=0, le=720, description="a whole number of minutes from 0 to 720")
    answers: SilenceAnswers = Field(default=SilenceAnswers.NOTICE, strict=False, description='"notice" or "full"')
    removals: bool = Field(default=False, description="true or false")
    negative_days: int = Field(default=3, ge=0, le=14, description="a whole number of days from 0 to 14")
    negative_hour: LocalHour = Field(default=time(12), description=_HOUR)


class ReminderSettings(Table):
    """When reminders come. Days are counted back from each polling day; hours are local."""

    days_left: tuple[Days, ...] = Field(
        default=(30, 14, 7, 3), strict=False, description="a list of days before the vote, such as [30, 14, 7, 3]"
    )
    hour: LocalHour = Field(default=time(10), description=_HOUR)
    last_call: int = Field(default=4, ge=0, le=30, description="a whole number of days from 0 to 30")
    organizers_hour: LocalHour = Field(default=time(9), description=_HOUR)
    ladder: tuple[Days, ...] = Field(
        default=(7, 14, 21), strict=False, description="a list of days after the letter, such as [7, 14, 21]"
    )


class TelegramSettings(Table):
    """The bot's account on Telegram. Without a token the bot is not on Telegram."""

    token: BotToken | None = Field(default=None, description="the token that BotFather gave, such as 123456:ABC-DEF")
    username: Annotated[Text, StringConstraints(pattern=r"^[A-Za-z0-9_]{5,32}$")] | None = Field(
        default=None, description="the bot's name without @, such as exemple_bot"
    )
    webhook: bool = Field(default=False, description="true or false")
    paid_broadcasts: bool = Field(default=False, description="true or false")
    base_url: WebAddress = Field(
        default="https://api.telegram.org/bot", description="the address of a Bot API server, up to the token"
    )
    base_file_url: WebAddress = Field(
        default="https://api.telegram.org/file/bot",
        description="the address of a Bot API server's files, up to the token",
    )


class MastodonSettings(Table):
    """The bot's account on Mastodon. Without an instance and a token the bot is not on Mastodon."""

    base_url: Instance | None = Field(
        default=None, description="the address of the instance, such as https://mastodon.example.org"
    )
    token: InstanceToken | None = Field(
        default=None, description="the account's access token, which `pledgebot mastodon login` fetches"
    )
    announcements: Literal["public", "unlisted"] = Field(default="public", description='"public" or "unlisted"')
    reminders: Literal["unlisted", "public"] = Field(default="unlisted", description='"unlisted" or "public"')
    content_warning: Annotated[Text, StringConstraints(pattern=r"^[^\n\t]{1,100}$")] | None = Field(
        default=None, description="one line of at most 100 characters"
    )
    # One less than all of them: of none that is left, nobody could say when the next digest goes.
    posts_reserved: int = Field(default=150, ge=50, le=299, description="a whole number of posts from 50 to 299")


class WebSettings(Table):
    """The bot's own web server; it runs where this table is in the file, or a webhook needs it."""

    board: bool = Field(default=True, description="true or false")
    listen: Listen = Field(default="127.0.0.1:8080", description="a host and a port, such as 127.0.0.1:8080")
    operator_listen: Listen | None = Field(default=None, description="a host and a port, such as 127.0.0.1:8081")
    public_url: WebAddress | None = Field(
        default=None, description="the https:// address under which the world reaches the web server"
    )
    board_url: WebAddress | None = Field(
        default=None, description="the address of a public page with the whole table, such as https://example.org/board"
    )


class CardSettings(Table):
    """The table as a picture."""

    attach: Literal["public", "everywhere", "none"] = Field(
        default="public", description='"public", "everywhere" or "none"'
    )


class DestinationSettings(Table):
    """A place where the bot publishes by itself: a public one, or the organizers' group."""

    channel: Literal["console", "telegram", "mastodon"] = Field(description='"console", "telegram" or "mastodon"')
    address: Annotated[Text, Field(max_length=200)] = Field(
        description='"terminal" on the console; a number such as "-1001234567890" on Telegram; "timeline" on Mastodon'
    )
    thread: Annotated[Text, StringConstraints(pattern=r"^\d{1,10}$")] | None = Field(
        default=None, description='the number of a forum topic, such as "42"'
    )
    audience: Literal["public", "organizers"] = Field(default="public", description='"public" or "organizers"')
    language: Language = Field(description='one of the languages of this file, such as "fr"')


class DeliverySettings(Table):
    """What becomes by itself of a message of which nobody knows whether it arrived."""

    private_doubts: Literal["leave", "repeat"] = Field(default="leave", description='"leave" or "repeat"')
    digest_doubts: Literal["repeat", "leave"] = Field(default="repeat", description='"repeat" or "leave"')
    public_doubts: Literal["leave", "repeat"] = Field(default="leave", description='"leave" or "repeat"')


class LimitSettings(Table):
    """Bounds that keep a small server healthy, and a large mistake small."""

    evidence_megabytes: int = Field(default=20, ge=1, le=20, description="a whole number of megabytes from 1 to 20")
    lists_changed_percent: int = Field(default=20, ge=0, le=100, description="a whole number of percent from 0 to 100")
    lists_changed: int = Field(default=10, ge=2, le=100_000, description="a whole number of lists from 2 to 100000")
    most_receivers: int = Field(
        default=1000, ge=1, le=100_000_000, description="a whole number of places from 1 to 100000000"
    )


class Settings(Table):
    """The whole configuration, as `load_settings` returns it."""

    letter: Text = Field(description='the path of the letter, relative to this file, or "builtin:marseille-2020"')
    languages: tuple[Language, ...] = Field(
        min_length=1, strict=False, description=f"a list of languages among {', '.join(LANGUAGES)}"
    )
    fictional: bool = Field(default=False, description="true or false")
    database: DatabaseSettings = Field(description="a table [database]")
    legal: LegalSettings = Field(description="a table [legal]")
    election: ElectionSettings = Field(description="a table [election]")
    silence: SilenceSettings = Field(default=SilenceSettings(), description="a table [silence]")
    reminders: ReminderSettings = Field(default=ReminderSettings(), description="a table [reminders]")
    destinations: tuple[DestinationSettings, ...] = Field(
        default=(), strict=False, description="[[destinations]] tables"
    )
    telegram: TelegramSettings = Field(default=TelegramSettings(), description="a table [telegram]")
    mastodon: MastodonSettings = Field(default=MastodonSettings(), description="a table [mastodon]")
    web: WebSettings = Field(default=WebSettings(), description="a table [web]")
    cards: CardSettings = Field(default=CardSettings(), description="a table [cards]")
    deliveries: DeliverySettings = Field(default=DeliverySettings(), description="a table [deliveries]")
    limits: LimitSettings = Field(default=LimitSettings(), description="a table [limits]")

    _folder: Path = PrivateAttr(default=Path())
    _named: frozenset[str] = PrivateAttr(default=frozenset())

    def model_post_init(self, context: object) -> None:
        """Keep the folder of the configuration file, and which tables were there, as the loader hands them over."""
        if isinstance(context, dict):
            self._folder, self._named = context["folder"], context["named"]

    @property
    def folder(self) -> Path:
        """Return the folder of the configuration file, absolute."""
        return self._folder

    def database_url(self) -> str:
        """Return the database's address in clear, the path of an SQLite file made absolute. Never log it."""
        return absolute_url(self.database.url.get_secret_value(), str(self.folder))

    @property
    def has_board(self) -> bool:
        """Tell whether the web server shows the board: where there is a table [web] that does not switch it off."""
        return "web" in self._named and self.web.board

    @property
    def board_address(self) -> str | None:
        """Return where the world finds the public page with the whole table: the one named, else the board's own."""
        return self.web.board_url or (self.web.public_url if self.has_board else None)

    def letter_path(self) -> Path:
        """Return the path of the letter's file."""
        return letter_path(self.letter, self.folder)


def letter_path(letter: str, folder: Path) -> Path:
    """Return the path that the setting `letter` means."""
    if letter.startswith(BUILTIN):
        return LETTERS / f"{letter.removeprefix(BUILTIN)}.toml"
    return folder / letter


def builtin_letters() -> list[str]:
    """Return the names of the letters that travel with pledgebot, as the setting `letter` writes them."""
    return [f"{BUILTIN}{path.stem}" for path in sorted(LETTERS.glob("*.toml"))]
