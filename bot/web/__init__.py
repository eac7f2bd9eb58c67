"""The shell of the web face: it knows no feature by name."""
