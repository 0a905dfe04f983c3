"""Settings: from where, checked how, shown how."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import load
from digests.errors import ConfigurationError

TOKEN = "123456:AAbbCCddEEffGGhhIIjjKKllMMnnOOpp"


@pytest.fixture(autouse=True)
def _no_settings_around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import os

    for name in os.environ:
        if name.startswith("FRONTWIRE_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_without_anything_the_defaults_hold() -> None:
    settings = load()
    assert settings.token is None
    assert settings.api_url == "https://api.telegram.org"
    assert settings.address == ("127.0.0.1", 8080)
    assert settings.owners == []


def test_the_environment_is_stronger_than_a_secret_file_and_that_than_toml(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Environment, then secret files, then TOML."""
    (tmp_path / "frontwire.toml").write_text('token = "1:toml"\nrate = 5\nowners = [1, 2]\n')
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "FRONTWIRE_TOKEN").write_text("2:file\n")
    (secrets / "FRONTWIRE_RATE").write_text("6")
    monkeypatch.setenv("FRONTWIRE_SECRETS_DIR", str(secrets))
    monkeypatch.setenv("FRONTWIRE_RATE", "7")
    settings = load()
    assert settings.token is not None
    assert settings.token.get_secret_value() == "2:file"
    assert settings.rate == 7
    assert settings.owners == [1, 2]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("FRONTWIRE_OWNERS", "1, boss", "FRONTWIRE_OWNERS"),
        ("FRONTWIRE_RATE", "-77", "FRONTWIRE_RATE"),
        ("FRONTWIRE_RATE", "5000", "FRONTWIRE_RATE"),
        ("FRONTWIRE_RATE", "0.45", "FRONTWIRE_RATE"),
        ("FRONTWIRE_LISTEN", "9099", "FRONTWIRE_LISTEN"),
        ("FRONTWIRE_API_URL", "api.telegram.org", "FRONTWIRE_API_URL"),
        ("FRONTWIRE_API_URL", "https://me:hush@example.org", "FRONTWIRE_API_URL"),
        ("FRONTWIRE_WEBHOOK_URL", "https://example.org/hook", "webhook_secret is missing"),
        ("FRONTWIRE_WEBHOOK_SECRET", "not allowed!", "FRONTWIRE_WEBHOOK_SECRET"),
        ("FRONTWIRE_ALLOW_NETWORKS", "10.0.0.0/99", "FRONTWIRE_ALLOW_NETWORKS"),
        ("FRONTWIRE_LOG", "loud", "FRONTWIRE_LOG"),
        ("FRONTWIRE_SECRETS_DIR", "/nowhere/at/all", "FRONTWIRE_SECRETS_DIR"),
    ],
)
def test_a_wrong_setting_is_named_but_never_quoted(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=said) as raised:
        load()
    assert value not in str(raised.value) or name == "FRONTWIRE_SECRETS_DIR"


def test_an_unknown_key_in_the_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "frontwire.toml").write_text("tokn = 'x'\n")
    with pytest.raises(ConfigurationError, match="TOKN"):
        load()


def test_a_file_that_is_no_toml_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "frontwire.toml").write_text("token: x\n")
    with pytest.raises(ConfigurationError, match="not TOML"):
        load()


def test_lists_are_written_with_commas_or_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONTWIRE_OWNERS", "1, 2 3")
    monkeypatch.setenv("FRONTWIRE_ALLOW_NETWORKS", "10.0.0.0/8 fd00::/8")
    settings = load()
    assert settings.owners == [1, 2, 3]
    assert [str(network) for network in settings.allow_networks] == ["10.0.0.0/8", "fd00::/8"]


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONTWIRE_TOKEN", "")
    assert load().token is None


def test_what_is_shown_holds_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens, keys and passwords are only said to be there."""
    monkeypatch.setenv("FRONTWIRE_TOKEN", TOKEN)
    monkeypatch.setenv("FRONTWIRE_DATABASE_URL", "postgresql+asyncpg://anna:geheim@db/news")
    monkeypatch.setenv("FRONTWIRE_PUSH_KEY", "open-sesame")
    settings = load()
    shown = settings.redacted()
    assert shown["FRONTWIRE_TOKEN"] == "(set)"
    assert shown["FRONTWIRE_DATABASE_URL"] == "postgresql+asyncpg://anna:(set)@db/news"
    assert not [secret for secret in (TOKEN, "geheim", "open-sesame") if secret in str(shown)]
    assert {TOKEN, "geheim", "open-sesame"} <= set(settings.secrets)
