"""The JSON objects of the Bot API, as documented."""

from typing import TYPE_CHECKING

from fakes.telegram.entities import Entity
from fakes.telegram.refusals import Json
from fakes.telegram.things import File, Message

if TYPE_CHECKING:
    from fakes.telegram.chats import Chat, Member
    from fakes.telegram.people import Person

_ADMIN_RIGHTS = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members", "can_promote_members",
    "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories",
)  # fmt: skip
GROUP_RIGHTS = (*_ADMIN_RIGHTS, "can_pin_messages", "can_manage_topics", "can_manage_tags")
CHANNEL_RIGHTS = (*_ADMIN_RIGHTS, "can_post_messages", "can_edit_messages", "can_manage_direct_messages")
PERMISSIONS = (
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
    "can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
    "can_add_web_page_previews", "can_change_info", "can_invite_users", "can_pin_messages", "can_manage_topics",
    "can_edit_tag",
    "can_react_to_messages",
)  # fmt: skip
_THUMBNAIL = 90


def user_json(person: "Person") -> Json:
    """Return a User."""
    user: Json = {"id": person.id, "is_bot": person.is_bot, "first_name": person.name}
    if person.username:
        user["username"] = person.username
    if person.language and not person.is_bot:
        user["language_code"] = person.language
    return user


def chat_json(chat: "Chat") -> Json:
    """Return a Chat."""
    short: Json = {"id": chat.id, "type": chat.kind}
    if chat.kind == "private":
        short["first_name"] = chat.title
    else:
        short["title"] = chat.title
    if chat.username:
        short["username"] = chat.username
    if chat.is_forum:
        short["is_forum"] = True
    return short


def full_chat_json(chat: "Chat") -> Json:
    """Return a ChatFullInfo."""
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    full = chat_json(chat) | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, chat.kind == "private"),
    }
    if chat.kind in {"group", "supergroup"}:
        full["permissions"] = {right: right not in chat.forbidden for right in PERMISSIONS}
    return full


def member_json(member: "Member", *, channel: bool = False) -> Json:
    """Return a ChatMember."""
    found: Json = {"status": member.status, "user": user_json(member.person)}
    if member.status == "creator":
        found["is_anonymous"] = member.anonymous
    elif member.status == "administrator":
        rights = {right: right in member.rights for right in (CHANNEL_RIGHTS if channel else GROUP_RIGHTS)}
        found |= {"can_be_edited": False, "is_anonymous": member.anonymous, **rights}
    elif member.status == "restricted":
        found |= {"is_member": True, "until_date": 0}
        found |= {right: right not in member.forbidden for right in PERMISSIONS}
    elif member.status == "kicked":
        found["until_date"] = 0
    return found


def message_json(message: Message, *, replied: bool = True) -> Json:
    """Return a Message; what it replies to is in it, one deep."""
    shape: Json = {"message_id": message.id, "date": message.date, "chat": chat_json(message.chat)}
    if message.chat.kind != "channel" and message.sender is not None:
        shape["from"] = user_json(message.sender)
    if message.sender_chat is not None:
        shape["sender_chat"] = chat_json(message.sender_chat)
    shape |= _content(message) | _circumstances(message) | message.service
    if replied and message.reply_to is not None:
        target = message.chat.find(message.reply_to)
        if target is not None:
            shape["reply_to_message"] = message_json(target, replied=False)
    return shape


def file_json(file: File) -> Json:
    """Return a File, with the path from which it can be downloaded."""
    return {**_file(file), "file_path": file.path}


def entities_json(entities: tuple[Entity, ...], chat: "Chat") -> list[Json]:
    """Return MessageEntity objects; a mention by number carries its user."""
    shapes = []
    for entity in entities:
        shape = entity.as_json()
        number = shape.pop("user_id", None)
        if isinstance(number, int):
            shape["user"] = user_json(chat.world.people[number])
        shapes.append(shape)
    return shapes


def _content(message: Message) -> Json:
    shape: Json = {}
    name = "text"
    if message.photo is not None:
        shape["photo"], name = _sizes(message.photo), "caption"
    elif message.document is not None:
        shape["document"], name = _document(message.document), "caption"
    if message.text:
        shape[name] = message.text
        if message.entities:
            key = "entities" if name == "text" else "caption_entities"
            shape[key] = entities_json(message.entities, message.chat)
    return shape


def _circumstances(message: Message) -> Json:
    """Return what is said of a message only where it is so."""
    shape: Json = {
        "message_thread_id": message.thread,
        "is_topic_message": True if message.thread is not None and message.chat.is_forum else None,
        "edit_date": message.edited_at,
        "author_signature": message.signature or None,
        "media_group_id": message.group_id or None,
        "has_protected_content": message.protected or None,
        "link_preview_options": message.link_preview,
        "via_bot": user_json(message.chat.world.bot) if message.via_bot else None,
        "forward_origin": message.origin,
        # Only inline keyboards are a part of what others see.
        "reply_markup": message.markup if message.markup and "inline_keyboard" in message.markup else None,
    }
    return {key: value for key, value in shape.items() if value is not None}


def _file(file: File) -> Json:
    return {"file_id": file.id, "file_unique_id": file.unique_id, "file_size": file.size}


def _document(file: File) -> Json:
    return {**_file(file), "file_name": file.name, "mime_type": file.mime}


def _sizes(file: File) -> list[Json]:
    """Return the sizes of a photo, the smallest first."""
    scale = _THUMBNAIL / max(file.width, file.height, _THUMBNAIL)
    small = {"width": max(1, round(file.width * scale)), "height": max(1, round(file.height * scale))}
    thumbnail = {"file_id": f"{file.id}-s", "file_unique_id": f"{file.unique_id}s", "file_size": min(file.size, 1500)}
    return [{**thumbnail, **small}, {**_file(file), "width": file.width, "height": file.height}]
