"""Updates on their way to the bot: numbered, kept until confirmed, delivered again until then."""

from collections import deque
from collections.abc import Iterable

from fakes.telegram.refusals import Json

NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
KINDS = frozenset(
    {
        "message", "edited_message", "channel_post", "edited_channel_post", "inline_query", "chosen_inline_result",
        "callback_query", "my_chat_member", "chat_member", "poll", "poll_answer", "chat_join_request", "chat_boost",
        "message_reaction", "message_reaction_count", "shipping_query", "pre_checkout_query",
    }
)  # fmt: skip


class Updates:
    """The queue of one bot; not guarded by itself."""

    def __init__(self, first: int) -> None:
        self._next = first
        self._pending: deque[Json] = deque()
        self.allowed = KINDS - NOT_BY_DEFAULT
        self.refused: list[str] = []
        """The kinds of updates that the bot did not want, one for each that was lost."""

    def __len__(self) -> int:
        return len(self._pending)

    def put(self, kind: str, body: Json) -> int | None:
        """Queue an update and return its number, or None when the bot does not want its kind."""
        if kind not in self.allowed:
            self.refused.append(kind)
            return None
        number = self._next
        self._next += 1
        self._pending.append({"update_id": number, kind: body})
        return number

    def put_raw(self, body: Json) -> int:
        """Queue whatever a test wants the bot to get, numbered."""
        number = self._next
        self._next += 1
        self._pending.append({"update_id": number, **body})
        return number

    def want(self, kinds: Iterable[str]) -> None:
        """Set which kinds the bot wants from now on; none means the default."""
        self.allowed = KINDS.intersection(kinds) or (KINDS - NOT_BY_DEFAULT)

    def confirm(self, offset: int) -> None:
        """Forget the updates below an offset; a negative one keeps only so many of the newest."""
        if offset < 0:
            while len(self._pending) > -offset:
                self._pending.popleft()
            return
        while self._pending and self._number(self._pending[0]) < offset:
            self._pending.popleft()

    def look(self, limit: int) -> list[Json]:
        """Return the oldest updates without confirming them."""
        return [update for update, _place in zip(self._pending, range(limit), strict=False)]

    def clear(self) -> None:
        """Forget them all."""
        self._pending.clear()

    @staticmethod
    def _number(update: Json) -> int:
        number = update["update_id"]
        return number if isinstance(number, int) else 0
