"""Editing and deleting what stands in a chat."""

from fakes.telegram.entities import Formatted
from fakes.telegram.keyboards import read_markup
from fakes.telegram.methods.reading import check_caption, check_text, parse, read_formatted, read_message
from fakes.telegram.methods.sending import read_file
from fakes.telegram.parameters import Parameters
from fakes.telegram.refusals import NOT_MODIFIED, Json, bad_request
from fakes.telegram.shapes import message_json
from fakes.telegram.things import File, Message
from fakes.telegram.world import World

TOO_OLD_TO_DELETE = 48 * 3600


def edit_message_text(world: World, given: Parameters) -> object:
    """Give a text message another text; a keyboard that is not given again goes."""
    message = _editable(world, given)
    if message.file is not None:
        raise bad_request("there is no text in the message to edit")
    said = check_text(read_formatted(given, "text"))
    preview = given.structure("link_preview_options")
    return _edit(world, message, given, said, given.text("text"), link_preview=preview)


def edit_message_caption(world: World, given: Parameters) -> object:
    """Give a photo or document another caption."""
    message = _editable(world, given)
    if message.file is None:
        raise bad_request("there is no caption in the message to edit")
    said = check_caption(read_formatted(given, "caption", "caption_"))
    return _edit(world, message, given, said, given.text("caption"))


def edit_message_media(world: World, given: Parameters) -> object:
    """Give a message another photo or document with its caption; a text becomes one with it."""
    message = _editable(world, given)
    media = given.structure("media")
    if not isinstance(media, dict) or "media" not in media:
        raise bad_request("can't parse InputMedia: expected an Object")
    kind = str(media.get("type"))
    if kind not in {"photo", "document"}:
        raise bad_request(f'type "{kind}" is unsupported')
    html = str(media.get("caption", ""))
    said = check_caption(parse(html, str(media.get("parse_mode", "")), media.get("caption_entities")))
    file = read_file(world, given, kind, str(media["media"]))
    return _edit(world, message, given, said, html, file=file)


def edit_message_reply_markup(world: World, given: Parameters) -> object:
    """Give a message another keyboard, or none."""
    message = _editable(world, given)
    said = Formatted(message.text, message.entities, message.dropped_entities, message.remarks)
    return _edit(world, message, given, said, message.html)


def delete_message(world: World, given: Parameters) -> object:
    """Delete a message: an own one or, where the bot may, another's; none that is older than 48 hours."""
    message = read_message(world, given, "delete")
    chat = message.chat
    # In a channel everything that was posted is the channel's, and needs the right.
    may = "can_delete_messages" in chat.bot.rights or (message.from_bot and chat.kind != "channel")
    if chat.kind == "channel":
        may = may or (message.from_bot and "can_post_messages" in chat.bot.rights)
    if world.now() - message.date > TOO_OLD_TO_DELETE or not (may or chat.kind == "private"):
        raise bad_request("message can't be deleted")
    chat.delete(message.id)
    return True


def _editable(world: World, given: Parameters) -> Message:
    message = read_message(world, given, "edit")
    inline = bool(given.text("inline_message_id"))
    other_markup = message.markup is not None and "inline_keyboard" not in message.markup
    if not (message.from_bot or inline) or message.origin is not None or message.service or other_markup:
        raise bad_request("message can't be edited")
    if not inline:
        message.chat.check_may_send("can_send_messages", "text messages")
    return message


def _edit(
    world: World, message: Message, given: Parameters, said: Formatted, html: str, *, link_preview: object = None,
    file: File | None = None,
) -> object:  # fmt: skip
    """Put the new message in place; refuses with 400 when nothing is different."""
    markup: Json | None = read_markup(given.structure("reply_markup"), inline_only=True)
    same_file = file is None or (message.file is not None and file.unique_id == message.file.unique_id)
    if same_file and (said.text, said.entities, markup) == (message.text, message.entities, message.markup):
        raise bad_request(NOT_MODIFIED)
    world.counter.count(message.chat.id)
    edited = message.chat.change(
        message, text=said.text, entities=said.entities, dropped_entities=said.dropped, remarks=said.remarks,
        html=html, markup=markup, link_preview=link_preview, **_with(file),
    )  # fmt: skip
    return True if given.text("inline_message_id") else message_json(edited)


def _with(file: File | None) -> dict[str, File | None]:
    """Return how a message shows a file: as a photo or a document, whatever it showed before."""
    if file is None:
        return {}
    return {"photo": file if file.kind == "photo" else None, "document": file if file.kind == "document" else None}
