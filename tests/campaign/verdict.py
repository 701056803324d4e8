"""All rules, applied to one campaign."""

from campaign import recalling, rules
from campaign.play import Campaign
from campaign.reading import Reading

RULES = (
    rules.nothing_in_the_silence,
    rules.nothing_is_begun_in_the_silence,
    rules.nothing_in_quiet_hours,
    rules.nothing_twice,
    rules.nothing_unconfirmed,
    rules.no_refusal_comes_too_late,
    rules.nothing_removed_is_said_again,
    rules.only_what_is_followed,
    rules.nothing_lost,
    rules.by_their_rhythm,
    rules.in_order,
    rules.nothing_left_behind,
    recalling.true_on_its_day,
    recalling.every_list_is_named,
    recalling.the_public_is_reminded,
    recalling.organizers_are_not_pestered,
)


def faults_of(campaign: Campaign) -> list[str]:
    """Return every fault of a campaign that was played, one line each."""
    of = Reading(campaign)
    try:
        return [f"{rule.__name__}: {fault}" for rule in RULES for fault in rule(of)]
    finally:
        of.database.close()
