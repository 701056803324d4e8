"""Fan out, word, claim, send, settle: the one road for all sending, and nothing else.

`passes` begins; `desk` asks the database, `words` makes the words, `road` takes what may go and sends it side by side, `books`
claims and settles; `launcher` lets leave evenly what was claimed a moment ahead. What is claimed may have been sent: only what
the pace releases in this moment is claimed, so that a crash leaves at most what was under way in doubt.
"""

from pledgebot.dispatcher.desk import House
from pledgebot.dispatcher.passes import Dispatcher
from pledgebot.dispatcher.tally import Pass
from pledgebot.dispatcher.words import word

__all__ = ["Dispatcher", "House", "Pass", "word"]
