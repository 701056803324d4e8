"""How one position is told: the word, who said it when and where, the proof; and the silences, each by its own words."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo

from pledgebot.domain.answer import Origin, SourceKind, SpeakerRole, Standing
from pledgebot.domain.events import ProofFacts, Titles
from pledgebot.domain.progress import Progress, Stage
from pledgebot.messages import labels
from pledgebot.messages.document import Inlines, Link, Strong, Text, clean, clean_words, joined, sentence
from pledgebot.messages.i18n import Translator
from pledgebot.services.views import CellView, HistoryEntry, StanceView

_SHORT_QUOTE = 100
_DASH = " — "


@dataclass(frozen=True)
class Telling:
    """How positions are told: in which language, in which zone days begin, with whole quotations or briefly."""

    tr: Translator
    zone: tzinfo = UTC
    brief: bool = False

    def day(self, moment: datetime) -> str:
        """Return the day of an aware moment."""
        return self.tr.short_day(moment.astimezone(self.zone).date())


def demand_title(title: Titles, part_title: Titles | None, tr: Translator) -> str:
    """Return the title of a demand, with its part after it where only that is meant."""
    whole = tr.pick(title)
    return f"{whole} – {tr.pick(part_title)}" if part_title else whole


def said(
    said_on: date, speaker: str | None, role: SpeakerRole, source: SourceKind, tr: Translator, *, banner: bool = False
) -> str:
    """Return when something was said, by whom in what role, and in what kind of source; `banner` is as in `who`."""
    return tr._("said on {date}, by {who}, {source}").format(
        date=tr.short_day(said_on), who=who(speaker, role, tr, banner=banner), source=labels.source_phrase(source, tr)
    )


def who(speaker: str | None, role: SpeakerRole, tr: Translator, *, banner: bool = False) -> str:
    """Return a speaker with the role, or the role alone; `banner` says that no list spoke but a banner of several."""
    if not speaker or not clean(speaker):
        itself = banner and role is SpeakerRole.LIST
        return tr._("the banner") if itself else labels.unnamed_speaker(role, tr)
    return f"{clean(speaker)} ({labels.speaker_role(role, tr)})"


def proof_of(proof: ProofFacts | None, telling: Telling) -> Inlines:
    """Return the proof: the quoted words, the link, the digest of a file; told briefly, the words only without a link."""
    tr = telling.tr
    if proof is None or not (proof.quote or proof.url or proof.file_sha256):
        return (Text(tr._("proof removed")),)
    pieces: list[Inlines] = []
    if proof.quote and not (telling.brief and proof.url):
        pieces.append((Text(quoted(proof.quote, tr, _SHORT_QUOTE if telling.brief else None)),))
    if proof.url:
        pieces.append((Link(tr._("see the source"), proof.url),))
    if proof.file_sha256:
        pieces.append((Text(kept_file(proof.file_sha256, tr)),))
    return sentence(tr._("proof: {proof}"), proof=joined(pieces, ", "))


def blanked(removal: HistoryEntry | None, telling: Telling) -> str:
    """Return that the content of an entry was removed, when and why; `removal` is the entry that says so, where it is known."""
    tr = telling.tr
    if removal is None:
        return tr._("content removed on legal demand")
    return tr._("content removed on legal demand on {date}: {reason}").format(
        date=telling.day(removal.confirmed_at), reason=clean(removal.reason or "") or tr._("no reason was given")
    )


def kept_file(sha256: str, tr: Translator) -> str:
    """Return how a file is named that the collective keeps: by the beginning of its digest."""
    return tr._("file kept by the collective (SHA-256 begins {digest}…)").format(digest=sha256[:8])


def quoted(words: str, tr: Translator, longest: int | None = None) -> str:
    """Return somebody's words on one line between quotation marks; what is left out is marked."""
    line = " ".join(clean_words(words).split())
    if longest is not None and len(line) > longest:
        line = line[:longest].rsplit(" ", 1)[0] + " […]"
    return tr.p("quotation", "“{words}”").format(words=line)


def statement(view: StanceView, telling: Telling) -> Inlines:
    """Return one statement: the position (or that the word was taken back), who said it when and where, the proof."""
    tr = telling.tr
    spoken = said(view.said_on, view.speaker, view.role, view.source, tr)
    if view.position is None:
        word = tr._("took its word back on {date}").format(date=tr.short_day(view.said_on))
        spoken = f"{who(view.speaker, view.role, tr)}, {labels.source_phrase(view.source, tr)}"
    else:
        word = labels.position(view.position, tr)
    correction = tr._("(being corrected)")
    note = f" {correction}" if view.being_corrected else ""
    return joined([(Strong(word), Text(note)), (Text(spoken),), proof_of(view.proof, telling)], _DASH)


