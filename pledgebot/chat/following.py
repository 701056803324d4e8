"""What one place follows, and every change of it by somebody who may decide for it: by words and by buttons."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, time

from pledgebot.chat.asking import ANYTHING
from pledgebot.chat.followed import agreed, clock_in, digest_in, follows, is_configured, meanings, topic_in, topic_of
from pledgebot.chat.grammar import Request, Verb
from pledgebot.chat.hours import read_digest, read_language, read_quiet, read_zone
from pledgebot.chat.reply import Reply
from pledgebot.chat.screens import Screens
from pledgebot.domain.audience import Audience, PlaceKind, QuietHours, Rhythm, Spot, TopicKind
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.words import normalise
from pledgebot.domain.zones import FRENCH_ZONES
from pledgebot.messages import about, kept, panels, subscriptions
from pledgebot.messages.document import Message
from pledgebot.messages.i18n import LANGUAGES, Translator, translator
from pledgebot.messages.panels import Elsewhere
from pledgebot.services import privacy, queries, subscribers
from pledgebot.services.lookup import Directories
from pledgebot.services.subscriber_views import SubscriberView, Topic, TopicView, label_of
from pledgebot.store.engine import Database, Session

_EVERYTHING = frozenset({"all", "everything", "tout", "toutes", "tous", "anything", "everything."})
_SINGLE = 1


class Following:
    """What one place follows, and what is changed about it by somebody who may."""

    def __init__(
        self,
        database: Database,
        spot: Spot,
        tr: Translator,
        now: datetime,
        directories: Directories,
        *,
        elsewhere: Elsewhere | None = None,
        update: int | None = None,
    ) -> None:
        self.database = database
        self.spot = spot
        self.tr = tr
        self.now = now
        self.directories = directories
        self.elsewhere = elsewhere
        self.update = update

    def answer(self, request: Request) -> Reply:
        """Answer a text."""
        doing: Mapping[Verb, Callable[[str], Message]] = {
            Verb.SUBSCRIBE: self.subscribe,
            Verb.UNSUBSCRIBE: self.unsubscribe,
            Verb.DIGEST: self.digest,
            Verb.QUIET: self.quiet,
            Verb.ZONE: self.zone,
            Verb.LANGUAGE: self.language,
            Verb.MYDATA: lambda _about: self.mydata(),
            Verb.FORGET: lambda _about: self.forget(),
        }
        told = doing[request.verb](" ".join(request.about.split()))
        return Reply((panels.about_place(told, self.spot, self.elsewhere, self.tr),))

    def press(self, operation: str, arguments: tuple[str, ...]) -> Message | None:
        """Do what a button says, None for one that says nothing known."""
        told = self._pressed(operation, arguments)
        return panels.about_place(told, self.spot, self.elsewhere, self.tr) if told is not None else None

    def _pressed(self, operation: str, arguments: tuple[str, ...]) -> Message | None:
        bare: Mapping[str, Callable[[], Message]] = {
            "menu": self.menu,
            "more": self.choosing,
            "towns": lambda: subscriptions.towns(self.spot, self.tr, self.elsewhere),
            "no": lambda: subscriptions.declined(self.tr),
            "stop": self.stop,
            "leave": self.stop,
            "forget": self.forget,
            "stay": self.stay,
            "zones": lambda: self.zone(""),
        }
        if operation in bare:
            return bare[operation]() if not arguments else None
        if operation in {"add", "yes", "drop"}:
            topic = topic_in(arguments)
            return self._chosen(operation, topic) if topic is not None else None
        return self._set(operation, arguments)

    def _chosen(self, operation: str, topic: Topic) -> Message:
        with self.database.read() as session:
            label = label_of(session, topic)
        if operation == "drop":
            return self.drop(TopicView(topic, label or ""))
        if label is None:
            return about.gone(self.tr)
        return self.add(TopicView(topic, label), agreed=operation == "yes")

    def _set(self, operation: str, arguments: tuple[str, ...]) -> Message | None:
        if operation == "quiet":
            return self._quiet_pressed(arguments)
        if len(arguments) != _SINGLE:
            return None
        value = arguments[0]
        digest = digest_in(operation, value)
        if digest is not None:
            return self.rhythm(digest.rhythm, digest.hour, digest.weekday)
        if operation == "zone" and value in FRENCH_ZONES:
            return self.set_zone(FRENCH_ZONES[value])
        if operation == "lang" and value in LANGUAGES:
            return self.set_language(value)
        return None

    def _quiet_pressed(self, arguments: tuple[str, ...]) -> Message | None:
        if arguments == ("none",):
            return self.set_quiet(None)
        hours = [hour for hour in map(clock_in, arguments) if hour is not None]
        pair = 2
        return self.set_quiet((hours[0], hours[1])) if len(hours) == len(arguments) == pair else None

    # --- what is followed

    def menu(self) -> Message:
        """Show the panel of a place that follows something, else what it may follow."""
        view = self._own()
        return self._panel(view) if follows(view) else self.choosing()

    def choosing(self) -> Message:
        """Show what may be followed."""
        with self.database.read() as session:
            screens = self._screens(session)
            place = screens.only_place()
            demands = tuple(TopicView(Topic(TopicKind.DEMAND, one.id), one.title) for one in screens.demands())
            rows = queries.table(session, place, self.now, self.directories).rows if place is not None else ()
            lists = tuple(TopicView(Topic(TopicKind.LIST, one.head.id), one.head.name) for one in rows)
            here = Topic(TopicKind.CONSTITUENCY, place)
            label = label_of(session, here) if place is not None else None
        offer = subscriptions.Offer(TopicView(here, label) if label is not None else None, demands, lists)
        return subscriptions.choosing(self.spot, offer, self.tr, self.elsewhere)

    def subscribe(self, text: str) -> Message:
        """Follow what is named; alone, show what is or may be followed."""
        if not text:
            return self.menu()
        has_agreed, name = agreed(text)
        if normalise(name) in _EVERYTHING:
            return self.add(TopicView(Topic(TopicKind.ALL), ""), agreed=has_agreed)
        named = self._named(name)
        return self.add(named[0], agreed=has_agreed) if len(named) == _SINGLE else self._unsure(name, named)

    def add(self, one: TopicView, *, agreed: bool) -> Message:
        """Follow something, if the place follows something already or its people agree; else ask whether they do."""
        with self.database.begin() as session:
            view = subscribers.find_subscriber(session, self.spot)
            if not agreed and not follows(view):
                return subscriptions.consent(self.spot, one, self.tr)
            view = subscribers.subscribe(session, self.spot, one.topic, self.tr.language, self.now)
        return self._panel(view)

    def unsubscribe(self, text: str) -> Message:
        """Drop what is named; alone, end everything."""
        if not text:
            return self.stop()
        if normalise(text) in _EVERYTHING:
            return self.drop(TopicView(Topic(TopicKind.ALL), ""))
        named = self._named(text)
        if len(named) != _SINGLE:
            return self._unsure(text, named, drop=True)
        return self.drop(named[0])

    def drop(self, one: TopicView) -> Message:
        """No longer follow something."""
        with self.database.begin() as session:
            view = subscribers.find_subscriber(session, self.spot)
            if view is None:
                return subscriptions.nothing_kept(self.spot, self.tr)
            if one.topic not in {followed.topic for followed in view.topics}:
                return subscriptions.not_followed(panels.topic_name(one, self.tr), self.tr)
            left = subscribers.unsubscribe(session, self.spot, one.topic, self.now)
        return self._panel(left) if left is not None else subscriptions.ended(self.spot, self.tr)

    def stop(self) -> Message:
        """End everything and delete what was kept for it."""
        with self.database.begin() as session:
            if subscribers.find_subscriber(session, self.spot) is None:
                return subscriptions.nothing_kept(self.spot, self.tr)
            subscribers.unsubscribe(session, self.spot, None, self.now)
        return subscriptions.ended(self.spot, self.tr)

    def stay(self) -> Message:
        """Stay for the mandate."""
        with self.database.begin() as session:
            if not follows(subscribers.find_subscriber(session, self.spot)):
                return subscriptions.nothing_kept(self.spot, self.tr)
            subscribers.stay(session, self.spot, self.now)
        return subscriptions.stays(self.tr)

    # --- how and when

    def digest(self, text: str) -> Message:
        """Choose the rhythm, the hour and the day; alone, show the panel."""
        if not text:
            return self._settings()
        wanted = read_digest(text)
        return self.rhythm(wanted.rhythm, wanted.hour, wanted.weekday)

    def rhythm(self, rhythm: Rhythm | None, hour: time | None, weekday: int | None = None) -> Message:
        """Set what is given; an hour alone leaves the rhythm, but makes a daily digest of what came at once."""
        with self.database.begin() as session:
            view = subscribers.find_subscriber(session, self.spot)
            if view is None or not follows(view):
                return subscriptions.nothing_kept(self.spot, self.tr)
            kept_rhythm = Rhythm.DAILY if view.rhythm is Rhythm.AT_ONCE else view.rhythm
            wanted = rhythm or kept_rhythm
            at = None if wanted is Rhythm.AT_ONCE else hour or view.hour
            view = subscribers.set_rhythm(session, self.spot, wanted, at, self.now, weekday)
        return self._panel(view)

    def quiet(self, text: str) -> Message:
        """Choose the quiet hours; alone, show the panel."""
        return self.set_quiet(read_quiet(text)) if text else self._settings()

    def set_quiet(self, hours: QuietHours | None) -> Message:
        """Set the quiet hours, None for none."""
        with self.database.begin() as session:
            if not follows(subscribers.find_subscriber(session, self.spot)):
                return subscriptions.nothing_kept(self.spot, self.tr)
            view = subscribers.set_quiet_hours(session, self.spot, hours, self.now)
        return self._panel(view)

    def zone(self, text: str) -> Message:
        """Choose by which clocks the hours are read; alone, ask which."""
        if text:
            return self.set_zone(read_zone(text))
        view = self._own()
        if view is None or not follows(view):
            return subscriptions.nothing_kept(self.spot, self.tr)
        return subscriptions.zones(self.spot, view.zone, self.tr)

    def set_zone(self, zone: str) -> Message:
        """Set the time zone, by its IANA name."""
        with self.database.begin() as session:
            if not follows(subscribers.find_subscriber(session, self.spot)):
                return subscriptions.nothing_kept(self.spot, self.tr)
            view = subscribers.set_zone(session, self.spot, zone, self.now)
        return self._panel(view)

    def language(self, text: str) -> Message:
        """Choose the language; alone, ask which."""
        if text:
            return self.set_language(read_language(text))
        view = self._own()
        return subscriptions.languages(self.spot, view.language if view is not None else None, self.tr)

    def set_language(self, code: str) -> Message:
        """Set the language; of somebody who follows nothing that alone is kept from now on, and they are told so."""
        chosen = translator(code)
        with self.database.begin() as session:
            view = subscribers.set_language(session, self.spot, code, self.now)
        if self.spot.place is not PlaceKind.CHANNEL:
            self.tr = chosen
        return self._panel(view) if view.topics else subscriptions.language_kept(self.spot, chosen)

    # --- what is kept

    def mydata(self) -> Message:
        """Show everything that is kept of the place."""
        with self.database.read() as session:
            if is_configured(session, self.spot):
                return kept.configured(self.spot, self.tr)
            return kept.kept(privacy.kept_of(session, self.spot, self.now, self.update), self.tr)

    def forget(self) -> Message:
        """Delete everything that is kept of the place."""
        with self.database.begin() as session:
            if is_configured(session, self.spot):
                return kept.configured(self.spot, self.tr)
            before = privacy.kept_of(session, self.spot, self.now, self.update)
            forgotten = privacy.forget(session, self.spot)
        return kept.forgotten(before, self.tr) if forgotten else subscriptions.nothing_kept(self.spot, self.tr)

    # --- smaller steps

    def _view(self) -> SubscriberView | None:
        with self.database.read() as session:
            return subscribers.find_subscriber(session, self.spot)

    def _own(self) -> SubscriberView | None:
        """Return what is kept of the place; refuses one that the configuration names."""
        view = self._view()
        if view is not None and view.audience is not Audience.SUBSCRIBER:
            raise Refused(Objection.ALREADY_CONFIGURED)
        return view

    def _settings(self) -> Message:
        view = self._own()
        if view is None or not follows(view):
            return subscriptions.nothing_kept(self.spot, self.tr)
        return self._panel(view)

    def _panel(self, view: SubscriberView | None) -> Message:
        """Show the panel; what is shown is the place that was meant, also where an end left nothing of it."""
        if view is None:
            return subscriptions.nothing_kept(self.spot, self.tr)
        return panels.panel(replace(view, spot=self.spot), self.tr, self.elsewhere)

    def _named(self, name: str) -> tuple[TopicView, ...]:
        """Return what a name may mean, one thing if it is certain."""
        with self.database.read() as session:
            screens = self._screens(session)
            found = screens.find(name, ANYTHING)
            return tuple(TopicView(topic_of(hit), screens.label(hit)) for hit in meanings(found))

    def _unsure(self, name: str, named: tuple[TopicView, ...], *, drop: bool = False) -> Message:
        if not named:
            return about.not_known(name, self.tr)
        return subscriptions.options(self.spot, name, named, self.tr, drop=drop)

    def _screens(self, session: Session) -> Screens:
        return Screens(session, self.tr, self.now, self.directories)
