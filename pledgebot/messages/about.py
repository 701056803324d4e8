"""What is said of the bot itself: the calendar, the letter, its demands, help, privacy, and when nothing can be said."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from pledgebot.domain.answer import Position
from pledgebot.domain.election import Hush
from pledgebot.domain.events import Titles
from pledgebot.domain.letter import Letter
from pledgebot.messages import labels
from pledgebot.messages.document import (
    Block,
    Bullets,
    Inlines,
    Link,
    Message,
    Strong,
    Text,
    clean,
    clean_words,
    echoed,
    heading,
    paragraph,
    sentence,
)
from pledgebot.messages.i18n import Translator
from pledgebot.messages.subjects import round_name
from pledgebot.services.subscriber_places import ENDED_KEPT
from pledgebot.services.views import DatesView, DemandView, PlaceView, RoundView

BACKUPS_EXPIRE = timedelta(days=30)
"""How long a backup may still hold what was deleted: the operator's guide has it thrown away by then."""

BLOCKED_KEPT = ENDED_KEPT
"""How long what is kept of a subscriber outlives their blocking the bot or removing it from a group."""


def dates(view: DatesView, tr: Translator) -> Message:
    """Return the calendar: each polling day, how far away it is, and when nothing will be said to the public."""
    blocks: list[Block] = [heading(tr._("Polling days"))]
    if not view.rounds:
        blocks.append(paragraph(tr._("No polling day is known yet.")))
    blocks.extend(Bullets(tuple(_round(one, view.now, tr))) for one in view.rounds)
    return Message(tuple(blocks), tr.language)


def _round(view: RoundView, now: datetime, tr: Translator) -> list[Inlines]:
    day = sentence(
        "{election}, {round} — {day} ({distance})",
        election=tr.pick(view.election),
        round=round_name(view.number, tr),
        day=Strong(tr.day(view.day)),
        distance=_distance((view.day - now.astimezone(view.zone).date()).days, tr),
    )
    if view.silence is None:
        return [day]
    silent = tr._("electoral silence: nothing is said to the public from {begin} to {end}").format(
        begin=tr.moment(view.silence.begins, view.zone), end=tr.moment(view.silence.ends, view.zone)
    )
    return [day, (Text(silent),)]


def _distance(days: int, tr: Translator) -> str:
    if days < 0:
        return tr._("over")
    return tr._("today") if days == 0 else tr.n("in {count} day", "in {count} days", days).format(count=days)


def letter(letter: Letter, tr: Translator) -> Message:
    """Return the open letter in short: what it is, what it asks, who signed, where to read it."""
    blocks: list[Block] = [heading(tr.pick(letter.title)), paragraph(clean_words(tr.pick(letter.summary)))]
    if letter.demands:
        blocks.append(heading(tr._("What it asks")))
        blocks.append(Bullets(tuple((Text(tr.pick(demand.title)),) for demand in letter.demands)))
    if letter.signatories:
        signed = tr.join(map(clean, letter.signatories))
        blocks.append(paragraph(tr._("Signed by: {names}.").format(names=signed)))
    if letter.url:
        blocks.append(paragraph(Link(tr._("Read the letter"), letter.url)))
    return Message(tuple(blocks), tr.language)


def demand(view: DemandView, tr: Translator) -> Message:
    """Return one demand with its text and the tests, written before the vote, by which answers are judged."""
    blocks: list[Block] = [
        heading(tr._("Demand {number}: {title}").format(number=view.number, title=tr.pick(view.title))),
        paragraph(clean_words(tr.pick(view.text))),
    ]
    if view.retired:
        blocks.append(paragraph(tr._("This demand has been retired; what was said on it stays on record.")))
    tests = [(member, tr.pick(view.tests[member])) for member in Position if member in view.tests]
    if tests:
        blocks.append(heading(tr._("How answers are judged")))
        blocks.append(Bullets(tuple(_test(member, text, tr) for member, text in tests)))
    if view.parts:
        blocks.append(heading(tr._("Its parts")))
        blocks.append(Bullets(tuple((Text(tr.pick(title)),) for _key, title in view.parts)))
    return Message(tuple(blocks), tr.language)


def _test(member: Position, text: str, tr: Translator) -> Inlines:
    return sentence("{position} — {test}", position=Strong(labels.position(member, tr)), test=clean_words(text))