def standing_of(
    standing: Standing[StanceView], progress: Progress | None, telling: Telling, banner: str | None = None
) -> Inlines:
    """Return a list's position on a demand, or whose delay it is that there is none.

    `banner` is the name of the list's banner. Without a `progress` nothing is said of the conversation.
    """
    shown = standing.counts or standing.withdrawn
    if shown is None and standing.parents:
        return _inherited(standing, telling)
    if shown is None and not standing.beside:
        return (Text(silence_of(progress, telling)),)
    statements = [statement(view, telling) for view in (shown, *standing.beside) if view is not None]
    told = statements[0] if len(statements) == 1 else _contradictory(statements, telling.tr)
    return joined([told, (Text(_origin_note(standing.origin, banner, telling.tr)),)], _DASH)


def _contradictory(statements: list[Inlines], tr: Translator) -> Inlines:
    first, *others = statements
    return sentence(
        tr._("{contradictory}: {first} / and also: {others}"),
        contradictory=Strong(tr._("contradictory")),
        first=first,
        others=joined(others, " / "),
    )


def _origin_note(origin: Origin, banner: str | None, tr: Translator) -> str:
    if origin is Origin.BANNER and banner:
        return tr._("position of its banner {name}").format(name=clean(banner))
    return "" if origin is Origin.OWN else labels.origin(origin, tr)


def _inherited(standing: Standing[StanceView], telling: Telling) -> Inlines:
    """Return what each list said from which this one descends, also those of which nothing is known."""
    brief = replace(telling, brief=True)
    parents = [
        sentence(telling.tr._("{name}: {standing}"), name=clean(name), standing=standing_of(parent, None, brief))
        for name, parent in standing.parents
    ]
    return sentence(
        telling.tr._("{inherited}: {parents}"),
        inherited=Strong(labels.origin(Origin.INHERITED, telling.tr)),
        parents=joined(parents, telling.tr.p("between lists", "; ")),
    )


def silence_of(progress: Progress | None, telling: Telling) -> str:
    """Return why there is no position. "No answer" is said only of a list that was provably asked, with the date."""
    tr = telling.tr
    if progress is None:
        return labels.origin(Origin.NOWHERE, tr)
    if progress.stage is Stage.NOT_CONTACTED:
        return tr._("not yet asked")
    if progress.stage is Stage.ANSWERED:
        return tr._("answered, without a position on this demand")
    if progress.since is None:
        undated = progress.stage in {Stage.RECEIVED, Stage.DECLINED}
        return labels.stage(progress.stage, tr) if undated else labels.origin(Origin.NOWHERE, tr)
    return {
        Stage.RECEIVED: tr._("an answer came; being checked since {date}"),
        Stage.CONTACTED: tr._("no answer yet, asked on {date}"),
        Stage.REMINDED: tr._("no answer yet, last asked on {date}"),
        Stage.DECLINED: tr._("declined to answer on {date}"),
    }[progress.stage].format(date=telling.day(progress.since))


def told_standings(
    cell: CellView, progress: Progress | None, telling: Telling, banner: str | None = None
) -> list[tuple[str | None, Inlines]]:
    """Return what is known on a demand: (None, the whole) and (part title, that part).

    The whole is left out where nothing is known of it but of a part.
    """
    tr = telling.tr
    told: list[tuple[str | None, Inlines]] = []
    if cell.standing.known or cell.standing.beside or not cell.parts:
        told.append((None, standing_of(cell.standing, progress, telling, banner)))
    told.extend((tr.pick(title), standing_of(part, progress, telling, banner)) for title, part in cell.parts)
    return told


def cell_items(
    cell: CellView, progress: Progress | None, telling: Telling, banner: str | None = None
) -> tuple[Inlines, ...]:
    """Return a list's position on a demand as bullets: the demand's title, then what is known."""
    title = telling.tr.pick(cell.demand.title)
    return tuple(
        sentence("{title} — {standing}", title=f"{title} – {part}" if part else title, standing=standing)
        for part, standing in told_standings(cell, progress, telling, banner)
    )
