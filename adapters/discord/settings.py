"""The section ``[networks.discord]``: which bot we are, and where Discord is."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class DiscordSettings(BaseModel):
    """``api_base``, ``gateway`` and ``cdn_base`` are only for servers that are compatible with
    Discord; empty means Discord itself."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    token: SecretStr = Field(min_length=1)
    account: str = Field("default", min_length=1)
    members: bool = False  # hear of those who join: needs the "Server Members" intent
    catch_up_minutes: int = Field(60, ge=0, le=1440)
    timeout_seconds: float = Field(10.0, gt=0, le=60)
    api_base: str = Field("", pattern=r"^(https?://\S+[^/\s])?$")
    gateway: str = Field("", pattern=r"^(wss?://\S+)?$")
    cdn_base: str = Field("", pattern=r"^(https?://\S+[^/\s])?$")