def help_text(tr: Translator, organizer: bool) -> Message:
    """Return the commands: questions, what one may subscribe to, and those for organizers when an organizer asks."""
    blocks: list[Block] = [
        heading(tr._("What you can ask")),
        Bullets(
            tuple(
                (Text(line),)
                for line in (
                    tr._("/stances — what every list says"),
                    tr._("/list NAME — one list, with its words and their proof"),
                    tr._("/demand NAME — what every list says on one demand"),
                    tr._("/compare A B — two lists side by side"),
                    tr._("/history NAME — everything that one list said, and when"),
                    tr._("/picture NAME — the table as a picture: of a list, a banner or a place"),
                    tr._("/dates — the polling days"),
                    tr._("/letter — the open letter"),
                    tr._("/help — this help"),
                )
            )
        ),
        heading(tr._("To be told what changes")),
        Bullets(tuple((Text(line),) for line in _subscribing(tr))),
    ]
    if organizer:
        blocks += [
            heading(tr._("For organizers")),
            Bullets(
                tuple(
                    (Text(line),)
                    for line in (
                        tr._("/log — record an answer with its proof"),
                        tr._("/pending — entries that wait for a second person"),
                        tr._("/confirm N V — confirm entry N, version V, recorded by somebody else"),
                        tr._("/reject N — reject entry N, with a reason"),
                        tr._("/correct N — correct confirmed entry N; /withdraw NAME — a list takes its word back"),
                        tr._("/undo N REASON — undo a confirmation that was not announced yet"),
                        tr._("/lists — lists: add, rename, alias, banner, withdraw, merge"),
                        tr._("/contact, /chase — contacts with lists, and who asks which one next"),
                        tr._("/deliveries, /status — messages in doubt or failed, and how the bot is"),
                        tr._("/cancel — drop what you are logging"),
                    )
                )
            ),
        ]
    return Message(tuple(blocks), tr.language)


def _subscribing(tr: Translator) -> tuple[str, ...]:
    return (
        tr._("/subscribe — choose what to be told: everything, a town, a list, a demand"),
        tr._("/subscribe NAME — be told about one thing"),
        tr._("/unsubscribe NAME — no longer be told about it; alone, about nothing at all"),
        tr._("/digest daily 18h — once a day, at an hour; /digest weekly monday 8h; /digest at once"),
        tr._("/quiet 22h-7h — hours without messages; /quiet none"),
        tr._("/timezone Paris — by which clocks the hours are read"),
        tr._("/language fr — the language of the answers: fr or en"),
        tr._("/mydata — everything that is kept of you"),
        tr._("/forget — have it deleted at once"),
        tr._("/privacy — what is kept, and for how long"),
    )


def privacy(tr: Translator, contact: str | None = None) -> Message:
    """Return what is kept of whoever asks and of whoever subscribes, and how long; `contact` is how to reach the collective."""
    blocks: list[Block] = [
        heading(tr._("What is kept of you")),
        paragraph(
            tr._(
                "Of somebody who asks: nothing. Questions are answered, not kept; what was asked is erased as soon as the "
                "answer is given. What is kept is what lists said in public, and who of the collective recorded it."
            )
        ),
        paragraph(
            tr._(
                "Of somebody who subscribes: the number of the chat, the language, what was chosen (topics, rhythm, hours, "
                "time zone) and the day of consent, to send what was asked for, and for nothing else. /mydata shows all of it."
            )
        ),
        heading(tr._("For how long")),
        Bullets(tuple((Text(line),) for line in _terms(tr))),
        heading(tr._("Your rights")),
        paragraph(
            tr._(
                "It rests on your consent, which you may take back at any time: /unsubscribe. You may see everything "
                "(/mydata), change it (/subscribe), have it deleted (/forget), and complain to the data protection authority "
                "of your country."
            )
        ),
    ]
    if contact:
        blocks.append(paragraph(tr._("The collective that runs this is responsible for it.")))
        blocks.append(paragraph(tr._("Whom to ask: {contact}").format(contact=clean(contact))))
    return Message(tuple(blocks), tr.language)


