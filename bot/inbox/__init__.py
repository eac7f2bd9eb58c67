"""The front door: everything that people say comes in through here, once."""
