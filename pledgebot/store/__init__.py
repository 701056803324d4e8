"""What is remembered: the only place that knows column types and engines."""
