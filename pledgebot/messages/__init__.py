"""How it is said: views and events become messages, messages become text. Pure: nothing is asked or sent here."""
