"""A stage on another Bot API server, over the control protocol of `tests/scenarios/README.md`."""

import base64
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from scenarios.stage import Wanted

PATIENCE = 15.0
"""Seconds after which waiting is in vain."""

Told = dict[str, object]


class Remote:
    """The connection to a server's control; `token`, `base_url` and `base_file_url` are what the bot needs."""

    def __init__(self, url: str) -> None:
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self._url = url.rstrip("/")
        self._path = ""
        told = self.call("POST", "/control/bots", {})
        self._path = str(told["control"])
        self.token, self.base_url = str(told["token"]), str(told["base_url"])
        self.base_file_url, self.username = str(told["base_file_url"]), str(told["username"])

    def call(self, method: str, path: str, body: Told | None = None) -> Told:
        """Ask something. AssertionError when the server waited in vain, `LookupError` for what it does not take."""
        data = json.dumps(body).encode() if body is not None else None
        headers = {"Content-Type": "application/json"}
        url = f"{self._url}{self._path}{path}"
        request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310 - whoever tests names it
        try:
            with self._opener.open(request, timeout=PATIENCE * 2) as answer:
                told = json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                said = error.read().decode("utf-8", "replace")
            if error.code == 504:
                raise AssertionError(said) from None
            raise LookupError(said) from None
        return dict(told)

    def act(self, act: str, who: int | None = None, **told: object) -> Told:
        """Let somebody do something."""
        return self.call("POST", "/acts", {"act": act, "who": who, **told})

    def refused(self) -> list[str]:
        """Return which calls of the bot were refused with 400, and why."""
        return [f"{one['method']}: {one['why']}" for one in _objects(self.call("GET", "/refused")["refused"])]


@dataclass(frozen=True)
class RemoteMessage:
    """A message as it stood when it was looked at."""

    chat: int
    id: int
    text: str
    from_bot: bool
    edits: int
    thread: int | None
    dropped_entities: int
    remarks: tuple[str, ...]
    buttons: tuple[tuple[tuple[str, str | None, str | None], ...], ...]
    """Label, data and address of each, row by row."""

    @property
    def labels(self) -> list[list[str]]:
        """What its buttons say, row by row."""
        return [[label for label, _data, _url in row] for row in self.buttons]

    def data_of(self, what: str) -> str:
        """Return the data of a button, found by its label, by its data, or by a part of a label that no other has."""
        every = [button for row in self.buttons for button in row]
        for fits in ([b for b in every if what in (b[0], b[1])], [b for b in every if what in b[0]]):
            if len(fits) == 1 and fits[0][1] is not None:
                return fits[0][1]
        raise LookupError(f"no button (or several) {what!r} among {self.labels}")


@dataclass(frozen=True)
class RemoteWord:
    """What is shown to whoever pressed a button."""

    text: str


@dataclass(frozen=True)
class RemoteResult:
    """One result of an inline question."""

    title: str


@dataclass(frozen=True)
class RemotePress:
    """A press of a button."""

    remote: Remote = field(repr=False)
    number: str

    def wait(self) -> RemoteWord:
        """Wait until the bot has answered it."""
        return RemoteWord(str(self.remote.call("GET", f"/presses/{self.number}?wait={PATIENCE}")["text"]))


@dataclass(frozen=True)
class RemoteQuestion:
    """An inline question."""

    remote: Remote = field(repr=False)
    number: str

    def wait(self) -> Sequence[RemoteResult]:
        """Wait until the bot has answered it."""
        told = self.remote.call("GET", f"/questions/{self.number}?wait={PATIENCE}")
        return [RemoteResult(str(one["title"])) for one in _objects(told["results"])]


