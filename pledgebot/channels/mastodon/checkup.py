"""What the doctor asks an instance: whether the account may do what it is to do, and whether the instance can carry it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from pledgebot.channels.mastodon.budgets import POSTS
from pledgebot.channels.mastodon.errors import TOKEN_REFUSED
from pledgebot.channels.mastodon.gateway import Gateway
from pledgebot.channels.mastodon.login import missing_scopes
from pledgebot.channels.mastodon.records import Account, Limits, Policy
from pledgebot.domain.delivery import PermanentFailure, TemporaryFailure, Uncertain

SHORTEST_POST = 300
"""Announcements of fewer characters become threads of which nobody reads the second part."""

_MEND = "`pledgebot mastodon profile` mends it"
_ANOTHER = "`pledgebot mastodon login --again` fetches another"


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's; `wrong` when something has to be done about it."""

    line: str
    wrong: bool = False


@dataclass(frozen=True)
class Plan:
    """What the account is to carry: private digests in a day at most, and how many posts they leave for the others."""

    base_url: str
    digests: int
    reserved: int


async def check_account(gateway: Gateway, plan: Plan) -> list[Finding]:
    """Return what the instance says of the account and of itself. Where it cannot be asked, that is the last line."""
    found: list[Finding] = []
    try:
        account = await gateway.verify()
        found += [Finding(f"mastodon: @{account.acct} on {plan.base_url}"), _bot(account)]
        found.append(await _scopes(gateway))
        found += _policy(await gateway.policy())
        limits = await gateway.limits()
        found += [_limits(limits), _rules(limits, plan), _volume(plan)]
    except (TemporaryFailure, PermanentFailure, Uncertain) as error:
        found.append(_unreachable(error.reason))
    return found


def _unreachable(reason: str) -> Finding:
    if reason == TOKEN_REFUSED:
        return Finding(f"mastodon: {reason}; {_ANOTHER}", wrong=True)
    line = f"mastodon: not reachable ({reason}); the bot waits for it, but check mastodon.base_url"
    return Finding(line, wrong=True)


def _bot(account: Account) -> Finding:
    if account.bot:
        return Finding("mastodon: marked as automated")
    return Finding(f"mastodon: not marked as automated; {_MEND}", wrong=True)


async def _scopes(gateway: Gateway) -> Finding:
    granted = await gateway.scopes()
    if granted is None:
        return Finding("mastodon: the instance does not tell what the token may do")
    missing = missing_scopes(granted)
    if missing:
        return Finding(f"mastodon: the token may not {', '.join(missing)}; {_ANOTHER}", wrong=True)
    return Finding("mastodon: the token may do all that is needed")


def _policy(policy: Policy | None) -> Iterator[Finding]:
    """Say whose mentions never arrive: from Mastodon 4.3 on, private ones of strangers are filtered unless that is changed."""
    if policy is None:
        yield Finding("mastodon: the instance filters no mentions")
        return
    if policy.private_mentions != "accept":
        yield Finding(f"mastodon: private mentions of strangers never arrive; {_MEND}", wrong=True)
    kinds = {
        "people it does not follow": policy.not_following,
        "people who do not follow it": policy.not_followers,
        "new accounts": policy.new_accounts,
    }
    kept_back = [kind for kind, value in kinds.items() if value not in {"accept", ""}]
    if kept_back:
        yield Finding(
            f"mastodon: mentions of {', '.join(kept_back)} never arrive; accept them in the account's notifications",
            wrong=True,
        )
    elif policy.private_mentions == "accept":
        yield Finding("mastodon: everybody's mentions arrive, private ones too")


def _limits(limits: Limits) -> Finding:
    told = f"posts of {limits.characters} characters, {limits.media} pictures, descriptions of {limits.description}"
    if limits.characters < SHORTEST_POST:
        return Finding(
            f"mastodon: {told}; fewer than {SHORTEST_POST} characters are too few: choose another", wrong=True
        )
    return Finding(f"mastodon: {told}")


def _rules(limits: Limits, plan: Plan) -> Finding:
    if not limits.rules:
        return Finding(f"mastodon: no rules are told; read about the instance at {plan.base_url}/about")
    return Finding(f"mastodon: rules of the instance: {len(limits.rules)}; read them at {plan.base_url}/about")


def _volume(plan: Plan) -> Finding:
    """Compare a day's digests with what the account may post in a day beside all else."""
    room = max(0, POSTS.limit - plan.reserved) * (timedelta(days=1) // POSTS.span)
    told = f"{plan.digests} private digests a day at most, room for {room}"
    if plan.digests > room:
        return Finding(
            f"mastodon: {told}; lower mastodon.posts_reserved, or have people follow the account", wrong=True
        )
    return Finding(f"mastodon: {told}")
