"""Questions on Telegram, ours beside a plain bot: see `bench_chat.py`."""
