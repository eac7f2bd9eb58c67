"""`config.toml` and ``HUBBUB_*`` variables, checked whole before anything starts."""

import os
import re
import secrets
import tempfile
import tomllib
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import unquote
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.errors import InvalidInput
from bot.logs import hide

# What config.example.toml shows in place of a secret: never accepted as one.
EXAMPLE_SECRET = "change-me"

# In an address: https://name:password@host
_PASSWORD = re.compile(r"://[^/@:]*:([^/@]+)@")


def _known_zone(zone: str) -> str:
    if zone not in available_timezones():
        raise ValueError('must be an IANA time zone such as "Europe/Berlin"')
    return zone


Zone = Annotated[str, AfterValidator(_known_zone)]


def _known_country(code: str) -> str:
    from holidays import list_supported_countries  # slow to load, and few need it

    country, _, part = code.partition("-")
    parts = list_supported_countries().get(country)
    if parts is None or (part and part not in parts):
        raise ValueError('must be a country such as "DE", or a part of one such as "DE-BY"')
    return code


Country = Annotated[str, AfterValidator(_known_country)]


class Section(BaseModel):
    """A table of the configuration; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Shop(Section):
    name: str = Field("Our shop", min_length=1, max_length=80)
    zone: Zone = "UTC"
    languages: tuple[Literal["en", "de"], ...] = Field(("en", "de"), min_length=1)
    hue: int = Field(28, ge=0, le=360)


class Board(Section):
    shows: Literal["chosen", "delivered", "closed"] = "delivered"


class Web(Section):
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    public_url: str = ""
    trusted_proxies: tuple[str, ...] = ()


class Logs(Section):
    level: Literal["debug", "info", "warning", "error"] = "info"
    json_lines: bool = False


class Outbox(Section):
    lease_seconds: int = Field(45, ge=5, le=3600)
    send_timeout_seconds: int = Field(30, ge=1, le=600)
    overdue_after_minutes: int = Field(30, ge=1)

    @model_validator(mode="after")
    def _leave_time_to_send(self) -> Self:
        if self.lease_seconds <= self.send_timeout_seconds:
            raise ValueError(
                "lease_seconds must be longer than send_timeout_seconds, or nothing could be sent"
            )
        return self


class Translation(Section):
    """``command``: its program and arguments, with ``{from}`` and ``{to}`` for the languages."""

    command: tuple[str, ...] = ()
    seconds: int = Field(20, ge=1, le=120)


class Retention(Section):
    """For how many days each kind is kept; 0 is for good."""

    raw_days: int = Field(90, ge=0)
    messages_days: int = Field(0, ge=0)
    media_days: int = Field(0, ge=0)
    sessions_days: int = Field(90, ge=0)


class Processes(Section):
    lease_seconds: int = Field(20, ge=2, le=3600)

    @property
    def silence(self) -> timedelta:
        """Who is silent for longer is taken for dead."""
        return timedelta(seconds=self.lease_seconds)


class Backup(Section):
    folder: str = ""
    every_hours: float = Field(24, ge=0)
    keep: int = Field(7, ge=1)


class Calendar(Section):
    """What the planner points out, and from when on; nothing of it stands in anybody's way."""

    repeat_days: int = Field(30, ge=0, le=366)
    open_from: time = time(7)
    open_until: time = time(22)
    most_broadcasts: int = Field(50, ge=0, le=100)  # per cent
    most_offers: int = Field(25, ge=0, le=100)  # per cent
    offers_in_a_row: int = Field(3, ge=1)
    countries: tuple[Country, ...] = ()
    calm: Literal["auto", "on", "off"] = "auto"

    @property
    def repeat(self) -> timedelta:
        return timedelta(days=self.repeat_days)


class Telling(Section):
    """How much a person hears unasked on all networks, and from how many on staff agree first."""

    most_a_day: int = Field(3, ge=1)
    most_a_week: int = Field(10, ge=1)
    digest_at: time = time(18)
    ask_above: int = Field(500, ge=0)  # people; 0: never


