"""How a refusal is said: one clear sentence for every objection, with what to do, then the names and numbers it is about."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum

from pledgebot.domain.errors import Objection
from pledgebot.messages import labels
from pledgebot.messages.document import clean, echoed
from pledgebot.messages.i18n import Translator

_LONGEST = 200


def objection(tr: Translator, objection: Objection, facts: Mapping[str, object]) -> str:
    """Return why something was not done and what to do now. Facts are said where they are given; unknown ones are not."""
    told = [_sentences(tr)[objection]]
    for key, template in _details(tr).items():
        value = _value(facts.get(key), tr)
        if value and key != "link":
            # Most of it was typed by somebody: it is repeated as words only.
            value = echoed(value, _LONGEST)
        if value:
            told.append(template.format(value=value))
    return " ".join(told)


def _value(value: object, tr: Translator) -> str:
    """Return a fact as words; empty for one that was not given."""
    if isinstance(value, StrEnum) and type(value) in labels.LABELS:
        return labels.label(value, tr)
    if isinstance(value, datetime):
        return tr.moment(value, value.tzinfo or UTC)
    if isinstance(value, date):
        return tr.short_day(value)
    if isinstance(value, Mapping):
        return tr.pick({str(key): str(text) for key, text in value.items()})
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return tr.join([words for words in (_value(one, tr) for one in value) if words])
    words = "" if value is None else clean(str(value))
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"


def _details(tr: Translator) -> dict[str, str]:
    """Return how each fact is said, in the order in which they are said."""
    return {
        "name": tr._("Name: {value}."),
        "other": tr._("The other: {value}."),
        "panel": tr._("Panel: {value}."),
        "demand": tr._("Demand: {value}."),
        "position": tr._("On record: {value}."),
        "day": tr._("Date: {value}."),
        "until": tr._("Until: {value}."),
        "answer": tr._("Entry: {value}."),
        "version": tr._("Version now: {value}."),
        "role": tr._("Role: {value}."),
        "limit": tr._("Limit: {value} MB."),
        "link": tr._("Link: {value}"),
        "reason": tr._("Reason: {value}."),
        "known": tr._("Known are: {value}."),
        "options": tr._("Possible are: {value}."),
    }


def _sentences(tr: Translator) -> dict[Objection, str]:
    return {
        **_unknown(tr),
        **_about_lists(tr),
        **_about_people(tr),
        **_about_answers(tr),
        **_about_proof(tr),
        **_about_subscriptions(tr),
        **_about_brakes(tr),
        **_about_paying(tr),
    }


def _about_paying(tr: Translator) -> dict[Objection, str]:
    return {
        Objection.PAYING_OFF: tr._(
            "Paying for faster sending is switched off: whoever runs the bot can allow it in the configuration."
        ),
        Objection.NOTHING_TO_PAY: tr._("There is no large broadcast left here that could go faster."),
        Objection.ALREADY_PAID: tr._("This broadcast is paid for already: nothing is paid twice."),
        Objection.COSTS_MORE: tr._("By now it would be more messages: look at the cost again."),
    }


def _about_brakes(tr: Translator) -> dict[Objection, str]:
    return {
        Objection.UNKNOWN_BRAKE: tr._("Nothing that is stopped has this number: /resume shows what is."),
        Objection.UNKNOWN_EVENT: tr._("No message has this number."),
        Objection.UNKNOWN_MEDIUM: tr._("No medium is called so."),
        Objection.ALREADY_PAUSED: tr._("That is paused already: /resume lets it go on."),
        Objection.NOTHING_TO_CANCEL: tr._("This stops more than one message: what is wrong is taken back one by one."),
    }


def _unknown(tr: Translator) -> dict[Objection, str]:
    return {
        Objection.UNKNOWN_LIST: tr._("No list is known by this name: check the spelling, or add the list first."),
        Objection.UNKNOWN_BANNER: tr._("No banner is known by this name: check the spelling, or add the banner first."),
        Objection.UNKNOWN_DEMAND: tr._("The letter has no demand of this name: /letter shows them all."),
        Objection.UNKNOWN_PART: tr._(
            "This demand has no part of this name: give one of its parts, or the whole demand."
        ),
        Objection.UNKNOWN_CONSTITUENCY: tr._("This constituency is not known: give its code, a postcode or its name."),
        Objection.UNKNOWN_ROUND: tr._("This round is not known: give its key, such as 2026-t1."),
        Objection.UNKNOWN_ORGANIZER: tr._("Nobody of this name is an organizer: an administrator can add them."),
        Objection.UNKNOWN_ANSWER: tr._("There is no such entry."),
        Objection.AMBIGUOUS_LIST: tr._("Several lists could be meant: give the full name, or the place as well."),
    }


def _about_lists(tr: Translator) -> dict[Objection, str]:
    return {
        Objection.NAME_TAKEN: tr._("This name is taken already: give another one."),
        Objection.PANEL_TAKEN: tr._(
            "Another list has this panel number already: check both against the official file."
        ),
        Objection.ALIAS_TAKEN: tr._("Another list or banner is called so already: choose another alias."),
        Objection.EMPTY_NAME: tr._("The name is empty: write it in full."),
        Objection.NOT_STANDING: tr._("This list no longer stands: it was withdrawn or has merged."),
        Objection.SAME_LIST: tr._("A list cannot descend from itself: give two different lists."),
        Objection.OTHER_CONSTITUENCY: tr._("These lists stand in different places: one cannot come from the other."),
        Objection.OTHER_ROUND: tr._(
            "These lists are not of the rounds that this needs: the first comes before the second."
        ),
        Objection.WOULD_CIRCLE: tr._("A list would descend from itself that way: check which came first."),
        Objection.NOTHING_TO_CHANGE: tr._("Nothing would change: give at least one new value."),
        Objection.IN_SILENCE: tr._(
            "This would change what the public sees of a list, and in the electoral silence nothing of it changes. "
            "Do it afterwards."
        ),
        Objection.DEMAND_RETIRED: tr._("This demand has been retired: nothing new is recorded on it."),
    }


def _about_people(tr: Translator) -> dict[Objection, str]:
    return {
        Objection.ROLE_MISSING: tr._("Your role does not allow this: ask an administrator."),
        Objection.NO_LONGER_ORGANIZER: tr._(
            "This person is no longer an organizer: an administrator can invite them again."
        ),
        Objection.LAST_ADMIN: tr._("This is the last administrator: name another one first."),
        Objection.SAME_PERSON: tr._("You recorded this entry yourself: another person has to confirm it."),
        Objection.INVITATION_INVALID: tr._("This invitation does not work: ask an administrator for a new one."),
        Objection.ALREADY_JOINED: tr._("This account belongs to another organizer already: join from your own."),
        Objection.ALREADY_CHASED: tr._("Somebody else has taken this list: leave it to them, or ask them for it."),
        Objection.OPTED_OUT: tr._(
            "This list asked not to be written to any more: leave it in peace. It can still answer."
        ),
    }


def _about_answers(tr: Translator) -> dict[Objection, str]:
    return {
        Objection.CHANGED_MEANWHILE: tr._(
            "The entry has changed since it was shown to you: read it again, then decide."
        ),
        Objection.ALREADY_DECIDED: tr._("This entry has been decided already: nothing was changed."),
        Objection.NOT_CONFIRMED: tr._("This works on a confirmed answer only: this entry is not one."),
        Objection.ALREADY_ANNOUNCED: tr._(
            "The announcement is going out already: it cannot be undone, correct the entry instead."
        ),
        Objection.ALREADY_UNDONE: tr._("This entry has been undone already: record the answer anew."),
        Objection.NO_POSITION: tr._(
            "A position is missing: say committed, partial, refused or unclear on each demand."
        ),
        Objection.DEMAND_NOT_IN_ANSWER: tr._("That entry says nothing on this demand: name one that it speaks of."),
        Objection.TWICE_THE_SAME_DEMAND: tr._("The same demand stands there twice: keep one position on it."),
        Objection.WHOLE_AND_PART: tr._(
            "A demand and a part of it cannot stand in one entry: keep the whole or the parts."
        ),
        Objection.TOO_LATE_TO_ANSWER: tr._(
            "So shortly before the vote, a refusal or a step back waits: the list could not answer it any more."
        ),
        Objection.REASON_MISSING: tr._("The reason is missing: say why in one sentence, it is kept with the entry."),
        Objection.SPEAKER_MISSING: tr._(
            "The speaker is missing: say who spoke for the list, or that the list itself did."
        ),
        Objection.SAID_IN_FUTURE: tr._("The date lies in the future: give the day on which it was said."),
        Objection.CONTRADICTION_UNDECIDED: tr._(
            "This contradicts what is on record: say whether it replaces it or stands beside it, as contradictory."
        ),
        Objection.SAME_ANSWER_PENDING: tr._("The same answer waits for a second person already: /pending shows it."),
        Objection.ALREADY_REMOVED: tr._("The content of this entry has been removed already."),
        Objection.UNKNOWN_LINEAGE: tr._("There is no such lineage: `lists lineage` shows their numbers."),
        Objection.OTHER_LINEAGE: tr._("This list has another lineage, confirmed already: undo that one first."),
        Objection.CANNOT_TAKE_BACK: tr._(
            "A word cannot be taken back by reported speech, nor on a day before it was given."
        ),
        Objection.TEXT_TOO_LONG: tr._("This text is too long: shorten it."),
        Objection.DRAFT_CHANGED: tr._("The draft has changed in this moment: look at its present screen, then go on."),
        Objection.NO_DRAFT: tr._("No complete draft is open here: /log begins one."),
        Objection.BOTH_ANSWERED: tr._(
            "Both lists have answers on record, and an entry does not change its subject: withdraw the one that was "
            "recorded for the wrong list first."
        ),
        Objection.NOT_PROVISIONAL: tr._(
            "This list has a panel number already: only a provisional list can be matched."
        ),
        Objection.NOT_OFFICIAL: tr._("This list has no panel number: a match needs one of the official file."),
    }


def _about_proof(tr: Translator) -> dict[Objection, str]:
    return {
        Objection.EVIDENCE_MISSING: tr._("The proof is missing: give a link with its words, a quotation, or a file."),
        Objection.LINK_WITHOUT_WORDS: tr._(
            "A link alone is no proof, since pages change: add the words that stand there, or a capture."
        ),
        Objection.LINK_NOT_WEB: tr._("This is not a web address: a link begins with https:// or http://."),
        Objection.FILE_TOO_LARGE: tr._("The file is too large: send a smaller one, or the pages that matter."),
        Objection.FILE_EMPTY: tr._("The file is empty: send it again."),
    }


def _about_subscriptions(tr: Translator) -> dict[Objection, str]:
    return {
        Objection.NOTHING_TO_FOLLOW: tr._("There is nothing like this to follow: /subscribe shows what there is."),
        Objection.UNKNOWN_DESTINATION: tr._("Nothing is followed here: /subscribe begins."),
        Objection.ALREADY_CONFIGURED: tr._(
            "This place is set up by those who run this bot: what it gets is decided in their configuration."
        ),
        Objection.BOT_NOT_ADMINISTRATOR: tr._(
            "This bot does not see that channel or group, or may not write there: add it, in a channel as an administrator "
            "who may post, then write again."
        ),
        Objection.NOT_ADMINISTRATOR: tr._("Only an administrator of that place can decide this."),
        Objection.HOURS_UNREADABLE: tr._(
            "These hours cannot be read: write for example /digest daily 18h, /digest weekly monday, /digest at once, "
            "/quiet 22h-7h or /quiet none."
        ),
        Objection.ZONE_UNKNOWN: tr._(
            "This time zone is not known: /timezone offers those of France, and any other goes by its international name, for "
            "example /timezone America/Montreal."
        ),
        Objection.LANGUAGE_UNKNOWN: tr._("This language is not spoken here: choose one with /language."),
    }
