"""Broadcasts on Telegram, ours beside others: see `bench_delivery.py`."""
