"""A whole campaign on a moved clock, through the real services, ticks and dispatcher; and the reading of its transcript."""
