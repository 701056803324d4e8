"""Listens: one grammar for all mouths, one set of answers, and one folder or file per medium."""
