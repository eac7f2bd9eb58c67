"""The section ``[networks.email]``: by which mail server letters leave, and how answers come in."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from bot.networks import signing

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_ADDRESS = r"^([^@\s<>\"]+@[^@\s<>\"]+)?$"
# Before the "@" there is room for 64 characters (RFC 5321 §4.5.3.1.1), and what is signed takes 48.
_LONGEST_NAME = 15

Security = Literal["starttls", "tls", "none"]


class EmailSettings(BaseModel):
    """Without a ``host`` letters are kept, and read on the page /mail. Without a ``reply_address``
    and one of the two ways in, partners answer on their page only."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    account: str = Field("default", min_length=1)
    host: str = ""
    port: int = Field(587, ge=1, le=65535)
    username: str = ""
    password: SecretStr = SecretStr("")
    security: Security = "starttls"
    sender: str = Field("", pattern=_ADDRESS)
    timeout_seconds: float = Field(10.0, gt=0, le=120)
    reply_address: str = Field("", pattern=_ADDRESS)
    imap_host: str = ""
    imap_port: int = Field(993, ge=1, le=65535)
    imap_security: Security = "tls"
    imap_username: str = ""
    imap_password: SecretStr = SecretStr("")
    imap_folder: str = Field("INBOX", min_length=1)
    poll_seconds: float = Field(30.0, gt=0, le=3600)
    webhook_secret: SecretStr = SecretStr("")

    @property
    def hears(self) -> bool:
        """Whether an answer to a letter reaches us."""
        return bool(
            self.reply_address and (self.imap_host or self.webhook_secret.get_secret_value())
        )

    @field_validator("webhook_secret")
    @classmethod
    def _fits(cls, secret: SecretStr) -> SecretStr:
        if secret.get_secret_value():
            signing.key_of(secret.get_secret_value())
        return secret

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.host and not self.sender:
            raise ValueError('a mail server needs a sender, such as "hello@shop.example"')
        if self.imap_host and not self.reply_address:
            raise ValueError('a mailbox needs a reply_address, such as "cases@shop.example"')
        if len(self.reply_address.partition("@")[0]) > _LONGEST_NAME:
            raise ValueError(f"reply_address: at most {_LONGEST_NAME} characters before the @")
        for password, security, host in (
            (self.password, self.security, self.host),
            (self.imap_password, self.imap_security, self.imap_host),
        ):
            in_the_open = security == "none" and host not in _LOOPBACK
            if password.get_secret_value() and in_the_open:
                raise ValueError('a password needs security = "starttls" or "tls"')
        return self
