"""Programs of partners: told of cases by signed calls, as Standard Webhooks has them."""

from adapters.endpoint.adapter import Endpoints, EndpointSettings, build
from bot.networks import Plugin

__all__ = ["EndpointSettings", "Endpoints", "plugin"]

plugin = Plugin(
    name="endpoint",
    title="Signed webhook",
    settings=EndpointSettings,
    build=build,
    always_on=True,
    one_at_a_time=False,
    calls=True,
)