class Staff(Section):
    second_factor: Literal["optional", "required"] = "optional"


class Settings(BaseSettings):
    """Everything that an installation can decide, with its defaults."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix="HUBBUB_", env_nested_delimiter="__"
    )

    data: Path = Path("hubbub-data")
    database: SecretStr = SecretStr("")  # an address may hold a password
    shop: Shop = Shop()
    web: Web = Web()
    logs: Logs = Logs()
    outbox: Outbox = Outbox()
    backup: Backup = Backup()
    retention: Retention = Retention()
    processes: Processes = Processes()
    staff: Staff = Staff()
    calendar: Calendar = Calendar()
    translation: Translation = Translation()
    telling: Telling = Telling()
    board: Board = Board()
    networks: dict[str, dict[str, Any]] = {}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings

    @property
    def database_url(self) -> str:
        return self.database.get_secret_value() or f"sqlite:///{self.data.resolve()}/hubbub.db"

    @property
    def backups(self) -> Path:
        """The folder of back-ups."""
        return Path(self.backup.folder) if self.backup.folder else self.data / "backups"

    @property
    def public_url(self) -> str:
        """Where people reach us, without a slash at the end."""
        given = self.web.public_url.rstrip("/")
        return given or f"http://{self.web.host}:{self.web.port}"

    @property
    def key_file(self) -> Path:
        """The keys to what is sealed in the database."""
        return self.data / "sealing.keys"

    def secret(self) -> bytes:
        """The installation's own key: 32 bytes, made on first use, kept beside the data."""
        path = self.data / "secret.key"
        self.data.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make_key(path)
        key = path.read_bytes()
        if len(key) != 32:
            raise InvalidInput(
                f"{path} is damaged: it must hold 32 bytes, not {len(key)}. Restore it from a "
                "backup, or delete it: everybody then has to sign in again."
            )
        return key


def _make_key(path: Path) -> None:
    """Appears whole or not at all, and of several processes that start at once one makes it."""
    handle, ours = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(32))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(ours, path)
    except FileExistsError:
        pass
    finally:
        Path(ours).unlink()


def load(path: Path | None = None, **overrides: Any) -> Settings:
    """Read ``path`` (or only defaults and the environment); `InvalidInput` names every problem."""
    values: dict[str, Any] = {}
    if path is not None:
        values = _read(path)
    try:
        settings = Settings(**(values | overrides))
    except ValidationError as error:
        where = path.name if path else "The configuration"
        raise InvalidInput(*(_sentence(where, one) for one in error.errors())) from None
    if found := list(_examples_in(settings.model_dump(), "")):
        raise InvalidInput(
            *(f'{key} still holds the example value "{EXAMPLE_SECRET}".' for key in found),
            "Put your own value there, or remove the line.",
        )
    hide_secrets(settings)
    return settings


def hide_secrets(model: BaseModel) -> None:
    """Let no log, note or error show what is secret in these settings, however it gets there."""
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            hide_secrets(value)
        elif isinstance(value, SecretStr):
            secret = value.get_secret_value()
            hide(secret, *map(unquote, _PASSWORD.findall(secret)))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise InvalidInput(
            f"There is no {path}. Copy config.example.toml to it, or leave --config away."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise InvalidInput(f"{path} can't be read as TOML: {error}.") from None


def _sentence(where: str, error: Any) -> str:
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"{where}: unknown key {key}. See config.example.toml for all keys."
    return f"{where}: {key}: {error['msg'].removeprefix('Value error, ')}."


def _examples_in(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _examples_in(inner, f"{key}.{name}" if key else name)
    elif isinstance(value, SecretStr):
        yield from _examples_in(value.get_secret_value(), key)
    elif isinstance(value, str) and EXAMPLE_SECRET in value:  # in an address too
        yield key
