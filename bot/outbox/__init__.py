"""The back door: everything that Hubbub says leaves through here, once."""
