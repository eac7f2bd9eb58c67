"""The section ``[networks.telegram]``: which bot we are, and how we hear."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

TELEGRAM = "https://api.telegram.org"
_TOKEN_SAYS = 'a token looks like "123456:ABC…": ask @BotFather for yours'


class TelegramSettings(BaseModel):
    """Without ``webhook`` we ask Telegram for news, which needs no address of our own."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    token: SecretStr
    api_base: str = Field(TELEGRAM, pattern=r"^https?://[^/\s]+$")
    webhook: bool = False
    secret: SecretStr = SecretStr("")
    timeout_seconds: float = Field(10.0, gt=0, le=60)
    poll_seconds: int = Field(25, ge=0, le=50)
    per_second: int = Field(30, ge=0)
    per_minute_in_group: int = Field(20, ge=0)

    @property
    def account(self) -> str:
        """Our bot's own id: a token begins with it."""
        return self.token.get_secret_value().partition(":")[0]

    @property
    def is_own_server(self) -> bool:
        """A Bot API server of one's own also calls addresses without https.
        https://core.telegram.org/bots/api#using-a-local-bot-api-server"""
        return self.api_base != TELEGRAM

    @field_validator("token")
    @classmethod
    def _is_token(cls, token: SecretStr) -> SecretStr:
        id, _, rest = token.get_secret_value().partition(":")
        if not (id.isascii() and id.isdigit() and rest.replace("-", "").replace("_", "").isalnum()):
            raise ValueError(_TOKEN_SAYS)
        return token

    @field_validator("secret")
    @classmethod
    def _fits_a_header(cls, secret: SecretStr) -> SecretStr:
        """https://core.telegram.org/bots/api#setwebhook"""
        plain = secret.get_secret_value().replace("-", "").replace("_", "")
        if plain and not (plain.isascii() and plain.isalnum() and len(plain) <= 200):
            raise ValueError('only letters, digits, "_" and "-", at most 200')
        return secret

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.webhook and not self.secret.get_secret_value():
            raise ValueError("a webhook needs a secret, or anybody could speak as Telegram")
        return self
