"""What the configuration says, as what the services take: plans and policies."""

from datetime import timedelta

from pledgebot.config import Settings
from pledgebot.domain.audience import Audience
from pledgebot.domain.brakes import BrakePolicy
from pledgebot.domain.doubts import AfterDoubt, DoubtPolicy
from pledgebot.domain.letter import Letter
from pledgebot.domain.policy import Policy, ReminderPolicy
from pledgebot.services.gate import SilencePolicy
from pledgebot.services.installation import (
    DestinationPlan,
    InstallationPlan,
    PlacePlan,
    RoundPlan,
)


def silence_policy(settings: Settings) -> SilencePolicy:
    """Return what the configuration says of the silence in sending."""
    silence = settings.silence
    return SilencePolicy(silence.rule, timedelta(minutes=silence.margin_minutes), silence.removals)


def installation_plan(settings: Settings, letter: Letter) -> InstallationPlan:
    """Return what the configuration says about what the database has to hold."""
    election = settings.election
    return InstallationPlan(
        letter=letter,
        rounds=tuple(
            RoundPlan(
                row.number,
                row.date,
                row.closes,
                str(election.zone),
                {str(language): name for language, name in election.name.items()},
            )
            for row in election.rounds
        ),
        places=tuple(
            PlacePlan(
                code=row.code.upper(),
                label=row.label,
                aliases=tuple(row.aliases),
                parent=row.parent.upper() if row.parent else None,
                zone=str(row.zone) if row.zone else None,
                closes=row.closes,
            )
            for row in election.constituencies
        ),
        destinations=tuple(
            DestinationPlan(row.channel, row.address, row.language, Audience(row.audience), row.thread or "")
            for row in settings.destinations
        ),
        fictional=settings.fictional,
        policy=policy_of(settings),
    )


def policy_of(settings: Settings) -> Policy:
    """Return what the configuration decides about silence and reminders."""
    silence, reminders, limits = settings.silence, settings.reminders, settings.limits
    deliveries = settings.deliveries
    return Policy(
        rule=silence.rule,
        margin=timedelta(minutes=silence.margin_minutes),
        answers=silence.answers,
        removals=silence.removals,
        negative_days=silence.negative_days,
        negative_hour=silence.negative_hour,
        board_url=settings.board_address,
        publisher=settings.legal.publisher,
        contact=settings.legal.contact,
        language=settings.languages[0],
        reminders=ReminderPolicy(
            days_left=tuple(sorted(set(reminders.days_left), reverse=True)),
            hour=reminders.hour,
            last_call=reminders.last_call,
            organizers_hour=reminders.organizers_hour,
            ladder=tuple(sorted(set(reminders.ladder))),
        ),
        brakes=BrakePolicy(limits.lists_changed_percent, limits.lists_changed, limits.most_receivers),
        doubts=DoubtPolicy(
            AfterDoubt(deliveries.private_doubts),
            AfterDoubt(deliveries.public_doubts),
            AfterDoubt(deliveries.digest_doubts),
        ),
        paid_broadcasts=settings.telegram.paid_broadcasts,
    )
