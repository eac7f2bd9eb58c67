"""Members: people as the networks show them, and the person behind several identities."""
