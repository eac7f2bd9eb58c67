"""A configuration is checked whole, and what is wrong is said in sentences."""

import os
import stat
from pathlib import Path

import pytest

from bot.errors import InvalidInput
from bot.settings import load


@pytest.fixture(autouse=True)
def nothing_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("HUBBUB_"):
            monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("colour = 3", "unknown key colour. See config.example.toml for all keys."),
        ("[shop]\nnmae = 'x'", "unknown key shop.nmae. See config.example.toml"),
        ("[web]\nport = 'many'", "web.port: Input should be a valid integer"),
        ("[web]\nport = 70000", "web.port: Input should be less than or equal to 65535."),
        ("[shop]\nzone = 'Mars/Base'", "shop.zone: must be an IANA time zone such as"),
        ("[shop]\nname = ''", "shop.name: String should have at least 1 character."),
        ("[shop]\nlanguages = ['xx']", "shop.languages.0: Input should be 'en' or 'de'."),
        ("[shop]\nlanguages = []", "shop.languages: Tuple should have at least 1 item"),
        ("[outbox]\nlease_seconds = 1", "outbox.lease_seconds: Input should be greater than"),
        ("[logs]\nlevel = 'loud'", "logs.level: Input should be 'debug', 'info'"),
        ("shop = 3", "shop: Input should be a valid"),
        ("[networks.discord]\ntoken = 'change-me'", "networks.discord.token still holds the"),
        ("database = 'change-me'", 'database still holds the example value "change-me".'),
        ("[shop", "can't be read as TOML"),
        (b"name = '\xff'", "can't be read as TOML"),
    ],
)
def test_every_mistake_has_its_sentence(tmp_path: Path, text: str | bytes, sentence: str) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InvalidInput) as refused:
        load(file)
    assert sentence in str(refused.value)
    assert "Value error" not in str(refused.value)


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("a = 1\nb = 2\n[web]\nport = -1\n")
    with pytest.raises(InvalidInput) as refused:
        load(file)
    assert len(refused.value.problems) == 3


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"Copy config\.example\.toml to it"):
        load(tmp_path / "none.toml")


def test_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[web]\nport = 1\nhost = '::1'\n")
    monkeypatch.setenv("HUBBUB_WEB__PORT", "2")
    settings = load(file)
    assert (settings.web.port, settings.web.host) == (2, "::1")


def test_a_password_in_the_database_address_is_never_shown(tmp_path: Path) -> None:
    settings = load(database="postgresql://shop:canary@host/db", data=tmp_path)
    assert "canary" not in repr(settings) + str(settings) + settings.model_dump_json()
    assert settings.database_url.count("canary") == 1


def test_the_installations_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    settings = load(data=tmp_path / "new" / "folder")
    key = settings.secret()
    assert len(key) == 32
    assert load(data=settings.data).secret() == key
    assert stat.S_IMODE((settings.data / "secret.key").stat().st_mode) == 0o600


def test_a_damaged_key_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_bytes(b"short")
    with pytest.raises(InvalidInput, match="must hold 32 bytes, not 5"):
        load(data=tmp_path).secret()
