"""Partners who can act: what they cover, what they were asked, what they decided."""
