"""All settings, typed and documented; nothing else reads the environment.

Sources, strongest first: environment ``FRONTWIRE_*``; files in the secrets folder named by
``FRONTWIRE_SECRETS_DIR`` (one file a setting, as containers mount them); the TOML file named by
``FRONTWIRE_CONFIG`` (default ``frontwire.toml`` in the working directory, where it exists).
"""

from __future__ import annotations

import os
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, model_validator
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
Networks = Annotated[list[IPv4Network | IPv6Network], NoDecode, BeforeValidator(_listed)]


class Settings(BaseSettings):
    """What an operator can set. ``frontwire doctor`` prints them, secrets redacted."""

    model_config = SettingsConfigDict(
        env_prefix="FRONTWIRE_", extra="forbid", hide_input_in_errors=True
    )

    token: SecretStr | None = Field(None, description="The bot's token; without it: the sandbox.")
    api_url: str = Field("https://api.telegram.org", description="Any Bot API server.")
    database_url: SecretStr = Field(
        SecretStr("sqlite:///var/frontwire.db"),
        description="An SQLite file, or postgresql+asyncpg://...",
    )
    owners: Listed = Field([], description="User ids that own the bot: they appoint editors.")
    rate: float = Field(30.0, gt=0, le=1000, description="Messages a second Telegram allows.")
    webhook_url: str | None = Field(None, description="Public https address; else long polling.")
    webhook_secret: SecretStr | None = Field(None, description="1-256 of A-Za-z0-9_-.")
    listen: str = Field("127.0.0.1:8080", description="Where the web doors listen.")
    push_key: SecretStr | None = Field(None, description="Bearer key of the push door; none: shut.")
    topics: Path | None = Field(None, description="An own topics file.")
    allow_networks: Networks = Field(
        [], description="Private networks sources may lie in, as CIDRs."
    )
    log: str = Field(
        "info", pattern="^(debug|info|warning|error)$", description="How much is logged."
    )

    @model_validator(mode="after")
    def _webhook_needs_its_secret(self) -> Settings:
        if self.webhook_url and not self.webhook_secret:
            raise ValueError("webhook_secret is missing: without it anybody could forge updates")
        return self

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


def load(**overrides: Any) -> Settings:
    """The settings, or a ``ConfigurationError`` that names each wrong one."""
    secrets = os.environ.get("FRONTWIRE_SECRETS_DIR")
    try:
        return Settings(_secrets_dir=secrets, **overrides)  # type: ignore[call-arg]
    except ValidationError as error:
        raise ConfigurationError(_sentence(error)) from error


def _sentence(error: ValidationError) -> str:
    """Names, never values: a wrong token must not reach a log."""
    parts = []
    for problem in error.errors(include_input=False, include_url=False):
        name = "_".join(str(part) for part in problem["loc"][:1]).upper()
        parts.append(f"FRONTWIRE_{name}: {problem['msg']}" if name else problem["msg"])
    return "; ".join(parts)
