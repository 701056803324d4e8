"""What may be done: sync functions `verb_noun(session, command, now)`, each called inside one transaction."""