@dataclass(frozen=True)
class RemoteChat:
    """A chat; `thread` narrows it to a topic."""

    remote: Remote = field(repr=False)
    id: int
    thread: int | None = None

    @property
    def messages(self) -> list[RemoteMessage]:
        """What stands in it now, the newest last."""
        return [message for message in self._look(0, 0)[1] if self.thread in {None, message.thread}]

    @property
    def from_bot(self) -> list[RemoteMessage]:
        """What the bot wrote of it."""
        return [message for message in self.messages if message.from_bot]

    def wait_for(self, wanted: Wanted = None, *, since: int = 0) -> RemoteMessage:
        """Wait until the bot has said something, after revision `since`, that is wanted."""
        deadline, revision = time.monotonic() + PATIENCE, since
        while (left := deadline - time.monotonic()) > 0:
            revision, found = self._look(revision, left)
            for message in found:
                if message.from_bot and self.thread in {None, message.thread} and _fits(message, wanted):
                    return message
        said = "\n---\n".join(message.text for message in self.messages)
        raise AssertionError(f"the bot did not say {wanted!r} after revision {since}:\n{said}")

    def promote(self, person: object, *, anonymous: bool = False) -> None:
        """Make somebody an administrator."""
        self.remote.act("promote", _number(person), to=self.id, anonymous=anonymous)

    def topic(self, name: str) -> "RemoteChat":
        """Open a topic."""
        told = self.remote.act("topic", to=self.id, text=name)
        return RemoteChat(self.remote, self.id, int(str(told["thread"])))

    def migrate(self) -> "RemoteChat":
        """Turn a plain group into a supergroup, and return that."""
        return RemoteChat(self.remote, int(str(self.remote.act("migrate", to=self.id)["id"])))

    def post(self, text: str) -> RemoteMessage:
        """Post as an administrator."""
        return _message(self.remote.act("post", to=self.id, text=text))

    def _look(self, after: int, wait: float) -> tuple[int, list[RemoteMessage]]:
        told = self.remote.call("GET", f"/chats/{self.id}?after={after}&wait={wait:.1f}")
        return int(str(told["revision"])), [_message(one) for one in _objects(told["messages"])]


@dataclass
class RemotePerson:
    """A person with an account; `marks` says when they did something last in each chat."""

    remote: Remote = field(repr=False)
    id: int
    marks: dict[int, int] = field(default_factory=dict)

    @property
    def chat(self) -> RemoteChat:
        """The private chat with the bot."""
        return RemoteChat(self.remote, self.id)

    def wait_for(self, place: object = None, wanted: Wanted = None) -> RemoteMessage:
        """Wait for an answer to this person's last act in a place; without a place it is the private chat."""
        chat, what = (place, wanted) if isinstance(place, RemoteChat) else (self.chat, place or wanted)
        if not (what is None or isinstance(what, str) or callable(what)):
            raise TypeError("neither words nor a condition")
        return chat.wait_for(what, since=self.marks.get(chat.id, 0))

    def start(self, payload: str = "") -> RemoteMessage:
        """Press Start."""
        return self._said("start", payload=payload)

    def write(self, text: str) -> RemoteMessage:
        """Write to the bot in private."""
        return self._said("write", to=self.id, text=text)

    def write_in(self, place: object, text: str) -> RemoteMessage:
        """Write in a group or in one of its topics."""
        if not isinstance(place, RemoteChat):
            raise TypeError("not a place of this stage")
        return self._said("write", to=place.id, thread=place.thread, text=text)

    def press(self, message: object, what: str, *, stale: bool = False) -> RemotePress:
        """Press a button."""
        return self._pressed(_ours(message), _ours(message).data_of(what), stale=stale)

    def send_data(self, message: object, data: str) -> RemotePress:
        """Send callback data of one's own making."""
        return self._pressed(_ours(message), data, stale=False)

    def send_photo(self, content: bytes = b"", *, caption: str = "") -> RemoteMessage:
        """Send the bot a photo."""
        return self._said("photo", to=self.id, content=base64.b64encode(content).decode(), caption=caption)

    def send_document(
        self, content: bytes = b"", name: str = "document.pdf", *, caption: str = "", size: int | None = None
    ) -> RemoteMessage:
        """Send the bot a file."""
        body = base64.b64encode(content).decode()
        return self._said("document", to=self.id, content=body, name=name, caption=caption, size=size)

    def forward(self, message: object) -> RemoteMessage:
        """Forward a message to the bot."""
        return self._said("forward", to=self.id, chat=_ours(message).chat, message=_ours(message).id)

    def edit(self, message: object, text: str) -> RemoteMessage:
        """Edit an own message."""
        return self._said("edit", chat=_ours(message).chat, message=_ours(message).id, text=text)

    def ask_inline(self, text: str) -> RemoteQuestion:
        """Type `@bot text` in some chat."""
        return RemoteQuestion(self.remote, str(self.remote.act("inline", self.id, text=text)["question"]))

    def block(self) -> None:
        """Block the bot."""
        self.remote.act("block", self.id)

    def _said(self, act: str, **told: object) -> RemoteMessage:
        done = self.remote.act(act, self.id, **told)
        message = _message(done)
        self.marks[message.chat] = int(str(done["revision"]))
        return message

    def _pressed(self, message: RemoteMessage, data: str, *, stale: bool) -> RemotePress:
        told = self.remote.act("press", self.id, chat=message.chat, message=message.id, data=data, stale=stale)
        self.marks[message.chat] = int(str(told["revision"]))
        return RemotePress(self.remote, str(told["press"]))


