"""What Telegram brings is read as what somebody did: who, where, what, and whether it was meant for the bot."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
import telegram
from hypothesis import given
from hypothesis import strategies as st

from pledgebot.chat.telegram.turns import (
    ANONYMOUS,
    Origin,
    Turn,
    What,
    addressed_text,
    asked_inline,
    membership,
    migration,
    origin_of,
    pressed,
    written,
)
from pledgebot.domain.audience import PlaceKind, Spot

PARIS = ZoneInfo("Europe/Paris")
ALIX: dict[str, object] = {"id": 7_000_000_001, "is_bot": False, "first_name": "Alix", "language_code": "fr"}
PRIVATE: dict[str, object] = {"id": 7_000_000_001, "type": "private", "first_name": "Alix"}
GROUP: dict[str, object] = {"id": -1001, "type": "supergroup", "title": "Exemple", "is_forum": True}
CHANNEL: dict[str, object] = {"id": -1002, "type": "channel", "title": "Canal", "username": "canal_exemple"}


def update(**kind: object) -> telegram.Update:
    """Return an update as the library reads it."""
    found = telegram.Update.de_json({"update_id": 5, **kind}, None)
    assert found is not None
    return found


def message(text: str | None = None, chat: dict[str, object] = PRIVATE, **more: object) -> telegram.Update:
    """Return the update of a message of Alix."""
    content = {"message_id": 9, "date": 1_700_000_000, "chat": chat, "from": ALIX, **more}
    return update(message=content if text is None else {**content, "text": text})


def turn(found: telegram.Update) -> Turn:
    """Return the turn of a message."""
    read = written(found, "exemple_bot", PARIS)
    assert read is not None
    return read


def test_a_private_text_tells_who_where_and_what() -> None:
    read = turn(message("/stances"))
    assert (read.what, read.text, read.message, read.addressed) == (What.TEXT, "/stances", 9, True)
    assert (read.person.id, read.person.language) == (7_000_000_001, "fr")
    assert read.spot == Spot("telegram", "7000000001", "", PlaceKind.PRIVATE)


def test_a_topic_is_a_place_of_its_own_and_the_general_one_is_the_group() -> None:
    topic = turn(message("/stances", GROUP, message_thread_id=42, is_topic_message=True))
    assert topic.spot == Spot("telegram", "-1001", "42", PlaceKind.GROUP)
    assert turn(message("/stances", GROUP, message_thread_id=3)).spot.thread == ""


@pytest.mark.parametrize(
    ("text", "private", "expected"),
    [
        ("/list A", False, (True, "/list A")),
        ("/list@Exemple_Bot A", False, (True, "/list@Exemple_Bot A")),
        ("/list@autre_bot A", False, (False, "/list@autre_bot A")),
        ("/list@autre_bot A", True, (False, "/list@autre_bot A")),
        ("Exemple A", False, (False, "Exemple A")),
        ("Exemple A", True, (True, "Exemple A")),
        ("@exemple_bot, Exemple A", False, (True, "Exemple A")),
        ("@exemple_bot_2 Exemple A", False, (False, "@exemple_bot_2 Exemple A")),
        ("", False, (False, "")),
    ],
)
def test_in_a_group_only_a_command_or_the_bots_name_is_meant_for_it(
    text: str, *, private: bool, expected: tuple[bool, str]
) -> None:
    assert addressed_text(text, "exemple_bot", private=private) == expected


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading_of_names(text: str) -> None:
    addressed, left = addressed_text(text, "exemple_bot", private=False)
    assert left == text or addressed


def test_who_writes_as_a_group_is_nobody_in_particular_but_a_press_tells_who_pressed() -> None:
    hidden = {"id": ANONYMOUS, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    read = turn(message("/subscribe", GROUP, sender_chat=GROUP, **{"from": hidden}))
    assert (read.person.id, read.person.anonymous) == (0, True)
    press = pressed(
        update(callback_query={"id": "q", "from": ALIX, "chat_instance": "c", "data": "list-1",
                               "message": {"message_id": 3, "date": 1, "chat": GROUP}})
    )  # fmt: skip
    assert press is not None
    assert (press.person.id, press.person.anonymous, press.text, press.message) == (7_000_000_001, False, "list-1", 3)


def test_the_largest_size_of_a_photograph_is_taken_and_a_document_keeps_its_type() -> None:
    sizes = [
        {"file_id": f"p{n}", "file_unique_id": f"u{n}", "width": n, "height": n, "file_size": n} for n in (90, 800, 320)
    ]
    photo = turn(message(photo=sizes, caption="leur programme"))
    assert photo.what is What.FILE
    assert photo.file is not None
    assert (photo.file.file_id, photo.file.media_type, photo.text) == ("p800", "image/jpeg", "leur programme")
    document = turn(message(document={"file_id": "d", "file_unique_id": "u", "mime_type": "application/pdf"}))
    assert document.file is not None
    assert (document.file.media_type, document.file.size) == ("application/pdf", 0)


def test_a_forwarded_message_tells_from_which_channel_and_on_which_day_it_was_said() -> None:
    origin = {"type": "channel", "date": 1_700_000_000, "chat": CHANNEL, "message_id": 12}
    read = turn(message("Nous nous engageons.", forward_origin=origin))
    assert read.what is What.FORWARD
    assert read.forwarded is not None
    assert read.forwarded.link == "https://t.me/canal_exemple/12"
    assert read.forwarded.said_on == date(2023, 11, 14)
    hidden = {"type": "hidden_user", "date": 1_700_000_000, "sender_user_name": "Personne Exemple"}
    other = turn(message("Oui.", forward_origin=hidden)).forwarded
    assert other is not None
    assert (other.link, other.by) == (None, "Personne Exemple")


def test_what_was_not_written_to_the_bot_is_no_turn() -> None:
    copied = message("/stances", GROUP, sender_chat=CHANNEL, is_automatic_forward=True)
    assert written(copied, "exemple_bot", PARIS) is None
    ours = {"id": 1, "is_bot": True, "first_name": "Bot", "username": "exemple_bot"}
    assert written(message("Liste Exemple A", via_bot=ours), "exemple_bot", PARIS) is None
    assert (
        written(update(edited_message={"message_id": 1, "date": 1, "chat": PRIVATE, "text": "/stances"}), "b", PARIS)
        is None
    )


def test_an_inline_question_is_the_persons_own() -> None:
    read = asked_inline(update(inline_query={"id": "i", "from": ALIX, "query": "exemple", "offset": ""}))
    assert read is not None
    assert (read.what, read.text, read.query, read.spot.address) == (What.INLINE, "exemple", "i", "7000000001")


def change(chat: dict[str, object], old: str, new: str, **rights: object) -> telegram.Update:
    """Return the update of the bot's own membership."""
    bot = {"id": 1, "is_bot": True, "first_name": "Bot"}
    right = dict.fromkeys((
        "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
        "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
        "can_edit_stories", "can_delete_stories",
    ), False)  # fmt: skip
    until = {"until_date": 0} if new == "kicked" else {}
    return update(
        my_chat_member={
            "chat": chat,
            "from": ALIX,
            "date": 1,
            "old_chat_member": {"status": old, "user": bot, **right, **({"until_date": 0} if old == "kicked" else {})},
            "new_chat_member": {"status": new, "user": bot, **right, **until, **rights},
        }
    )


