"""What tests build: databases, letters, messages, all fictional."""
