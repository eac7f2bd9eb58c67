"""The section ``[networks.facebook]``: one Page, and the Meta app that speaks for it."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator


class FacebookSettings(BaseModel):
    """``token``: the Page's own, or that of a person who may act for it.

    Without ``app_secret`` the webhook is not there, nor without ``verify_token`` its first call.
    ``graph_version`` as in https://developers.facebook.com/docs/graph-api/changelog.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    page: str = Field(pattern=r"^\d{1,32}$")
    token: SecretStr = SecretStr("")
    app_id: str = Field("", pattern=r"^\d{0,32}$")
    app_secret: SecretStr = SecretStr("")
    verify_token: SecretStr = SecretStr("")
    graph_base: str = Field("https://graph.facebook.com", pattern=r"^https?://\S+$")
    graph_version: str = Field("25.0", pattern=r"^\d{1,2}\.\d$")
    timeout_seconds: float = Field(20.0, gt=0, le=300)
    poll_seconds: float = Field(60.0, gt=0, le=86_400)
    grace_seconds: float = Field(180.0, ge=0, le=86_400)
    settle_seconds: float = Field(20.0, ge=0, le=3_600)

    @property
    def hears(self) -> bool:
        """Facebook can call us: what the polling finds first, the webhook has missed."""
        return bool(self.app_secret.get_secret_value() and self.verify_token.get_secret_value())

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.app_secret.get_secret_value() and not self.app_id:
            raise ValueError("an app_secret needs the app_id that it belongs to")
        return self
