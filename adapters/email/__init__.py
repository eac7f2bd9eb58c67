"""E-mail: letters to partners, by SMTP or kept to be read on a page, and what they answer."""

from adapters.email.adapter import KEPT, Email, accept, build
from adapters.email.settings import EmailSettings
from bot.networks import Plugin

__all__ = ["KEPT", "Email", "EmailSettings", "plugin"]

plugin = Plugin(
    name="email",
    title="E-mail",
    settings=EmailSettings,
    build=build,
    accept=accept,
    always_on=True,
    one_at_a_time=False,
)
