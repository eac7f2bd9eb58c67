"""Pictures and films that go out: kept once, known by what they are, made to fit a network."""
