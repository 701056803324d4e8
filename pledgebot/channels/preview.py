"""A post as it will look on Telegram and on Mastodon, for a terminal. Loaded by the console when it has one to show."""

from dataclasses import replace

from rich.console import Group
from rich.panel import Panel
from rich.text import Text as Styled

from pledgebot.channels.mastodon.pieces import Counted, counting, pieces
from pledgebot.domain.delivery import Action
from pledgebot.messages.card_words import LONGEST
from pledgebot.messages.document import Message
from pledgebot.messages.frame import thread
from pledgebot.messages.render import plain, telegram_length
from pledgebot.messages.styled import styled

TELEGRAM_LIMIT = 4096
MASTODON_LIMIT = 500


def preview(message: Message, action: Action = Action.SEND) -> Group:
    """Return a message as both networks will show it, each within its limit; a picture as its description."""
    pictures, message = message.pictures, replace(message, pictures=())
    suffix = {Action.SEND: "", Action.EDIT: " (edited)", Action.REPLY: " (reply to the earlier post)"}[action]
    telegram = thread(message, lambda part: telegram_length(plain(part)) <= TELEGRAM_LIMIT)
    counted = Counted(MASTODON_LIMIT, counting(mainline=True))
    mastodon = pieces(message, counted)
    return Group(
        *(_panel(styled(part), "Telegram", suffix, telegram_length(plain(part)), TELEGRAM_LIMIT) for part in telegram),
        *(
            _panel(
                Styled(piece.text),
                f"Mastodon {number}/{len(mastodon)}",
                suffix,
                counted.length(piece.text),
                counted.limit,
            )
            for number, piece in enumerate(mastodon, start=1)
        ),
        *(_panel(Styled(one.description), "Picture", suffix, len(one.description), LONGEST) for one in pictures),
    )


def _panel(content: Styled, network: str, suffix: str, length: int, limit: int) -> Panel:
    return Panel(
        content, title=network + suffix, title_align="left", subtitle=f"{length}/{limit}", subtitle_align="right"
    )
