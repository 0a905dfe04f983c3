"""All settings, typed and documented; nothing else reads the environment.

Sources, strongest first: environment ``FRONTWIRE_*``; files in the secrets folder named by
``FRONTWIRE_SECRETS_DIR`` (one file a setting, as containers mount them); the TOML file named by
``FRONTWIRE_CONFIG`` (default ``frontwire.toml`` in the working directory, where it exists).
"""

from __future__ import annotations

import os
import re
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from digests.errors import ConfigurationError


def _listed(value: Any) -> Any:
    """``1, 2`` or ``1 2`` in the environment; a list in TOML."""
    return value.replace(",", " ").split() if isinstance(value, str) else value


Listed = Annotated[list[int], NoDecode, BeforeValidator(_listed)]
Kinds = Annotated[
    list[Literal["digest", "alert", "correction", "notice"]], NoDecode, BeforeValidator(_listed)
]
Networks = Annotated[list[IPv4Network | IPv6Network], NoDecode, BeforeValidator(_listed)]


class Settings(BaseSettings):
    """What an operator can set. ``frontwire doctor`` prints them, secrets redacted."""

    model_config = SettingsConfigDict(
        env_prefix="FRONTWIRE_", extra="forbid", hide_input_in_errors=True, env_ignore_empty=True
    )

    token: SecretStr | None = Field(None, description="The bot's token; without it: the sandbox.")
    api_url: str = Field("https://api.telegram.org", description="Any Bot API server.")
    database_url: SecretStr = Field(
        SecretStr("sqlite:///var/frontwire.db"),
        description="An SQLite file, or postgresql+asyncpg://...",
    )
    owners: Listed = Field([], description="User ids that own the bot: they appoint editors.")
    rate: float = Field(30.0, ge=1, le=1000, description="Messages a second Telegram allows.")
    at_most_once: Kinds = Field(
        [],
        description="Of digest, alert, correction, notice: what is never sent again in doubt.",
    )
    webhook_url: str | None = Field(None, description="Public https address; else long polling.")
    webhook_secret: SecretStr | None = Field(None, description="1-256 of A-Za-z0-9_-.")
    listen: str = Field("127.0.0.1:8080", description="Where the web doors listen.")
    two_person: bool = Field(False, description="Another editor must approve each alert.")
    push_key: SecretStr | None = Field(None, description="Bearer key of the push door; none: shut.")
    archive_url: str | None = Field(
        None, description="Public address of the archive; none: there is none."
    )
    topics: Path | None = Field(None, description="An own topics file.")
    allow_networks: Networks = Field(
        [], description="Private networks sources may lie in, as CIDRs."
    )
    log: str = Field(
        "info", pattern="^(debug|info|warning|error)$", description="How much is logged."
    )

    @field_validator("api_url", "webhook_url", "archive_url")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        if value is not None and not re.match(r"https?://[^/\s]+", value):
            raise ValueError("not an http(s) address")
        return value.rstrip("/") if value else None

    @field_validator("api_url")
    @classmethod
    def _names_nobody(cls, value: str) -> str:
        """Delivery would leave them out, and logs and the doctor would show them."""
        if "@" in urlsplit(value).netloc:
            raise ValueError("an address without a user and a password")
        return value

    @field_validator("listen")
    @classmethod
    def _is_host_and_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdecimal() or int(port) > 65535:
            raise ValueError("write host:port, such as 127.0.0.1:8080")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _is_what_telegram_takes(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
            raise ValueError("1-256 of A-Za-z0-9_-")
        return value

    @model_validator(mode="after")
    def _webhook_needs_its_secret(self) -> Settings:
        if self.webhook_url and not self.webhook_secret:
            raise ValueError("webhook_secret is missing: without it anybody could forge updates")
        return self

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of the web doors."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be read in a log."""
        held = (self.token, self.webhook_secret, self.push_key, self.database_url)
        texts = [secret.get_secret_value() for secret in held if secret]
        password = urlsplit(self.database_url.get_secret_value()).password
        return tuple(text for text in [*texts, password] if text and not text.startswith("sqlite"))

    def redacted(self) -> dict[str, str]:
        """Every setting by the name it has in the environment, fit to be shown to anybody."""
        shown = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, SecretStr):
                value = _hidden(value.get_secret_value())
            elif isinstance(value, list):
                value = " ".join(str(item) for item in value)
            shown[f"FRONTWIRE_{name.upper()}"] = "" if value is None else str(value)
        return shown

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the caller's signature
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment, then secret files, then TOML."""
        toml = TomlConfigSettingsSource(
            settings_cls, os.environ.get("FRONTWIRE_CONFIG", "frontwire.toml")
        )
        return init_settings, env_settings, file_secret_settings, toml


def _hidden(secret: str) -> str:
    """A database URL without its password; of anything else only that it is there."""
    if "://" not in secret:
        return "(set)"
    return re.sub(r"(://[^:/@]*):[^@/]*@", r"\1:(set)@", secret)


def load(**overrides: Any) -> Settings:
    """The settings, or a ``ConfigurationError`` that names each wrong one."""
    secrets = os.environ.get("FRONTWIRE_SECRETS_DIR")
    if secrets and not Path(secrets).is_dir():
        raise ConfigurationError("FRONTWIRE_SECRETS_DIR: no such folder")
    try:
        return Settings(_secrets_dir=secrets, **overrides)  # type: ignore[call-arg]
    except ValidationError as error:
        # "from None": the original would quote what was set.
        raise ConfigurationError(_sentence(error)) from None
    except TOMLDecodeError as error:
        raise ConfigurationError(f"the settings file is not TOML: {error}") from None


def _sentence(error: ValidationError) -> str:
    """Names, never values: a wrong token must not reach a log."""
    parts = []
    for problem in error.errors(include_input=False, include_url=False):
        name = "_".join(str(part) for part in problem["loc"][:1]).upper()
        parts.append(f"FRONTWIRE_{name}: {problem['msg']}" if name else problem["msg"])
    return "; ".join(parts)
