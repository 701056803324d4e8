"""Four eyes see the proof itself: a kept file is shown to organizers on Telegram, and to nobody else."""

from factories.services import NOW, an_answer, installed
from pledgebot.chat.telegram.acts import Show, acts_from_json, acts_to_json
from pledgebot.chat.telegram.responder import Live, Manners, Responder
from pledgebot.chat.telegram.turns import Person, Turn, What
from pledgebot.clock import MovedClock
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Spot
from pledgebot.messages.announcement_buttons import decision_buttons
from pledgebot.messages.i18n import translator
from pledgebot.services.answers import Proof, record_answer
from pledgebot.services.inbox import ReceivedUpdate, keep_updates, waiting
from pledgebot.services.people import accept_invitation, invite_again
from pledgebot.services.queries import entry
from pledgebot.store.engine import Database

PICTURE = b"\x89PNG of a fictional letter"


def test_a_kept_file_is_shown_to_an_organizer_and_to_nobody_else(database: Database) -> None:
    there = installed(database)
    with database.begin() as session:
        proof = Proof(quote="Nous le ferons.", file=PICTURE, media_type="image/png")
        number = record_answer(
            session, an_answer(there.a, {"cameras": Position.COMMITTED}, proofs=(proof,)), there.alix, NOW
        )
        facts = entry(session, number).facts
        accept_invitation(session, invite_again(session, "Noé", there.alix, NOW), "telegram", "77", NOW)
        keep_updates(session, "telegram", [ReceivedUpdate("1", "77", "{}")], NOW)
        item = waiting(session, "telegram", 1)[0].id
    [(see,), _decisions] = decision_buttons(facts, translator("en"))
    assert see.press == f"file-{number}"
    responder = Responder(database, MovedClock(NOW), Manners(("fr", "en"), "contact@exemple.invalid"))

    def pressed(person: int) -> Turn:
        return Turn(1, What.PRESS, Person(person), Spot("telegram", str(person)), see.press, message=5, query="q")

    [shown] = responder.respond(item, pressed(77), Live()).acts
    assert isinstance(shown, Show)
    assert acts_from_json(acts_to_json((shown,))) == (shown,)
    assert responder.file(shown.file) == (PICTURE, "image/png")
    stranger = responder.respond(item, pressed(78), Live())
    assert stranger.acts == ()
    assert stranger.notice
