"""A local Graph API: one Page with its feed, its Messenger, and an app that it calls."""

from tests.stand_ins.facebook.server import Call, Facebook

__all__ = ["Call", "Facebook"]
