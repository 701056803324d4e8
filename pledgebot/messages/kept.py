"""Everything that is kept of a place, in words; and what was deleted of it."""

from zoneinfo import ZoneInfo

from pledgebot.domain.audience import PlaceKind
from pledgebot.messages import about
from pledgebot.messages.document import Block, Message, clean, heading, paragraph
from pledgebot.messages.i18n import Translator
from pledgebot.messages.organizers import role_word
from pledgebot.messages.panels import bullets, settings, topic_name
from pledgebot.services.privacy import KeptView
from pledgebot.services.subscriber_views import SubscriberView


def kept(view: KeptView, tr: Translator) -> Message:
    """Return everything that is kept of a place: nothing is left out, and where it is nothing that is said."""
    titles = {
        PlaceKind.PRIVATE: tr._("What is kept of you"),
        PlaceKind.GROUP: tr._("What is kept of this group"),
        PlaceKind.CHANNEL: tr._("What is kept of the channel"),
    }
    lines = _lines(view, tr)
    blocks: list[Block] = [heading(titles[view.spot.place])]
    if lines:
        blocks += [bullets(lines), paragraph(tr._("/forget deletes it at once."), " ", about.backups(tr))]
    else:
        blocks.append(paragraph(tr._("Nothing.")))
    return Message(tuple(blocks), tr.language)


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
        (tr._("the number, the choices and the day of consent"), before.subscriber is not None),
        (tr.n("{count} message, sent or waiting", "{count} messages, sent or waiting", messages).format(count=messages),
         messages > 0),
        (tr.n("{count} draft", "{count} drafts", before.drafts).format(count=before.drafts), before.drafts > 0),
        (tr._("what was written from here"), True),
    ]  # fmt: skip


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
    lines = [tr._("Number: {address}, on {channel}").format(address=clean(spot.address), channel=spot.channel)]
    if spot.thread:
        lines.append(tr._("Topic of the forum: {thread}").format(thread=clean(spot.thread)))
    topics = tr.join(topic_name(one, tr) for one in view.topics) if view.topics else tr._("nothing")
    lines += [tr._("Followed: {topics}").format(topics=topics), *settings(view, tr)]
    lines.append(tr._("Clock: {zone}").format(zone=view.zone))
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
