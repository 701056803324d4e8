"""The report on outreach in words: contacts list by list, counts, and every difference in plain words."""

from collections.abc import Iterable
from datetime import tzinfo
from zoneinfo import ZoneInfo

from pledgebot.domain.progress import ContactKind, Stage
from pledgebot.domain.treatment import Difference, Unequal
from pledgebot.messages import labels
from pledgebot.messages.document import (
    Block,
    Bullets,
    Inlines,
    Message,
    Strong,
    Text,
    clean,
    heading,
    paragraph,
    sentence,
)
from pledgebot.messages.i18n import Translator
from pledgebot.services.outreach import ContactLine
from pledgebot.services.treatment import ListTreatment, TreatmentReport

MOST_UNASKED = 200
"""So many lists that nobody has contacted are named; of the others only the number is said."""


def treatment_report(report: TreatmentReport, tr: Translator) -> Message:
    """Return how every list was treated, and in what a list was treated otherwise than the others."""
    zone = ZoneInfo(report.zone)
    begun = [row for row in report.lists if row.contacts]
    unasked = [row for row in report.lists if not row.contacts]
    blocks: list[Block] = [
        heading(tr._("Contacts with the lists of round {number}").format(number=report.round_number))
    ]
    if not report.lists:
        blocks.append(paragraph(tr._("No list is known yet.")))
    if begun:
        blocks.append(Bullets(tuple(_list(row, tr, zone) for row in begun)))
    blocks += _unasked(unasked, tr)
    blocks += _counts(report, tr)
    return Message((*blocks, *_differences(report, tr)), tr.language)


def _list(row: ListTreatment, tr: Translator, zone: tzinfo) -> Inlines:
    contacts = "; ".join(_contact(line, tr, zone) for line in row.contacts)
    return (*_named(row), Text(f" — {_stage(row, tr)} — {contacts}"))


def _named(row: ListTreatment) -> Inlines:
    return sentence(
        "#{number} {name} ({place})", number=str(row.id), name=Strong(clean(row.name)), place=clean(row.constituency)
    )


def _stage(row: ListTreatment, tr: Translator) -> str:
    word = labels.stage(row.stage, tr)
    if row.opted_out:
        word = tr.join((word, labels.contact_kind(ContactKind.OPTED_OUT, tr)))
    return word


def _contact(line: ContactLine, tr: Translator, zone: tzinfo) -> str:
    local = line.at.astimezone(zone)
    told = tr._("{day} {hour}: {what}, {medium}").format(
        day=tr.short_day(local.date()),
        hour=f"{local:%H:%M}",
        what=labels.contact_kind(line.kind, tr),
        medium=labels.medium(line.medium, tr),
    )
    return f"{told} ({clean(line.template)})" if line.template else told


def _unasked(rows: list[ListTreatment], tr: Translator) -> list[Block]:
    """Return the lists with which there was no contact in this round, with how far the conversation is all the same."""
    if not rows:
        return []
    lines: list[Inlines] = [
        _named(row) if row.stage is Stage.NOT_CONTACTED else (*_named(row), Text(f" — {_stage(row, tr)}"))
        for row in rows[:MOST_UNASKED]
    ]
    if len(rows) > MOST_UNASKED:
        more = len(rows) - MOST_UNASKED
        lines.append((Text(tr.n("and {count} more list", "and {count} more lists", more).format(count=more)),))
    return [paragraph(tr._("Without any contact:")), Bullets(tuple(lines))]


def _counts(report: TreatmentReport, tr: Translator) -> list[Block]:
    counted = (
        (tr._("Letters and reminders by way: {counts}."), _by_medium(report, tr)),
        (tr._("By hour of the day: {counts}."), (f"{hour:02}:00 {count}" for hour, count in report.by_hour.items())),
        (tr._("By text: {counts}."), _by_template(report, tr)),
    )
    said = [(template, list(counts)) for template, counts in counted]
    return [paragraph(template.format(counts=tr.join(counts))) for template, counts in said if counts]


def _by_medium(report: TreatmentReport, tr: Translator) -> Iterable[str]:
    return (f"{labels.medium(medium, tr)} {count}" for medium, count in report.by_medium.items())


def _by_template(report: TreatmentReport, tr: Translator) -> Iterable[str]:
    return (f"{clean(name) or tr._('not named')} {count}" for name, count in report.by_template.items())


def _differences(report: TreatmentReport, tr: Translator) -> list[Block]:
    if not any(row.contacts for row in report.lists):
        return []
    if not report.unequal:
        return [paragraph(tr._("As far as was logged, every list was treated alike."))]
    rows = {row.id: row for row in report.lists}
    lines = [
        (*_named(rows[one.list_id]), Text(" — "), Text(difference(one, tr)))
        for one in report.unequal
        if one.list_id in rows
    ]
    return [paragraph(tr._("Treated otherwise than the others:")), Bullets(tuple(lines))]


def difference(one: Unequal, tr: Translator) -> str:
    """Return in what a list was treated otherwise, in plain words."""
    day = tr.short_day(one.day) if one.day is not None else ""
    if one.what is Difference.ASKED_LATE:
        days = one.own if isinstance(one.own, int) else 0
        told = tr.n(
            "was sent the letter {count} day after the first list of its place, which was sent it on {day}",
            "was sent the letter {count} days after the first list of its place, which was sent it on {day}",
            days,
        )
        return told.format(count=days, day=day)
    return _templates(tr)[one.what].format(own=one.own, others=one.others, day=day, text=_text(one, tr))


def _templates(tr: Translator) -> dict[Difference, str]:
    return {
        Difference.NEVER_ASKED: tr._("was never sent the letter; the first list of its place was sent it on {day}"),
        Difference.FEWER_REMINDERS: tr._(
            "fewer reminders than others that were asked on {day}: {own} instead of {others}"
        ),
        Difference.MORE_REMINDERS: tr._(
            "more reminders than others that were asked on {day}: {own} instead of {others}"
        ),
        Difference.OTHER_TEXT: tr._("another text for {text}: “{own}”, most others got “{others}”"),
        Difference.AT_NIGHT: tr._("was written to or called at night: on {day} at {own}"),
        Difference.AFTER_NO: tr._("was written to on {day}, after it had declined or asked to be left alone"),
    }


def _text(one: Unequal, tr: Translator) -> str:
    return tr._("reminder {number}").format(number=one.rung) if one.rung else tr._("the letter")
