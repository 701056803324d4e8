"""Where the bot may write: it was let in somewhere, or shut out, and says how one asks it there or runs a channel with it."""

from datetime import datetime

from pledgebot.chat import answers
from pledgebot.chat.asker import Asker
from pledgebot.chat.telegram.acts import Outcome, Say
from pledgebot.chat.telegram.live import Manners
from pledgebot.chat.telegram.turns import Membership
from pledgebot.domain.audience import PlaceKind
from pledgebot.messages import about, subscriptions
from pledgebot.messages.frame import frame
from pledgebot.messages.i18n import translator
from pledgebot.services import queries
from pledgebot.services.hushed import hushed
from pledgebot.services.letters import read_letter
from pledgebot.services.lookup import Directories
from pledgebot.services.subscriber_places import end_place, revive_place
from pledgebot.services.subscriber_views import is_organizers_place
from pledgebot.store.engine import Database


def greeted(
    database: Database, membership: Membership, manners: Manners, directories: Directories, now: datetime
) -> Outcome:
    """Note what became of the bot in a place, and return what it says there, or to whoever let it into a channel."""
    spot = membership.spot
    with database.begin() as session:
        if not membership.is_there:
            end_place(session, spot.channel, spot.address, now)
            return Outcome()
        revive_place(session, spot.channel, spot.address, now)
        ours = is_organizers_place(session, spot)
        fictional = queries.is_fictional(session)
        # In an electoral silence the bot says who it is, and nothing of what it asks of whom.
        letter = read_letter(session) if not hushed(session, now, directories).notice else None
    tr = translator(manners.languages[0])
    if spot.place is PlaceKind.GROUP and not membership.was_there:
        title = letter.title if letter is not None else None
        welcome = subscriptions.welcome_organizers(tr) if ours else about.welcome(tr, title, group=True)
        return Outcome((Say(spot.address, "", frame(welcome, tr, fictional=fictional)),))
    if spot.place is PlaceKind.CHANNEL and membership.writes and membership.by.id:
        asker = Asker(
            manners.languages[0],
            spot=spot,
            administrator=True,
            contact=manners.contact,
            elsewhere=membership.called,
        )
        reply = answers.reply(database, "/subscribe", asker, now, directories)
        return Outcome(tuple(Say(str(membership.by.id), "", message) for message in reply.messages))
    return Outcome()
