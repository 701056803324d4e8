"""What is said where people ask by mentions, in public or in private, and where nothing can be pressed."""

from dataclasses import dataclass, replace

from pledgebot.messages.document import Link, Message, Paragraph, heading, paragraph
from pledgebot.messages.i18n import Translator


@dataclass(frozen=True)
class SilentWay:
    """How one hears of everything without giving an address: the account to follow, and its hashtags, without their sign."""

    account: str
    hashtags: tuple[str, ...] = ()


def in_private(way: SilentWay, tr: Translator) -> Message:
    """Return how one subscribes, to somebody who asks for it where others read along."""
    told = tr._(
        "Send {account} a private mention, which only the people that it names can read, with the words: subscribe NAME, "
        "of a list, a demand or a town, or: subscribe everything. In the same way, stop ends it and forget deletes what is "
        "kept. Here nothing is kept of you."
    ).format(account=way.account)
    blocks = (heading(tr._("A subscription is made in private")), paragraph(told), quieter(way, tr))
    return Message(blocks, tr.language, hashtags=way.hashtags)


def with_quieter(message: Message, way: SilentWay, tr: Translator) -> Message:
    """Return what is said of a subscription, with the way that needs none."""
    return replace(message, blocks=(*message.blocks, quieter(way, tr)), hashtags=way.hashtags)


def quieter(way: SilentWay, tr: Translator) -> Paragraph:
    """Return that following the account, or a hashtag, tells the same and keeps nothing."""
    if way.hashtags:
        told = tr._("The quieter way, by which nothing is kept of you: follow {account}, or one of these hashtags.")
    else:
        told = tr._("The quieter way, by which nothing is kept of you: follow {account}.")
    return paragraph(told.format(account=way.account))


def rest(board: str | None, tr: Translator) -> Paragraph:
    """Return where the rest of a long answer is: on the board, or behind a narrower question."""
    if board:
        return paragraph(tr._("There is more than fits here:"), " ", Link(board, board))
    return paragraph(tr._("There is more than fits here: ask for one list, or one demand, by its name."))
