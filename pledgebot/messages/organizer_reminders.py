"""What organizers are reminded of: lists to write to, what waits for them, dates that come, a bot that is stopped."""

from collections.abc import Sequence
from datetime import UTC, tzinfo

from pledgebot.domain.election import Hush
from pledgebot.domain.events import EventKind
from pledgebot.domain.organizer_calendar import Deadline
from pledgebot.domain.recalled import (
    BrakeFacts,
    DeadlineFacts,
    DoubtFacts,
    MailFacts,
    NetworkFacts,
    OutreachFacts,
    OutreachLine,
    StopFacts,
    WaitingFacts,
)
from pledgebot.messages.announcement_buttons import deciding
from pledgebot.messages.brakes import pulled
from pledgebot.messages.buttons import pressing
from pledgebot.messages.deliveries import doubts_left
from pledgebot.messages.document import (
    Block,
    Bullets,
    Buttons,
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
from pledgebot.messages.mailing import Addressee, Mail, letter_mail, ready_text, reminder_mail
from pledgebot.messages.network_notices import network_waits

_MINUTE = 60


def recall_to_organizers(
    facts: OutreachFacts | WaitingFacts | DeadlineFacts | StopFacts | BrakeFacts | DoubtFacts | NetworkFacts,
    kind: EventKind,
    tr: Translator,
) -> Message:
    """Return a reminder to organizers."""
    if isinstance(facts, OutreachFacts):
        return _outreach(facts, tr)
    if isinstance(facts, DeadlineFacts):
        return _deadline(facts, tr)
    if isinstance(facts, StopFacts):
        return _stop(facts, tr)
    if isinstance(facts, (BrakeFacts, DoubtFacts, NetworkFacts)):
        return _trouble(facts, tr)
    return _entry_waits(facts, tr) if kind is EventKind.ENTRY_WAITS else _answer_waits(facts, tr)


def _trouble(facts: BrakeFacts | DoubtFacts | NetworkFacts, tr: Translator) -> Message:
    if isinstance(facts, BrakeFacts):
        return pulled(facts, tr)
    return doubts_left(facts, tr) if isinstance(facts, DoubtFacts) else network_waits(facts, tr)


def _outreach(facts: OutreachFacts, tr: Translator) -> Message:
    """Return what is to be done on a day: whom to write to, with the text for all of them, and what else waits."""
    lists = bool(facts.never or facts.again)
    title = tr._("Lists to write to") if lists else tr._("What waits for you")
    blocks: list[Block] = [heading(tr._("{title}, {day}").format(title=title, day=tr.short_day(facts.day)))]
    if facts.again:
        blocks.append(paragraph(tr._("Written to, without an answer; a reminder is due:")))
        blocks.append(_lines(facts.again, facts.more_again, tr))
    if facts.never:
        blocks.append(paragraph(tr._("Not asked yet for this round:")))
        blocks.append(_lines(facts.never, facts.more_never, tr))
    if facts.last and facts.again:
        blocks.append(paragraph(tr._("This is the last day: nobody is reminded after it.")))
    blocks += _counted(facts, tr)
    if lists and facts.mail is not None:
        blocks += _texts(facts, facts.mail, tr)
    taking = tr._("Take {name}")
    named = (*facts.again, *facts.never)
    buttons = tuple((pressing(taking.format(name=clean(line.name)), "chase", line.id),) for line in named)
    return Message(tuple(blocks), tr.language, buttons=buttons)


def _lines(lines: Sequence[OutreachLine], more: int, tr: Translator) -> Bullets:
    told = [_line(line, tr) for line in lines]
    if more:
        rest = tr.n("and {count} more list: {command}", "and {count} more lists: {command}", more)
        told.append((Text(rest.format(count=more, command=tr._("/chase"))),))
    return Bullets(tuple(told))


def _line(line: OutreachLine, tr: Translator) -> Inlines:
    named = sentence(
        "#{number} {name} ({place})",
        number=str(line.id),
        name=Strong(clean(line.name)),
        place=clean(line.constituency),
    )
    if line.sent_on is None:
        return named
    day = tr.short_day(line.sent_on)
    if not line.reminders:
        return (*named, Text(tr._(" — letter of {day}").format(day=day)))
    told = tr.n(" — letter of {day}, {count} reminder", " — letter of {day}, {count} reminders", line.reminders)
    return (*named, Text(told.format(day=day, count=line.reminders)))


def _counted(facts: OutreachFacts, tr: Translator) -> list[Block]:
    blocks: list[Block] = []
    if facts.waiting_entries:
        told = tr.n(
            "{count} entry has waited for a second person for more than a day: {command}",
            "{count} entries have waited for a second person for more than a day: {command}",
            facts.waiting_entries,
        )
        blocks.append(paragraph(told.format(count=facts.waiting_entries, command=tr._("/pending"))))
    if facts.waiting_answers:
        told = tr.n(
            "{count} message of a list has waited for two days to be recorded: {command}",
            "{count} messages of lists have waited for two days to be recorded: {command}",
            facts.waiting_answers,
        )
        blocks.append(paragraph(told.format(count=facts.waiting_answers, command=tr._("/log"))))
    return blocks


def _texts(facts: OutreachFacts, mail: MailFacts, tr: Translator) -> list[Block]:
    """Return the texts that are needed today; where each is for one list only, with its name."""
    blocks: list[Block] = [
        paragraph(tr._("Take a list, and its name stands in the text. The text is the same for all."))
    ]
    if facts.again:
        number = facts.again[0].reminders + 1
        blocks += _text(tr._("The reminder:"), reminder_mail(mail, _addressee(facts.again), number), tr)
    if facts.never:
        blocks += _text(tr._("The letter:"), letter_mail(mail, _addressee(facts.never)), tr)
    return blocks


def _addressee(lines: Sequence[OutreachLine]) -> Addressee:
    return Addressee(lines[0].name, lines[0].head, lines[0].sent_on) if len(lines) == 1 else Addressee()


def _text(title: str, mail: Mail, tr: Translator) -> list[Block]:
    return [heading(title), *ready_text(mail, tr)]


def _entry_waits(facts: WaitingFacts, tr: Translator) -> Message:
    if facts.answer is None:
        told = tr.n(
            "{count} entry waits for a second person: {command}",
            "{count} entries wait for a second person: {command}",
            facts.count,
        ).format(count=facts.count, command=tr._("/pending"))
        return Message((heading(told), paragraph(_since(facts, tr))), tr.language)
    told = tr._("Entry {number} still waits for a second person: {name}").format(
        number=facts.answer, name=clean(facts.name)
    )
    blocks: list[Block] = [heading(told), paragraph(_since(facts, tr))]
    if facts.recorded_by:
        by = tr._("{name} recorded it, and cannot confirm it.").format(name=clean(facts.recorded_by))
        blocks.append(paragraph(by))
    commands = tr._("/confirm {number} {version}").format(number=facts.answer, version=facts.version)
    reject = tr._("/reject {number}").format(number=facts.answer)
    blocks.append(
        Bullets((
            sentence(tr._("to confirm: {command}"), command=Strong(commands)),
            sentence(tr._("to reject: {command}"), command=Strong(reject)),
        ))
    )  # fmt: skip
    buttons = deciding(facts.answer, facts.version, has_file=facts.has_file, tr=tr)
    return Message(tuple(blocks), tr.language, buttons=buttons)


def _answer_waits(facts: WaitingFacts, tr: Translator) -> Message:
    if facts.list_id is None:
        told = tr.n(
            "{count} message of a list waits to be recorded",
            "{count} messages of lists wait to be recorded",
            facts.count,
        ).format(count=facts.count)
        blocks: list[Block] = [heading(told)]
        buttons: Buttons = ()
    else:
        blocks = [heading(tr._("A message of {name} waits to be recorded").format(name=clean(facts.name)))]
        buttons = ((pressing(tr._("What was logged"), "contact", facts.list_id),),)
    blocks += [
        paragraph(_since(facts, tr)),
        paragraph(tr._("If it is an answer, record it: /log. Until then people read that an answer is being checked.")),
        paragraph(
            tr._(
                "If it asks for a right of reply, the reply has to be published within three days of its arrival "
                "(LCEN, article 1-1, III)."
            )
        ),
    ]
    return Message(tuple(blocks), tr.language, buttons=buttons)


def _since(facts: WaitingFacts, tr: Translator) -> str:
    hours = tr.n("Waiting for {count} hour.", "Waiting for {count} hours.", facts.hours).format(count=facts.hours)
    places = tr.join(map(clean, facts.constituencies))
    return f"{places}. {hours}" if places else hours


def _deadline(facts: DeadlineFacts, tr: Translator) -> Message:
    zone = facts.at.tzinfo or UTC
    title, told = _date(facts, tr, zone)
    blocks: list[Block] = [heading(title), *(paragraph(one) for one in told)]
    if facts.waiting_entries and facts.what != Deadline.LINEAGES:
        waiting = tr.n(
            "{count} entry waits for a second person: {command}",
            "{count} entries wait for a second person: {command}",
            facts.waiting_entries,
        )
        blocks.append(paragraph(waiting.format(count=facts.waiting_entries, command=tr._("/pending"))))
    return Message(tuple(blocks), tr.language)


def _date(facts: DeadlineFacts, tr: Translator, zone: tzinfo) -> tuple[str, list[str]]:
    """Return the title and the sentences of a date; of one that an older program stored, that it comes."""
    moment = tr.moment(facts.at, zone)
    number = facts.round_number
    if facts.what == Deadline.LAST_CALL_TOMORROW:
        title = tr._("The last call to the lists comes tomorrow")
        told = tr._("{moment}, round {number}. Lists that nobody has asked yet are asked today: {command}")
        return title, [told.format(moment=moment, number=number, command=tr._("/chase"))]
    if facts.what == Deadline.NO_REFUSALS:
        title = tr._("No new refusal is confirmed from {moment} on").format(moment=moment)
        why = tr._(
            "Whoever it concerns could not answer any more before the vote. What waits until then goes on waiting, and can be "
            "confirmed once the polls have closed. Commitments and corrections are confirmed as ever."
        )
        return title, [why]
    if facts.what == Deadline.SILENCE_BEGINS:
        title = tr._("The electoral silence begins on {moment}").format(moment=moment)
        told = tr._("What is confirmed until then goes out at once, what comes later only after the polls have closed.")
        return title, [told, *_deliveries(facts, tr)]
    if facts.what == Deadline.SILENCE_OVER:
        title = tr._("The electoral silence is over")
        return title, [tr._("It ended on {moment}.").format(moment=moment), *_deliveries(facts, tr)]
    if facts.what == Deadline.LINEAGES:
        return tr._("Who stands in round {number}?").format(number=number), _open_lineages(facts, tr)
    return moment, []


def _open_lineages(facts: DeadlineFacts, tr: Translator) -> list[str]:
    if not facts.waiting_entries:
        told = tr._("The lists were deposited today. None is recorded here yet: {command}")
        return [told.format(command="pledgebot lists import")]
    told = tr.n(
        "{count} lineage waits to be confirmed: {command}",
        "{count} lineages wait to be confirmed: {command}",
        facts.waiting_entries,
    ).format(count=facts.waiting_entries, command="pledgebot lists lineage")
    return [told, tr._("Until then nobody is told what their first-round list became.")]


def _deliveries(facts: DeadlineFacts, tr: Translator) -> list[str]:
    if not facts.waiting_deliveries:
        return [tr._("Nothing waits to go out.")]
    told = tr.n(
        "{count} announcement waits to go out.", "{count} announcements wait to go out.", facts.waiting_deliveries
    )
    return [told.format(count=facts.waiting_deliveries)]


def _stop(facts: StopFacts, tr: Translator) -> Message:
    since = tr.moment(facts.since, facts.since.tzinfo or UTC)
    blocks: list[Block] = [
        heading(tr._("Nothing goes out to the public")),
        *(paragraph(told) for told in _reason(facts, tr)),
        paragraph(
            tr._("Since {moment}. What waits is kept, and goes out when this is put right.").format(moment=since)
        ),
    ]
    return Message(tuple(blocks), tr.language)


def _reason(facts: StopFacts, tr: Translator) -> list[str]:
    if facts.what == Hush.CLOCK_OFF:
        told = [tr._("The clock of the machine is wrong, so nobody can say when the electoral silence begins.")]
        if facts.seconds is not None:
            minutes = max(1, round(abs(facts.seconds) / _MINUTE))
            ahead = tr.n("It is {count} minute ahead.", "It is {count} minutes ahead.", minutes)
            behind = tr.n("It is {count} minute behind.", "It is {count} minutes behind.", minutes)
            told.append((ahead if facts.seconds > 0 else behind).format(count=minutes))
        return [*told, tr._("Whoever runs the bot sets the clock; `pledgebot doctor` tells how far it is off.")]
    if facts.what == Hush.NO_CALENDAR:
        return [
            tr._("No polling day is known, or the calendar cannot be read, so nobody can say when the silence begins."),
            tr._(
                "Whoever runs the bot puts the rounds into the configuration; `pledgebot doctor` tells what is missing."
            ),
        ]
    return [tr._("The electoral silence holds.")]
