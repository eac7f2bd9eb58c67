"""What happened to every message, and what is wrong now: read from the tables, never stored."""
