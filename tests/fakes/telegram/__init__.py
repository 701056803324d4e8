"""A strict Bot API server of our own: it speaks HTTP as Telegram documents it, and refuses what Telegram refuses.

with TelegramServer.threaded() as server:
    alix = server.world.user("Alix", language="fr")
    alix.start()
    answer = alix.wait_for("Bonjour")
    alix.press(answer, "Les listes")
"""

from fakes.telegram.chats import Chat, Member
from fakes.telegram.entities import Entity, Formatted, units
from fakes.telegram.faults import Call, Gate, Trouble
from fakes.telegram.keyboards import Button
from fakes.telegram.limits import Limits
from fakes.telegram.people import Person
from fakes.telegram.places import Channel, Group, Topic
from fakes.telegram.queries import Answer, Press, Question, Result
from fakes.telegram.refusals import Refusal
from fakes.telegram.server import TelegramServer
from fakes.telegram.things import ANONYMOUS_ADMIN, File, Message
from fakes.telegram.world import World

__all__ = [
    "ANONYMOUS_ADMIN",
    "Answer",
    "Button",
    "Call",
    "Channel",
    "Chat",
    "Entity",
    "File",
    "Formatted",
    "Gate",
    "Group",
    "Limits",
    "Member",
    "Message",
    "Person",
    "Press",
    "Question",
    "Refusal",
    "Result",
    "TelegramServer",
    "Topic",
    "Trouble",
    "World",
    "units",
]
