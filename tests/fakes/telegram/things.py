"""What stands in chats: messages and files, as values that never change (an edit puts a new value in the old place)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from fakes.telegram.entities import Entity, part
from fakes.telegram.keyboards import Button, Rows, rows
from fakes.telegram.refusals import Json

if TYPE_CHECKING:
    from fakes.telegram.chats import Chat
    from fakes.telegram.people import Person

ANONYMOUS_ADMIN = 1087968824
"""The user GroupAnonymousBot, who speaks for administrators that stay anonymous."""


@dataclass(frozen=True)
class File:
    """A file on the server; `content` is None where a test declared only a size (in bytes)."""

    id: str
    unique_id: str
    kind: str
    name: str
    mime: str
    size: int
    content: bytes | None
    path: str
    width: int = 0
    height: int = 0


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message as it stands in a chat, or as it stood when a test looked.

    `text` is the text or the caption; `html` the markup as the bot sent it; `sender` None for a channel's own posts;
    `dropped_entities` and `remarks` say what Telegram left out without a word (see `Formatted`).
    """

    chat: "Chat"
    id: int
    date: int
    revision: int
    sender: "Person | None" = None
    sender_chat: "Chat | None" = None
    signature: str = ""
    text: str = ""
    html: str = ""
    entities: tuple[Entity, ...] = ()
    dropped_entities: int = 0
    remarks: tuple[str, ...] = ()
    photo: File | None = None
    document: File | None = None
    markup: Mapping[str, object] | None = None
    reply_to: int | None = None
    thread: int | None = None
    origin: Json | None = None
    service: Json = field(default_factory=dict)
    group_id: str = ""
    link_preview: Json | None = None
    via_bot: bool = False
    silent: bool = False
    protected: bool = False
    edits: int = 0
    edited_at: int | None = None

    @property
    def buttons(self) -> Rows:
        """The inline keyboard, row by row."""
        return rows(self.markup)

    @property
    def labels(self) -> list[list[str]]:
        """What the buttons say, row by row."""
        return [[button.label for button in row] for row in self.buttons]

    @property
    def file(self) -> File | None:
        """The photo or document."""
        return self.photo or self.document

    @property
    def from_bot(self) -> bool:
        """Whether the bot under test wrote it (in a channel: whether the bot posted it)."""
        return self.sender is not None and self.sender.is_this_bot

    def button(self, what: str) -> Button:
        """Find a button by its whole label, its data, or a part of a label that no other button has."""
        every = [button for row in self.buttons for button in row]
        for fits in (
            [button for button in every if button.label == what],
            [button for button in every if what in (button.data, button.url)],
            [button for button in every if what in button.label],
        ):
            if len(fits) == 1 or (fits and fits[0].label == what):
                return fits[0]
        raise LookupError(f"no button (or several) {what!r} among {self.labels} of message {self.id}: {self.text!r}")

    def parts(self, kind: str) -> list[str]:
        """Return the stretches of text that are of a type: `message.parts("bold")`."""
        return [part(self.text, entity) for entity in self.entities if entity.type == kind]

    def links(self) -> list[str]:
        """Return the addresses of links in the text."""
        return [str(entity.more["url"]) for entity in self.entities if entity.type == "text_link"]

    def changed(self, **changes: object) -> "Message":
        """Return it with other values."""
        return replace(self, **changes)  # type: ignore[arg-type]  # the callers name fields of this class

    def __str__(self) -> str:
        """Return it as a line of a transcript, buttons in brackets."""
        who = self.sender.name if self.sender else self.chat.title
        kind = f"[{'photo' if self.photo else 'document'} {self.file.name}] " if self.file else ""
        what = f"({', '.join(self.service)})" if self.service else f"{kind}{self.text}"
        lines = [f"#{self.id} {who}: {what}", *(f"    [{'] ['.join(row)}]" for row in self.labels)]
        return "\n".join(lines)
