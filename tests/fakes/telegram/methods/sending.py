"""Sending: texts, photos, documents, albums."""

from fakes.telegram.entities import Formatted
from fakes.telegram.files import LARGEST_UPLOAD, check_photo
from fakes.telegram.methods.reading import (
    Target,
    check_caption,
    check_text,
    parse,
    read_formatted,
    read_target,
)
from fakes.telegram.parameters import Parameters, Upload
from fakes.telegram.refusals import Refusal, bad_request
from fakes.telegram.shapes import message_json
from fakes.telegram.things import File, Message
from fakes.telegram.world import World

_ALBUM = range(2, 11)
_RIGHTS = {"photo": ("can_send_photos", "photos"), "document": ("can_send_documents", "documents")}


def send_message(world: World, given: Parameters) -> object:
    """Send a text."""
    target = read_target(world, given, "can_send_messages", "text messages")
    said = check_text(read_formatted(given, "text"))
    world.counter.count(target.chat.id)
    preview = given.structure("link_preview_options")
    return message_json(_put(world, target, given, said, given.text("text"), link_preview=preview))


def send_photo(world: World, given: Parameters) -> object:
    """Send a photo."""
    return _send_file(world, given, "photo")


def send_document(world: World, given: Parameters) -> object:
    """Send a file."""
    return _send_file(world, given, "document")


def send_media_group(world: World, given: Parameters) -> object:
    """Send an album of two to ten photos, or of as many documents."""
    target = read_target(world, given, "can_send_photos", "photos")
    media = given.structures("media")
    if len(media) not in _ALBUM:
        raise bad_request("wrong number of items in the album: it must be from 2 to 10")
    kinds = {str(item.get("type")) for item in media}
    if kinds - set(_RIGHTS):
        raise bad_request(f'type "{min(kinds - set(_RIGHTS))}" is unsupported')
    if len(kinds) > 1:
        raise bad_request("document can't be mixed with other media types")
    parsed = [
        check_caption(
            parse(str(item.get("caption", "")), str(item.get("parse_mode", "")), item.get("caption_entities"))
        )
        for item in media
    ]
    files = [read_file(world, given, str(item["type"]), str(item.get("media", ""))) for item in media]
    world.counter.count(target.chat.id, len(media))
    group_id = str(13_000_000_000_000_000 + world.next_revision())
    sent = []
    for item, said, file in zip(media, parsed, files, strict=True):
        html = str(item.get("caption", ""))
        sent.append(message_json(_put(world, target, given, said, html, file=file, group_id=group_id)))
    return sent


def _send_file(world: World, given: Parameters, kind: str) -> object:
    target = read_target(world, given, *_RIGHTS[kind])
    said = check_caption(read_formatted(given, "caption", "caption_"))
    file = read_file(world, given, kind, given.text(kind))
    world.counter.count(target.chat.id)
    return message_json(_put(world, target, given, said, given.text("caption"), file=file))


def _put(
    world: World, target: Target, given: Parameters, said: Formatted, html: str, *, file: File | None = None,
    group_id: str = "", link_preview: object = None,
) -> Message:  # fmt: skip
    """Put the message into its chat."""
    return target.chat.store(
        sender=world.bot,
        sender_chat=target.chat if target.chat.kind == "channel" else None,
        text=said.text, entities=said.entities, dropped_entities=said.dropped, remarks=said.remarks, html=html,
        photo=file if file is not None and file.kind == "photo" else None,
        document=file if file is not None and file.kind == "document" else None,
        markup=target.markup, reply_to=target.reply_to, thread=target.thread, group_id=group_id,
        link_preview=link_preview, silent=given.flag("disable_notification"), protected=given.flag("protect_content"),
    )  # fmt: skip


def read_file(world: World, given: Parameters, kind: str, reference: str) -> File:
    """Take the file from the upload, or find it by its identifier."""
    upload = given.files.get(reference.removeprefix("attach://") if reference else kind)
    if upload is not None:
        return _uploaded(world, kind, upload)
    if not reference:
        raise bad_request(f"there is no {kind} in the request")
    if reference.startswith(("http://", "https://")):
        # The emulator fetches nothing from anywhere.
        raise bad_request("failed to get HTTP URL content")
    found = world.files.find(reference)
    if found is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if found.kind != kind:
        raise bad_request(f"can't use file of type {found.kind.title()} as {kind.title()}")
    return found


def _uploaded(world: World, kind: str, upload: Upload) -> File:
    if not upload.content:
        raise bad_request("file must be non-empty")
    if len(upload.content) > LARGEST_UPLOAD:
        raise Refusal(413, "Request Entity Too Large")
    sides = check_photo(upload.content) if kind == "photo" else (0, 0)
    return world.files.add(kind, upload.name, upload.mime, upload.content, sides=sides)
