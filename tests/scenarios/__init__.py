"""What people do in Telegram and must see, written once: for the emulator, and for any other Bot API server."""
