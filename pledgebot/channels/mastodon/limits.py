"""What a server takes: the length of a post and of an alt text, the number and the size of pictures, its rules."""

from collections.abc import Mapping

from pledgebot.channels.mastodon.records import Limits
from pledgebot.channels.mastodon.values import entries, mapping, number, text

_DEFAULT = Limits()


def limits_of(instance: Mapping[str, object]) -> Limits:
    """Return what the description of an instance says of its limits, version 2 or 1; what it leaves out is Mastodon's default.

    A server that does not say what a link counts is thought to count all of it, unless it is Mastodon itself.
    """
    configuration = mapping(instance.get("configuration"))
    statuses = mapping(configuration.get("statuses"))
    # Since Mastodon 4.6: https://docs.joinmastodon.org/entities/Instance/#accounts
    accounts = mapping(configuration.get("accounts"))
    media = mapping(configuration.get("media_attachments"))
    mainline = "mastodon" in mapping(instance.get("api_versions"))
    per_url = number(statuses.get("characters_reserved_per_url"))
    return Limits(
        characters=_limit(statuses.get("max_characters"), instance.get("max_toot_chars"), default=_DEFAULT.characters),
        per_url=per_url or (_DEFAULT.per_url if mainline else None),
        media=_limit(statuses.get("max_media_attachments"), default=_DEFAULT.media),
        description=_limit(media.get("description_limit"), default=_DEFAULT.description),
        image_bytes=_limit(media.get("image_size_limit"), default=_DEFAULT.image_bytes),
        mainline=mainline,
        rules=tuple(filter(None, (text(mapping(rule).get("text")) for rule in entries(instance.get("rules"))))),
        version=text(instance.get("version")),
        note=_limit(accounts.get("max_note_length"), default=_DEFAULT.note),
        fields=_limit(accounts.get("max_profile_fields"), default=_DEFAULT.fields),
        field=_limit(accounts.get("profile_field_value_limit"), default=_DEFAULT.field),
        domain=text(instance.get("domain")) or text(instance.get("uri")).rpartition("//")[2].rstrip("/"),
    )


def _limit(*values: object, default: int) -> int:
    """Return the first that is a number above zero."""
    return next((found for value in values if (found := number(value))), default)
