"""Stand-ins for what lies outside: they behave, and remember."""
