"""About the bot, chats, members and files."""

from fakes.telegram.methods.reading import read_chat
from fakes.telegram.parameters import Parameters
from fakes.telegram.refusals import Json, bad_request
from fakes.telegram.shapes import file_json, full_chat_json, member_json, user_json
from fakes.telegram.world import World

_ACTIONS = frozenset(
    {
        "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
        "choose_sticker", "find_location", "record_video_note", "upload_video_note",
    }
)  # fmt: skip


def get_me(world: World, given: Parameters) -> object:
    """Describe the bot."""
    del given
    return user_json(world.bot) | {
        "can_join_groups": True,
        "can_read_all_group_messages": world.reads_all,
        "supports_inline_queries": world.inline,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def get_chat(world: World, given: Parameters) -> object:
    """Describe a chat to which the bot has access; a public channel is open to all."""
    chat = read_chat(world, given)
    if not (chat.kind == "channel" and chat.username and chat.bot.status != "kicked"):
        chat.check_reachable()
    return full_chat_json(chat)


def get_chat_member(world: World, given: Parameters) -> object:
    """Describe a person's standing in a chat."""
    chat = read_chat(world, given)
    chat.check_reachable()
    person = world.people.get(given.whole("user_id") or 0)
    if person is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    if chat.kind == "channel" and not chat.bot.is_admin:
        raise bad_request("CHAT_ADMIN_REQUIRED")
    if chat.kind == "private":
        return {"status": "member", "user": user_json(person)}
    return member_json(chat.member(person), channel=chat.kind == "channel")


def get_chat_administrators(world: World, given: Parameters) -> object:
    """Describe the administrators; of bots only this one is named."""
    chat = read_chat(world, given)
    chat.check_reachable()
    if chat.kind == "private":
        raise bad_request("there are no administrators in the private chat")
    if chat.kind == "channel" and not chat.bot.is_admin:
        raise bad_request("member list is inaccessible")
    return [member_json(m, channel=chat.kind == "channel") for m in chat.members.values() if m.is_admin]


def get_chat_member_count(world: World, given: Parameters) -> object:
    """Count the members."""
    chat = read_chat(world, given)
    chat.check_reachable()
    return 2 if chat.kind == "private" else sum(member.inside for member in chat.members.values())


def get_file(world: World, given: Parameters) -> object:
    """Say where a file can be downloaded."""
    shape: Json = file_json(world.files.downloadable(given.text("file_id")))
    return shape


def leave_chat(world: World, given: Parameters) -> object:
    """Leave a group or channel."""
    chat = read_chat(world, given)
    chat.check_reachable()
    if chat.kind == "private":
        raise bad_request("chat member status can't be changed in private chats")
    chat.stand(chat.without(world.bot), world.bot)
    world.turns.changed()
    return True


def send_chat_action(world: World, given: Parameters) -> object:
    """Show that the bot is doing something."""
    chat = read_chat(world, given)
    chat.check_may_send("can_send_messages", "text messages")
    chat.check_thread(given.whole("message_thread_id"))
    if given.text("action") not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    return True
