"""One folder per network: each is found by its entry point, and nothing else knows its name."""
