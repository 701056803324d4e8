"""The methods of the Bot API: each takes the world and the parameters of a call, and returns the result or refuses."""

from collections.abc import Callable, Mapping

from fakes.telegram.methods import about, answering, editing, sending, sets
from fakes.telegram.parameters import Parameters
from fakes.telegram.world import World

Method = Callable[[World, Parameters], object]

METHODS: Mapping[str, Method] = {
    "getMe": about.get_me,
    "getChat": about.get_chat,
    "getChatMember": about.get_chat_member,
    "getChatAdministrators": about.get_chat_administrators,
    "getChatMemberCount": about.get_chat_member_count,
    "getFile": about.get_file,
    "leaveChat": about.leave_chat,
    "sendChatAction": about.send_chat_action,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "sendDocument": sending.send_document,
    "sendMediaGroup": sending.send_media_group,
    "editMessageText": editing.edit_message_text,
    "editMessageCaption": editing.edit_message_caption,
    "editMessageMedia": editing.edit_message_media,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "deleteMessage": editing.delete_message,
    "answerCallbackQuery": answering.answer_callback_query,
    "answerInlineQuery": answering.answer_inline_query,
    "setMyCommands": sets.set_my_commands,
    "getMyCommands": sets.get_my_commands,
    "deleteMyCommands": sets.delete_my_commands,
    **sets.PROFILE,
}
