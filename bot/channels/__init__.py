"""Channels: the places where we speak and listen."""