def _terms(tr: Translator) -> tuple[str, ...]:
    return (
        tr._("Until you write /forget or /unsubscribe: then it is deleted at once."),
        tr._(
            "After the last round you are asked once whether you want to be told during the mandate; without an answer "
            "it is deleted a month after that round."
        ),
        tr.n(
            "If you block this bot, or remove it from a group, it is deleted after {count} day.",
            "If you block this bot, or remove it from a group, it is deleted after {count} days.",
            BLOCKED_KEPT.days,
        ).format(count=BLOCKED_KEPT.days),
        backups(tr),
    )


def backups(tr: Translator) -> str:
    """Return when what was deleted is gone from the backups too."""
    return tr.n(
        "Backups expire by themselves after {count} day.",
        "Backups expire by themselves after {count} days.",
        BACKUPS_EXPIRE.days,
    ).format(count=BACKUPS_EXPIRE.days)


def welcome(tr: Translator, letter_title: Titles | None = None, group: bool = False) -> Message:
    """Return the first message: what this is, and where to begin; in a group, how to ask there."""
    title = tr.pick(letter_title or {})
    what = tr._("Here you can read what each list says on the demands of an open letter, when, and with what proof.")
    if title:
        what = tr._(
            "Here you can read what each list says on the demands of the open letter “{title}”, when, and with what proof."
        ).format(title=title)
    blocks: list[Block] = [heading(tr._("Welcome")), paragraph(what)]
    if group:
        blocks.append(
            paragraph(
                tr._(
                    "In a group, begin with a command: /stances for every list, /list NAME for one. A plain name is not "
                    "addressed to me. An administrator can have this group told what changes: /subscribe. /help shows the rest."
                )
            )
        )
    else:
        blocks.append(paragraph(tr._("Begin with /stances, or write the name of a list. /help shows the rest.")))
    return Message(tuple(blocks), tr.language)


def gone(tr: Translator) -> Message:
    """Return that what a button or a link names is not there any more."""
    return Message((paragraph(tr._("This no longer exists; /stances shows what there is.")),), tr.language)


def not_known(query: str, tr: Translator) -> Message:
    """Return that nothing is known under a name: a wrong guess would put words into somebody's mouth."""
    return Message(
        (
            paragraph(tr._("Nothing is known under “{query}”.").format(query=echoed(query))),
            paragraph(tr._("/stances shows every list, /letter every demand.")),
        ),
        tr.language,
    )


def choice(query: str, options: Sequence[str], tr: Translator, *, more: bool = False) -> Message:
    """Return the question which of several things was meant; `more` says that there are further ones than these."""
    blocks: list[Block] = [
        paragraph(tr._("“{query}” may be several things. Which one do you mean?").format(query=echoed(query))),
        Bullets(tuple((Text(clean(option)),) for option in options)),
    ]
    if more:
        blocks.append(paragraph(tr._("There are more: add the name of the town, or more of the name.")))
    return Message(tuple(blocks), tr.language)


def which_place(places: Sequence[PlaceView], tr: Translator) -> Message:
    """Return the question about which place one wants to know."""
    options = tuple(
        sentence(
            "{label} ({code}) — {lists}",
            label=clean(place.label),
            code=clean(place.code),
            lists=tr.n("{count} list", "{count} lists", place.lists).format(count=place.lists),
        )
        for place in places
    )
    question = paragraph(tr._("Which place do you mean? A postcode or an arrondissement will do."))
    return Message((question, Bullets(options)) if options else (question,), tr.language)


def hushed(hush: Hush, until: datetime | None, tr: Translator, zone: tzinfo = UTC) -> Message:
    """Return why nothing is said to the public now, and until when, as the clocks of `zone` show it."""
    if hush is Hush.FREE:
        told = tr._("Messages to the public go out.")
    elif hush is Hush.NO_CALENDAR:
        told = tr._(
            "No polling day is known, so nothing is sent to the public: the silence before a vote could be broken."
        )
    elif hush is Hush.CLOCK_OFF:
        told = tr._("This machine's clock is wrong, so nothing is sent to the public: set it right, then go on.")
    elif until is None:
        told = tr._("Electoral silence: nothing is said to the public until the polls have closed.")
    else:
        told = tr._("Electoral silence: nothing is said to the public until {moment}.").format(
            moment=tr.moment(until, zone)
        )
    return Message((paragraph(told),), tr.language)
