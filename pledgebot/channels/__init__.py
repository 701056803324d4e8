"""Speaks: one medium per file, each behind the same protocol."""
