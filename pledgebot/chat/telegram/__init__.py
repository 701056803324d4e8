"""Listens on Telegram: updates come in, are kept, become turns, and are answered."""
