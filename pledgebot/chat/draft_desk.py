"""Where an organizer's draft is worked on: one transaction, one person, one chat, one moment, and the screen that comes of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from pledgebot.chat.asker import Asker
from pledgebot.domain.draft import Draft, Questions, Step
from pledgebot.domain.errors import Objection, Refused
from pledgebot.messages import drafts as screens
from pledgebot.messages.document import Message
from pledgebot.messages.frame import frame
from pledgebot.messages.i18n import Translator, translator
from pledgebot.messages.objections import objection
from pledgebot.services import queries
from pledgebot.services.draft_answers import preview_draft
from pledgebot.services.draft_views import draft_view, questions_of
from pledgebot.services.drafts import StoredDraft, load_draft, save_draft
from pledgebot.services.lookup import Directories
from pledgebot.services.people import Actor, Role, require_role
from pledgebot.services.views import RoundView
from pledgebot.store.engine import Session


@dataclass(frozen=True)
class Turn:
    """A draft after something was done to it, and a sentence about that, if one is needed."""

    draft: Draft
    note: str = ""


@dataclass(frozen=True)
class Desk:
    """What every act on a draft is handed."""

    session: Session
    by: Actor
    chat: str
    tr: Translator
    now: datetime
    round: RoundView
    questions: Questions
    directories: Directories

    @classmethod
    def of(
        cls, session: Session, by: Actor, asker: Asker, chat: str, now: datetime, directories: Directories | None
    ) -> Self:
        """Return the desk of a person who may record now; refuses anybody else."""
        require_role(session, by, Role.RECORDER)
        return cls(
            session=session,
            by=by,
            chat=chat,
            tr=translator(asker.language),
            now=now,
            round=queries.current_round(session, now),
            questions=questions_of(queries.demands(session)),
            directories=directories or Directories(),
        )

    @property
    def today(self) -> date:
        """Return the day that it is where the election is."""
        return self.now.astimezone(self.round.zone).date()

    def load(self) -> StoredDraft | None:
        """Return what is kept for the person in this chat."""
        return load_draft(self.session, self.by.organizer, self.chat)

    def keep(self, turn: Turn, stored: StoredDraft | None) -> Message:
        """Keep a draft in place of what was there, and return its screen; refuses when that has changed meanwhile."""
        revision = stored.revision if stored is not None else None
        if stored is None or turn.draft != stored.draft:
            revision = save_draft(self.session, self.by.organizer, self.chat, turn.draft, revision, self.now)
        return self.show(turn.draft, revision or 0, turn.note)

    def show(self, draft: Draft, revision: int, note: str = "") -> Message:
        """Return the screen of a draft; the preview says exactly what would be posted, or why it cannot be submitted."""
        message = self._preview(draft, revision, note) if draft.step is Step.PREVIEW else None
        if message is None:
            view = draft_view(self.session, draft, revision, self.now, self.directories)
            message = screens.screen(view, self.tr, note)
        return frame(message, self.tr, queries.is_fictional(self.session))

    def _preview(self, draft: Draft, revision: int, note: str) -> Message:
        view = draft_view(self.session, draft, revision, self.now, self.directories)
        try:
            entry = preview_draft(self.session, draft, self.questions, self.by, self.now)
        except Refused as refused:
            if refused.objection is Objection.CONTRADICTION_UNDECIDED:
                return screens.undecided(view, refused.facts, self.tr, note)
            return screens.not_yet(view, self.refusal(refused), self.tr, note)
        return screens.preview(view, entry, self.tr, note)

    def refusal(self, refused: Refused) -> str:
        """Return a refusal in words."""
        # The limit of a text is in characters, and a refusal says every limit in megabytes.
        told = {key: value for key, value in refused.facts.items() if key != "limit" or _is_of_a_file(refused)}
        return objection(self.tr, refused.objection, told)


def _is_of_a_file(refused: Refused) -> bool:
    return refused.objection is Objection.FILE_TOO_LARGE
