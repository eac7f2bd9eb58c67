"""Products: the catalogue, and which of them a message means."""
