"""The panel of a place: what it is told, when and in which language, with a button for every change.

A panel says which place it is about, since channels are run from a private chat, and its buttons carry that place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import time

from pledgebot.domain.audience import DIGEST_HOUR, DIGEST_WEEKDAY, PlaceKind, QuietHours, Rhythm, Spot, TopicKind
from pledgebot.domain.events import Titles
from pledgebot.domain.zones import FRENCH_ZONES
from pledgebot.messages import labels
from pledgebot.messages.buttons import MOST, pressing
from pledgebot.messages.document import Block, Bullets, Button, Message, Text, clean, heading, paragraph
from pledgebot.messages.i18n import LANGUAGES, Translator
from pledgebot.messages.zones import zone_name, zone_word
from pledgebot.services.subscriber_views import SubscriberView, Topic, TopicView

WORDS = {
    TopicKind.ALL: "all",
    TopicKind.CONSTITUENCY: "place",
    TopicKind.BANNER: "banner",
    TopicKind.LIST: "list",
    TopicKind.DEMAND: "demand",
}
"""How the tokens of the panel call what is followed."""

DAYS = 7
_FIRST_DAYS = 4
_HOURS = (8, 12, 18, 20)
_NIGHT = (time(22), time(7))
_NAMES = {"fr": "Français", "en": "English"}


@dataclass(frozen=True)
class Elsewhere:
    """How a place is called that is run from another chat: its title, and the public name that words can name it by."""

    title: str
    handle: str = ""


def panel(view: SubscriberView, tr: Translator, elsewhere: Elsewhere | None = None) -> Message:
    """Return what a place is told and when, with a button for every change."""
    spot = view.spot
    blocks: list[Block] = [
        heading(_told(spot, tr)),
        bullets([topic_name(one, tr) for one in view.topics])
        if view.topics
        else paragraph(tr._("Nothing is followed: choose something, or have everything deleted by /forget.")),
        bullets(settings(view, tr)),
        paragraph(_in_words(elsewhere, tr)),
    ]
    if not has_buttons(spot):
        blocks.append(paragraph(tr._("Here a digest comes once a day at most.")))
    return message(blocks, _switches(view, tr), tr)


def _in_words(elsewhere: Elsewhere | None, tr: Translator) -> str:
    if elsewhere is None:
        return tr._(
            "In words: /subscribe NAME, /unsubscribe NAME, /digest daily 18h, /digest weekly monday 8h, /quiet 22h-7h, "
            "/timezone Paris, /language fr, /mydata"
        )
    if not elsewhere.handle:
        return tr._("The buttons change it. Words that are written here are about this chat alone.")
    return tr._(
        "The buttons change it, or words that name it: /subscribe {handle} NAME, /digest {handle} daily 18h. Words without "
        "{handle} are about this chat alone."
    ).format(handle=elsewhere.handle)


def about_place(told: Message, spot: Spot, elsewhere: Elsewhere | None, tr: Translator) -> Message:
    """Return a message about a place; where it is read in another chat, its first line names the place."""
    if elsewhere is None or not clean(elsewhere.title):
        return told
    name = tr._("Channel “{name}”") if spot.place is PlaceKind.CHANNEL else tr._("Group “{name}”")
    return replace(told, blocks=(heading(name.format(name=clean(elsewhere.title))), *told.blocks))


def of_place(spot: Spot, *, private: str, group: str, topic: str, channel: str) -> str:
    """Return the sentence that fits a place; the topic of a forum is a place of its own."""
    if spot.place is PlaceKind.GROUP and spot.thread:
        return topic
    return {PlaceKind.PRIVATE: private, PlaceKind.GROUP: group, PlaceKind.CHANNEL: channel}[spot.place]


def settings(view: SubscriberView, tr: Translator) -> list[str]:
    """Return how often, at what hours, by which clocks and in which language a place is told."""
    rhythm = labels.rhythm(view.rhythm, tr)
    if view.rhythm is Rhythm.WEEKLY:
        day = tr.weekday(_day(view))
        hour = _clock(view.hour or DIGEST_HOUR)
        rhythm = tr._("{rhythm}, on {day} at {hour}").format(rhythm=rhythm, day=day, hour=hour)
    elif view.rhythm is Rhythm.DAILY:
        rhythm = tr._("{rhythm}, at {hour}").format(rhythm=rhythm, hour=_clock(view.hour or DIGEST_HOUR))
    return [
        tr._("Rhythm: {rhythm}").format(rhythm=rhythm),
        tr._("Quiet hours: {hours}").format(hours=_quiet(view.quiet, tr)),
        tr._("Clock: {zone}").format(zone=zone_name(view.zone, tr)),
        tr._("Language: {language}").format(language=_NAMES.get(view.language, view.language)),
    ]


def _switches(view: SubscriberView, tr: Translator) -> list[Sequence[Button]]:
    spot = view.spot
    tail: list[Sequence[Button]] = [_rhythms(view, tr)]
    if view.rhythm is not Rhythm.AT_ONCE:
        tail.append(_hours(view, tr))
    if view.rhythm is Rhythm.WEEKLY:
        tail += _days(view, tr)
    tail.append(_quiets(view, tr))
    if view.rhythm is not Rhythm.AT_ONCE or view.quiet is not None:
        tail.append(press(spot, tr._("Clock: {zone}").format(zone=zone_name(view.zone, tr)), "zones"))
    tail.append(language_buttons(spot, view.language))
    everything = any(one.topic.kind is TopicKind.ALL for one in view.topics)
    # A narrower topic takes the place of everything.
    tail.insert(0, press(spot, tr._("Only some of it") if everything else tr._("Follow something more"), "more"))
    tail.append(press(spot, tr._("Stop and delete everything"), "stop"))
    room = MOST - sum(map(len, tail))
    drops = [_drop(spot, one, tr) for one in view.topics[:room]]
    return [*drops, *tail]


def _drop(spot: Spot, one: TopicView, tr: Translator) -> list[Button]:
    text = tr._("No longer: {topic}").format(topic=topic_name(one, tr))
    return press(spot, text, "drop", *token_of(one.topic))


def _rhythms(view: SubscriberView, tr: Translator) -> list[Button]:
    return [
        button
        for member in Rhythm
        for button in press(
            view.spot, _marked(labels.rhythm(member, tr), now=view.rhythm is member), "rhythm", member.value
        )
    ]


def _hours(view: SubscriberView, tr: Translator) -> list[Button]:
    chosen = view.hour or DIGEST_HOUR
    return [
        button
        for hour in _HOURS
        for button in press(
            view.spot,
            _marked(tr._("at {hour}").format(hour=_clock(time(hour))), now=chosen == time(hour)),
            "hour",
            f"{hour:02}",
        )
    ]


def _days(view: SubscriberView, tr: Translator) -> list[Sequence[Button]]:
    """Return a button for each day of the week, in two rows: seven in one are too narrow for a telephone."""
    buttons = [
        button
        for day in range(DAYS)
        for button in press(view.spot, _marked(tr.short_weekday(day), now=_day(view) == day), "day", day)
    ]
    return [buttons[:_FIRST_DAYS], buttons[_FIRST_DAYS:]]


def _day(view: SubscriberView) -> int:
    return DIGEST_WEEKDAY if view.weekday is None else view.weekday


def zone_buttons(spot: Spot, chosen: str, tr: Translator) -> list[Button]:
    """Return a button for each zone of France, the present one marked."""
    return [
        button
        for word, name in FRENCH_ZONES.items()
        for button in press(spot, _marked(zone_word(word, tr), now=name == chosen), "zone", word)
    ]


def _quiets(view: SubscriberView, tr: Translator) -> list[Button]:
    begins, ends = _NIGHT
    night = tr._("Quiet from {begins} to {ends}").format(begins=_clock(begins), ends=_clock(ends))
    return [
        *press(view.spot, _marked(night, now=view.quiet == _NIGHT), "quiet", f"{begins:%H%M}", f"{ends:%H%M}"),
        *press(view.spot, _marked(tr._("No quiet hours"), now=view.quiet is None), "quiet", "none"),
    ]


def language_buttons(spot: Spot, chosen: str | None) -> list[Button]:
    """Return a button for each language, the present one marked."""
    return [
        button
        for code in LANGUAGES
        for button in press(spot, _marked(_NAMES.get(code, code), now=code == chosen), "lang", code)
    ]


def _marked(text: str, *, now: bool) -> str:
    return f"✓ {text}" if now else text


def topic_name(one: TopicView, tr: Translator) -> str:
    """Return how something that is followed is called."""
    if one.topic.kind is TopicKind.ALL:
        return labels.topic_kind(TopicKind.ALL, tr)
    return named(one.label, tr)


def named(label: str | Titles, tr: Translator) -> str:
    """Return a name on one line, of several languages in this one."""
    return clean(label if isinstance(label, str) else tr.pick(label))


def token_of(topic: Topic) -> tuple[str | int, ...]:
    """Return what the token of a button calls a topic."""
    return (WORDS[topic.kind],) if topic.id is None else (WORDS[topic.kind], topic.id)


def has_buttons(spot: Spot) -> bool:
    """Tell whether a place has buttons; one that goes by a name and not by a number is written to in words only."""
    return bool(press(spot, "", "menu"))


def press(spot: Spot, text: str, *operation: str | int) -> list[Button]:
    """Return a button of a place's panel; none where the place is no number, so that no token can hold it."""
    try:
        return [pressing(text, "s", int(spot.address), int(spot.thread or 0), *operation)]
    except ValueError:
        return []


def _told(spot: Spot, tr: Translator) -> str:
    return of_place(
        spot,
        private=tr._("What you are told"),
        group=tr._("What this group is told"),
        topic=tr._("What this topic of the group is told"),
        channel=tr._("What the channel is told"),
    )


def _quiet(hours: QuietHours | None, tr: Translator) -> str:
    if hours is None:
        return tr._("none")
    return tr._("from {begins} to {ends}").format(begins=_clock(hours[0]), ends=_clock(hours[1]))


def _clock(at: time) -> str:
    return f"{at:%H:%M}"


def bullets(lines: Iterable[str]) -> Bullets:
    """Return lines of plain words as bullets."""
    return Bullets(tuple((Text(line),) for line in lines))


def message(blocks: Iterable[Block], rows: Iterable[Sequence[Button]], tr: Translator) -> Message:
    """Return a message with its rows of buttons, without the rows that are empty."""
    return Message(tuple(blocks), tr.language, buttons=tuple(tuple(row) for row in rows if row))
