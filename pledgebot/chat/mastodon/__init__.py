"""Listening on Mastodon: mentions, and what they ask."""
