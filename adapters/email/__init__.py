"""E-mail: letters to partners, by SMTP or kept to be read on a page."""

from adapters.email.adapter import KEPT, Email, build
from adapters.email.settings import EmailSettings
from bot.networks import Plugin

__all__ = ["KEPT", "Email", "EmailSettings", "plugin"]

plugin = Plugin(
    name="email",
    title="E-mail",
    settings=EmailSettings,
    build=build,
    always_on=True,
    one_at_a_time=False,
)
