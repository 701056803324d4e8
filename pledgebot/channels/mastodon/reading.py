"""From the objects of a reply to records. Raises ValueError where an id is missing: such a reply says nothing."""

from collections.abc import Callable, Mapping

from pledgebot.channels.mastodon.records import (
    Account,
    Mention,
    Mentioned,
    Person,
    Picture,
    Policy,
    Posted,
    Source,
    Status,
)
from pledgebot.channels.mastodon.values import entries, mapping, moment, number, plain, required, text


def account_of(reply: object) -> Account:
    """Return the bot's own account; its `source` holds what was typed in, before it became HTML."""
    data = mapping(reply)
    source = mapping(data.get("source"))
    typed, shown = entries(source.get("fields")), entries(data.get("fields"))
    fields = [_field(field, text) for field in typed] or [_field(field, _shown) for field in shown]
    return Account(
        id=required(data.get("id")),
        acct=required(data.get("acct")),
        url=text(data.get("url")),
        name=text(data.get("display_name")),
        bot=data.get("bot") is True,
        locked=data.get("locked") is True,
        note=text(source["note"]) if "note" in source else plain(text(data.get("note"))),
        fields=tuple(fields),
        created=moment(data.get("created_at")),
        statuses_count=number(data.get("statuses_count")) or 0,
        followers_count=number(data.get("followers_count")) or 0,
    )


def posted_of(reply: object) -> Posted:
    """Return what a server answers to a post."""
    data = mapping(reply)
    return Posted(required(data.get("id")), text(data.get("url")) or text(data.get("uri")))


def media_of(reply: object) -> tuple[str, bool]:
    """Return the id of an attachment, and whether it is ready to be posted: while a server works on it, it has no address."""
    data = mapping(reply)
    return required(data.get("id")), bool(text(data.get("url")))


def status_of(reply: object) -> Status:
    """Return a post."""
    data = mapping(reply)
    content = text(data.get("content"))
    return Status(
        id=required(data.get("id")),
        url=text(data.get("url")) or text(data.get("uri")),
        author=text(mapping(data.get("account")).get("acct")),
        text=plain(content),
        content=content,
        warning=text(data.get("spoiler_text")),
        visibility=text(data.get("visibility")),
        language=text(data.get("language")) or None,
        in_reply_to=text(data.get("in_reply_to_id")) or None,
        created=moment(data.get("created_at")),
        edited=moment(data.get("edited_at")),
        tags=_tags(data),
        pictures=tuple(
            Picture(required(picture.get("id")), text(picture.get("description")))
            for picture in map(mapping, entries(data.get("media_attachments")))
        ),
        mentions=_mentioned(data),
    )


def source_of(reply: object) -> Source:
    """Return what a post was typed as."""
    data = mapping(reply)
    return Source(required(data.get("id")), text(data.get("text")), text(data.get("spoiler_text")))


def mention_of(reply: object) -> Mention | None:
    """Return what a notification says of a mention; None for other kinds, and where the post or its author is gone already."""
    data = mapping(reply)
    status, author = mapping(data.get("status")), mapping(data.get("account"))
    if data.get("type") != "mention" or not text(status.get("id")) or not text(author.get("id")):
        return None
    return Mention(
        notification=required(data.get("id")),
        status=text(status.get("id")),
        author=Person(text(author.get("id")), text(author.get("acct")), author.get("bot") is True),
        content=text(status.get("content")),
        warning=text(status.get("spoiler_text")),
        visibility=text(status.get("visibility")),
        language=text(status.get("language")) or None,
        in_reply_to=text(status.get("in_reply_to_id")) or None,
        mentions=_mentioned(status),
        tags=_tags(status),
        created=moment(status.get("created_at")),
        edited=moment(status.get("edited_at")),
    )


def policy_of(reply: object) -> Policy:
    """Return whose notifications are let through."""
    data = mapping(reply)
    return Policy(
        private_mentions=text(data.get("for_private_mentions")),
        not_following=text(data.get("for_not_following")),
        not_followers=text(data.get("for_not_followers")),
        new_accounts=text(data.get("for_new_accounts")),
        limited_accounts=text(data.get("for_limited_accounts")),
    )


def _field(field: object, read: Callable[[object], str]) -> tuple[str, str]:
    return text(mapping(field).get("name")), read(mapping(field).get("value"))


def _shown(value: object) -> str:
    return plain(text(value))


def _mentioned(status: Mapping[str, object]) -> tuple[Mentioned, ...]:
    return tuple(
        Mentioned(text(one.get("id")), text(one.get("acct")), text(one.get("url")))
        for one in map(mapping, entries(status.get("mentions")))
    )


def _tags(status: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(text(tag.get("name")) for tag in map(mapping, entries(status.get("tags"))))
