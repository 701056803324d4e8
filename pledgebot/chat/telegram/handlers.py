"""Every handler on one page: which update goes where. A callback reads its turn and hands it to the desk."""

from zoneinfo import ZoneInfo

from telegram import Update
from telegram.ext import (
    CallbackQueryHandler,
    ChatMemberHandler,
    ContextTypes,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from pledgebot.chat.telegram.desk import Desk
from pledgebot.chat.telegram.turns import Turn, asked_inline, membership, migration, pressed, written
from pledgebot.chat.telegram.updates import App, Updates

Context = ContextTypes.DEFAULT_TYPE


class Handlers:
    """The callbacks, and where they are registered."""

    def __init__(self, desk: Desk, updates: Updates, zone: ZoneInfo) -> None:
        self._desk = desk
        self._updates = updates
        self._zone = zone

    def register(self, app: App) -> None:
        """Register every handler. New messages only: an edited command does not run again."""
        new = filters.UpdateType.MESSAGE
        for handler in (
            MessageHandler(new & filters.StatusUpdate.MIGRATE, self.on_migration),
            MessageHandler(new & ~filters.StatusUpdate.ALL, self.on_message),
            CallbackQueryHandler(self.on_press),
            InlineQueryHandler(self.on_inline),
            ChatMemberHandler(self.on_membership, ChatMemberHandler.MY_CHAT_MEMBER),
        ):
            app.add_handler(handler)
        app.add_error_handler(self.on_error)

    async def on_message(self, update: Update, _context: Context) -> None:
        """Take what somebody wrote, sent or forwarded."""
        await self._take(update, written(update, self._desk.responder.username, self._zone))

    async def on_press(self, update: Update, _context: Context) -> None:
        """Take the press of a button."""
        await self._take(update, pressed(update))

    async def on_inline(self, update: Update, _context: Context) -> None:
        """Take a question from another chat."""
        await self._take(update, asked_inline(update))

    async def on_membership(self, update: Update, _context: Context) -> None:
        """Note that the bot was let in, shut out, blocked or made an administrator."""
        found = membership(update)
        if found is not None:
            await self._desk.change_membership(self._item(update), found)

    async def on_migration(self, update: Update, _context: Context) -> None:
        """Follow a group that has become a supergroup."""
        found = migration(update)
        if found is not None:
            await self._desk.follow(found)

    async def on_error(self, update: object, context: Context) -> None:
        """Hand a handler's exception to whoever decides what becomes of the update."""
        if isinstance(update, Update) and context.error is not None:
            self._updates.broke(update.update_id, context.error)

    async def _take(self, update: Update, turn: Turn | None) -> None:
        if turn is not None:
            await self._desk.take(self._item(update), turn)

    def _item(self, update: Update) -> int:
        return self._updates.items[update.update_id]
