"""What the doctor asks Telegram: whether the token is right, and whether the bot may do in each place what it is to do there."""

from collections.abc import Iterable
from dataclasses import dataclass

import telegram
from telegram.error import InvalidToken, TelegramError

from pledgebot.chat.telegram.polling import WRONG_TOKEN
from pledgebot.chat.telegram.turns import is_there, may_write, spot_of
from pledgebot.domain.audience import PlaceKind


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's; `wrong` when something has to be done about it."""

    line: str
    wrong: bool = False


async def check_account(bot: telegram.Bot, places: Iterable[str], *, webhook: str | None) -> list[Finding]:
    """Return what Telegram says of the bot and of the places in which it is to publish; numbers of chats as text."""
    try:
        await bot.initialize()
        return [
            Finding(f"telegram: @{bot.username}"),
            *_abilities(bot.bot),
            await _webhook(bot, webhook),
            *[await _place(bot, place) for place in places],
        ]
    except InvalidToken:
        return [Finding(WRONG_TOKEN, wrong=True)]
    except TelegramError as error:
        reason = type(error).__name__
        line = f"telegram: not reachable ({reason}); the bot waits for it, but check telegram.base_url"
        return [Finding(line, wrong=True)]
    finally:
        # A bot that could not begin does not count as begun, so its connections are closed by themselves.
        await bot.shutdown()
        await bot.request.shutdown()


def _abilities(me: telegram.User) -> list[Finding]:
    inline = "on" if me.supports_inline_queries else "off; BotFather switches it on with /setinline"
    groups = "may be added" if me.can_join_groups else "may not be added; BotFather allows it with /setjoingroups"
    return [Finding(f"telegram: inline mode {inline}"), Finding(f"telegram: to groups it {groups}")]


async def _webhook(bot: telegram.Bot, wanted: str | None) -> Finding:
    try:
        info = await bot.get_webhook_info()
    except TelegramError as error:
        return Finding(f"telegram: its webhook cannot be asked for ({type(error).__name__})", wrong=True)
    if wanted is None and info.url:
        return Finding("telegram: a webhook is set; `pledgebot run` takes it away, since telegram.webhook is false")
    if wanted is not None and info.last_error_message:
        return Finding(f"telegram: the webhook fails: {info.last_error_message}", wrong=True)
    return Finding(f"telegram: {info.pending_update_count} updates wait")


async def _place(bot: telegram.Bot, place: str) -> Finding:
    """Say whether the bot may write in a place: https://core.telegram.org/bots/api#getchatmember."""
    try:
        chat = await bot.get_chat(int(place))
        member = await bot.get_chat_member(int(place), bot.id)
    except TelegramError as error:
        return Finding(
            f"destination {place}: the bot is not there ({error.message}); add it, then ask again", wrong=True
        )
    if not is_there(member):
        return Finding(f"destination {place}: the bot is not there; add it, then ask again", wrong=True)
    kind = spot_of(chat).place
    if may_write(member, kind):
        return Finding(f"destination {place}: the bot may write there")
    todo = "make the bot an administrator who may post" if kind is PlaceKind.CHANNEL else "lift the bot's restriction"
    return Finding(f"destination {place}: the bot may not write there; {todo}", wrong=True)