class RemoteStage:
    """A stage over HTTP."""

    def __init__(self, url: str) -> None:
        self.remote = Remote(url)

    def user(self, name: str, *, language: str = "fr") -> RemotePerson:
        """Let there be a person."""
        told = self.remote.call("POST", "/people", {"name": name, "language": language})
        return RemotePerson(self.remote, int(str(told["id"])))

    def group(self, title: str, *, people: Iterable[object] = (), small: bool = False, bot: bool = False) -> RemoteChat:
        """Let there be a supergroup, or with `small` a plain group."""
        return self._place("group" if small else "supergroup", title, people, bot=bot)

    def channel(
        self, title: str, *, people: Iterable[object] = (), bot: bool = False, username: str = ""
    ) -> RemoteChat:
        """Let there be a channel."""
        return self._place("channel", title, people, bot=bot, username=username)

    def _place(self, kind: str, title: str, people: Iterable[object], *, bot: bool, username: str = "") -> RemoteChat:
        numbers = [_number(person) for person in people]
        told: Told = {"kind": kind, "title": title, "people": numbers, "bot": bot, "username": username}
        return RemoteChat(self.remote, int(str(self.remote.call("POST", "/places", told)["id"])))


def _number(person: object) -> int:
    if not isinstance(person, RemotePerson):
        raise TypeError("not a person of this stage")
    return person.id


def _ours(message: object) -> RemoteMessage:
    if not isinstance(message, RemoteMessage):
        raise TypeError("not a message of this stage")
    return message


def _fits(message: RemoteMessage, wanted: Wanted) -> bool:
    if wanted is None:
        return True
    return wanted in message.text if isinstance(wanted, str) else bool(wanted(message))


def _message(told: Told) -> RemoteMessage:
    rows = told["buttons"] if isinstance(told["buttons"], list) else []
    remarks = told["remarks"] if isinstance(told["remarks"], list) else []
    return RemoteMessage(
        chat=int(str(told["chat"])),
        id=int(str(told["message"])),
        text=str(told["text"]),
        from_bot=bool(told["from_bot"]),
        edits=int(str(told["edits"])),
        thread=int(str(told["thread"])) if told.get("thread") is not None else None,
        dropped_entities=int(str(told["dropped_entities"])),
        remarks=tuple(map(str, remarks)),
        buttons=tuple(tuple((str(b["label"]), b.get("data"), b.get("url")) for b in row) for row in rows),
    )


def _objects(value: object) -> list[Told]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
