"""The section ``[networks.email]``: by which mail server letters leave."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class EmailSettings(BaseModel):
    """Without a ``host`` letters are kept, and read on the page /mail."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    account: str = Field("default", min_length=1)
    host: str = ""
    port: int = Field(587, ge=1, le=65535)
    username: str = ""
    password: SecretStr = SecretStr("")
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: str = Field("", pattern=r"^([^@\s<>\"]+@[^@\s<>\"]+)?$")
    timeout_seconds: float = Field(10.0, gt=0, le=120)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.host and not self.sender:
            raise ValueError('a mail server needs a sender, such as "hello@shop.example"')
        in_the_open = self.security == "none" and self.host not in _LOOPBACK
        if self.password.get_secret_value() and in_the_open:
            raise ValueError('a password needs security = "starttls" or "tls"')
        return self
