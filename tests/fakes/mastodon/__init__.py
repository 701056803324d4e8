"""A server with Mastodon's API: mastodon-mock, with a gate before it that does harm as told."""

from fakes.mastodon.faults import (
    Fault,
    Hold,
    Reply,
    after,
    answer,
    empty,
    garble,
    hang_up,
    lose,
    saying,
    trickle,
    truncate,
)
from fakes.mastodon.gate import Asked, Trap
from fakes.mastodon.imitations import html_of_mastodon
from fakes.mastodon.server import Actor, MastodonServer, mastodon_server

__all__ = [
    "Actor",
    "Asked",
    "Fault",
    "Hold",
    "MastodonServer",
    "Reply",
    "Trap",
    "after",
    "answer",
    "empty",
    "garble",
    "hang_up",
    "html_of_mastodon",
    "lose",
    "mastodon_server",
    "saying",
    "trickle",
    "truncate",
]