@pytest.mark.parametrize(
    ("chat", "old", "new", "rights", "expected"),
    [
        (PRIVATE, "member", "kicked", {}, (True, False, False)),
        (PRIVATE, "kicked", "member", {}, (False, True, True)),
        (GROUP, "left", "member", {}, (False, True, True)),
        (GROUP, "member", "left", {}, (True, False, False)),
        (CHANNEL, "left", "administrator", {"can_post_messages": True}, (False, True, True)),
        (CHANNEL, "left", "administrator", {"can_post_messages": False}, (False, True, False)),
        (CHANNEL, "administrator", "kicked", {}, (True, False, False)),
    ],
)
def test_the_bot_knows_where_it_was_is_and_may_write(
    chat: dict[str, object], old: str, new: str, rights: dict[str, object], expected: tuple[bool, bool, bool]
) -> None:
    found = membership(change(chat, old, new, **rights))
    assert found is not None
    assert (found.was_there, found.is_there, found.writes) == expected
    assert found.by.id == 7_000_000_001


def test_a_migration_is_understood_from_either_group() -> None:
    old = {"id": -55, "type": "group", "title": "Exemple"}
    left = migration(message(chat=old, migrate_to_chat_id=-1001))
    arrived = migration(message(chat=GROUP, migrate_from_chat_id=-55))
    assert left == arrived
    assert left is not None
    assert (left.old, left.new) == ("-55", "-1001")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"update_id": 1, "message": {"chat": {"id": -5}, "from": {"id": 7}}}, Origin("1", "-5")),
        ({"update_id": 2, "callback_query": {"from": {"id": 7}, "message": {"chat": {"id": -5}}}}, Origin("2", "-5")),
        ({"update_id": 3, "inline_query": {"from": {"id": 7}}}, Origin("3", "7")),
        ({"update_id": 4, "of_the_future": {"chat": "odd"}}, Origin("4", "")),
        ({"update_id": 5}, Origin("5", "")),
        ({"update_id": "6"}, None),
        ([], None),
        (None, None),
    ],
)
def test_an_update_is_kept_by_its_number_and_chat_even_when_it_cannot_be_read(
    raw: object, expected: Origin | None
) -> None:
    assert origin_of(raw) == expected


def test_a_button_of_the_panel_is_pressed_in_its_topic_also_below_an_old_message() -> None:
    def spot(data: str, chat: dict[str, object] = GROUP) -> Spot:
        old = {"message_id": 3, "date": 0, "chat": chat}
        read = pressed(
            update(callback_query={"id": "q", "from": ALIX, "chat_instance": "c", "data": data, "message": old})
        )
        assert read is not None
        return read.spot

    assert spot("s-n1001-42-menu").thread == "42"
    assert spot("s-n1001-0-menu").thread == ""
    assert spot("s-n1009-42-menu").thread == ""
    assert spot("s-7000000001-42-menu", PRIVATE).thread == ""
    assert spot("list-42").thread == ""


def test_a_reply_to_what_the_bot_asked_is_meant_for_it() -> None:
    def replying(text: str, username: str, data: str) -> Turn:
        keyboard = {"inline_keyboard": [[{"text": "x", "callback_data": data}]]}
        sender = {"id": 5, "is_bot": True, "first_name": "Bot", "username": username}
        asked = {"message_id": 3, "date": 1, "chat": GROUP, "from": sender, "text": "?", "reply_markup": keyboard}
        return turn(message(text, GROUP, reply_to_message=asked))

    asked = replying("Page two.", "Exemple_Bot", "question-12")
    assert (asked.about, asked.addressed) == ("question-12", True)
    for other in (
        replying("Page two.", "autre_bot", "question-12"),
        replying("Page two.", "exemple_bot", "confirm-12-1"),
        replying("Page two.", "exemple_bot", "question-12-1"),
    ):
        assert (other.about, other.addressed) == ("", False)
    assert replying("/help", "exemple_bot", "question-12").about == ""
