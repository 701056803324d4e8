"""Telegram: how a message goes out there, and what its errors say."""

from pledgebot.channels.telegram.channel import TelegramChannel
from pledgebot.channels.telegram.errors import translate
from pledgebot.channels.telegram.keyboards import markup
from pledgebot.channels.telegram.sending import change, deliver
from pledgebot.channels.telegram.transport import AiohttpRequest
from pledgebot.channels.telegram.voice import TelegramVoice

__all__ = ["AiohttpRequest", "TelegramChannel", "TelegramVoice", "change", "deliver", "markup", "translate"]
