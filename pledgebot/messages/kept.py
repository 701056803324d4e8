"""Everything that is kept of a place, in words; and what was deleted of it."""

from zoneinfo import ZoneInfo

from pledgebot.domain.audience import Spot
from pledgebot.messages import about
from pledgebot.messages.document import Block, Message, clean, heading, paragraph
from pledgebot.messages.i18n import Translator
from pledgebot.messages.organizers import role_word
from pledgebot.messages.panels import bullets, has_buttons, of_place, settings, topic_name
from pledgebot.services.privacy import KeptView
from pledgebot.services.subscriber_views import SubscriberView


def kept(view: KeptView, tr: Translator) -> Message:
    """Return everything that is kept of a place: nothing is left out, and where it is nothing that is said."""
    title = of_place(
        view.spot,
        private=tr._("What is kept of you"),
        group=tr._("What is kept of this group"),
        topic=tr._("What is kept of this topic"),
        channel=tr._("What is kept of the channel"),
    )
    lines = _lines(view, tr)
    blocks: list[Block] = [heading(title)]
    if lines:
        blocks += [bullets(lines), paragraph(tr._("/forget deletes it at once."), " ", about.backups(tr))]
    else:
        blocks.append(paragraph(tr._("Nothing.")))
    return Message(tuple(blocks), tr.language)


def configured(spot: Spot, tr: Translator) -> Message:
    """Return what is kept of a place that the configuration names, and that it ends there and not by a command."""
    told = of_place(
        spot,
        private=tr._("This chat is one that the bot's configuration names."),
        group=tr._("This group is one that the bot's configuration names."),
        topic=tr._("This topic belongs to a group that the bot's configuration names."),
        channel=tr._("This channel is one that the bot's configuration names."),
    )
    how = tr._(
        "Its number and what was sent to it are kept for as long as it stands there: whoever runs the bot ends that in the "
        "configuration, and /forget deletes nothing here. What is written to the bot here is deleted once it is answered."
    )
    return Message((paragraph(told, " ", how),), tr.language)


def forgotten(before: KeptView, tr: Translator) -> Message:
    """Return what was deleted, of what was kept just before, and what is left of it for how long."""
    lines = [line for line, there in _deleted(before, tr) if there]
    blocks: list[Block] = [paragraph(tr._("Deleted, just now and for good:")), bullets(lines)]
    blocks.append(paragraph(about.backups(tr)))
    if before.organizer:
        blocks.append(
            paragraph(
                tr._(
                    "You are still an organizer, and the ledger names who recorded and who confirmed. An administrator can "
                    "end your role."
                )
            )
        )
    return Message(tuple(blocks), tr.language)


def _deleted(before: KeptView, tr: Translator) -> list[tuple[str, bool]]:
    messages = before.sent + before.waiting
    return [
        (_identity(before, tr), before.subscriber is not None),
        (tr.n("{count} message, sent or waiting", "{count} messages, sent or waiting", messages).format(count=messages),
         messages > 0),
        (tr.n("{count} draft", "{count} drafts", before.drafts).format(count=before.drafts), before.drafts > 0),
        (tr._("what was written from here"), True),
    ]  # fmt: skip


def _identity(before: KeptView, tr: Translator) -> str:
    if has_buttons(before.spot):
        return tr._("the number, the choices and the day of consent")
    return tr._("the name of the account, the choices and the day of consent")


def _lines(view: KeptView, tr: Translator) -> list[str]:
    lines = _chosen(view.subscriber, tr) if view.subscriber is not None else []
    if view.sent:
        lines.append(
            tr.n("{count} message that was sent, and when", "{count} messages that were sent, and when", view.sent)
            .format(count=view.sent)
        )  # fmt: skip
    if view.waiting:
        told = tr.n("{count} message that waits to be sent", "{count} messages that wait to be sent", view.waiting)
        lines.append(told.format(count=view.waiting))
    if view.unfinished:
        told = tr.n(
            "{count} message from here that is not done with yet",
            "{count} messages from here that are not done with yet",
            view.unfinished,
        )
        lines.append(told.format(count=view.unfinished))
    return lines + _person(view, tr)


def _chosen(view: SubscriberView, tr: Translator) -> list[str]:
    zone = ZoneInfo(view.zone)
    spot = view.spot
    told = tr._("Number: {address}, on {channel}") if has_buttons(spot) else tr._("Account: {address}, on {channel}")
    lines = [told.format(address=clean(spot.address), channel=spot.channel)]
    if spot.thread:
        lines.append(tr._("Topic of the forum: {thread}").format(thread=clean(spot.thread)))
    topics = tr.join(topic_name(one, tr) for one in view.topics) if view.topics else tr._("nothing")
    lines += [tr._("Followed: {topics}").format(topics=topics), *settings(view, tr)]
    moments = [
        (tr._("Consent given: {moment}"), view.consented_at),
        (tr._("Told since: {moment}"), view.since),
        (tr._("Asked whether to stay for the mandate: {moment}"), view.asked_to_stay_at),
        (tr._("Stays for the mandate since: {moment}"), view.stays_at),
    ]
    lines += [told.format(moment=tr.moment(moment, zone)) for told, moment in moments if moment is not None]
    if not view.active:
        lines.append(tr._("Nothing is sent any more, since writing here was refused; soon it is deleted."))
    return lines


def _person(view: KeptView, tr: Translator) -> list[str]:
    if not view.organizer:
        return []
    roles = tr.join(role_word(role, tr) for role in sorted(view.roles)) if view.roles else tr._("none")
    lines = [
        tr._("This account is joined to the organizer {name}; roles: {roles}").format(
            name=clean(view.organizer), roles=roles
        ),
        tr._("What an organizer recorded and confirmed stays in the ledger, with what they did in the audit log."),
    ]
    if view.drafts:
        lines.append(tr.n("{count} draft here", "{count} drafts here", view.drafts).format(count=view.drafts))
    return lines
