"""Shows and receives over HTTP: Telegram's webhook, and whether the bot is alive."""
