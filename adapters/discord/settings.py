"""The section ``[networks.discord]``."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class DiscordSettings(BaseModel):
    """``api_base``, ``gateway`` and ``cdn_base`` are only for servers that are compatible with
    Discord; empty means Discord itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    account: str = Field("default", min_length=1)
    token: SecretStr = SecretStr("")
    members: bool = False  # hear of those who join: needs the "Server Members" intent
    api_base: str = Field("", pattern=r"^(https?://\S+[^/\s])?$")
    gateway: str = Field("", pattern=r"^(wss?://\S+)?$")
    cdn_base: str = Field("", pattern=r"^(https?://\S+[^/\s])?$")
    timeout_seconds: float = Field(20.0, gt=0, le=120)
