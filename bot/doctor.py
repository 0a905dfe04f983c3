"""What ``frontwire doctor`` looks at. Each check says how it is; the template says what to do."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from bot.settings import Settings
from digests.errors import ConfigurationError, SchemaOutdated, TopicsFileError
from digests.intake.source import Source, SourceState
from digests.migrations import require_head
from digests.outbox.restored import stopped_since
from digests.storage.database import Database
from digests.stories.tagging import load_topics

PATIENCE = 10.0
"""Seconds that the API server and the database have to answer."""
CLOCK_SECONDS = 5.0
"""How far the clocks may lie apart: digests are kept to the minute, and Telegram says whole seconds."""
DISK_BYTES = 500_000_000
# Read by settings.py itself, and so no fields of it; the last two are the tests'.
PROXY = {"HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy", "all_proxy"}
"""Variables that other programs obey."""
_KNOWN = {"CONFIG", "SECRETS_DIR", "TEST_STRICT", "SHARED"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found: good, a note, or a fault; ``how`` names its sentence in the template."""

    what: str
    how: str
    verdict: str = "good"
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def is_fault(self) -> bool:
        """Whether Frontwire will not do its work like this."""
        return self.verdict == "fault"

    def as_row(self) -> dict[str, Any]:
        """For scripts."""
        return {"what": self.what, "how": self.how, "verdict": self.verdict, **self.values}


def note(what: str, how: str, **values: Any) -> Finding:
    """Worth knowing."""
    return Finding(what, how, "note", values)


def fault(what: str, how: str, **values: Any) -> Finding:
    """Must be put right."""
    return Finding(what, how, "fault", values)


def good(what: str, how: str = "good", **values: Any) -> Finding:
    """As it should be."""
    return Finding(what, how, "good", values)


async def examine(settings: Settings, now: datetime) -> list[Finding]:
    """Every check, one after another."""
    findings = list(_settings(settings))
    findings += [finding async for finding in _telegram(settings, now)]
    findings += [finding async for finding in _database(settings)]
    findings += _permissions(settings)
    return findings


def _settings(settings: Settings) -> Iterator[Finding]:
    fields = {name.upper() for name in type(settings).model_fields} | _KNOWN
    for name in sorted(os.environ):
        if name.startswith("FRONTWIRE_") and name.removeprefix("FRONTWIRE_") not in fields:
            yield note("settings", "unknown", name=name)
    if PROXY & os.environ.keys():
        yield note("network", "proxy")
    if not settings.owners:
        yield note("owners", "none")
    try:
        yield good("topics", count=len(load_topics(settings.topics).names))
    except TopicsFileError as error:
        yield fault("topics", "unreadable", why=str(error))


async def _telegram(settings: Settings, now: datetime) -> AsyncIterator[Finding]:
    if settings.token is None:
        yield note("token", "none")
        return
    timeout = aiohttp.ClientTimeout(total=PATIENCE)
    base = f"{settings.api_url}/bot{settings.token.get_secret_value()}"
    async with aiohttp.ClientSession(timeout=timeout) as session:
        try:
            me, said_at = await _ask(session, f"{base}/getMe")
            hook, _ = await _ask(session, f"{base}/getWebhookInfo")
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            # Only its name: its text holds the address, and the address the token.
            yield fault("token", "unreachable", where=settings.api_url, why=type(error).__name__)
            return
    if not me.get("ok"):
        yield fault("token", "refused", code=me.get("error_code"))
        return
    yield good("token", username=me["result"].get("username"))
    yield _clock(said_at, now)
    yield _webhook(settings, hook.get("result") or {})


async def _ask(session: aiohttp.ClientSession, url: str) -> tuple[dict[str, Any], datetime | None]:
    # As delivery does: what is elsewhere is not looked for with a token in the address.
    async with session.get(url, allow_redirects=False) as response:
        date = response.headers.get("Date")
        said = await response.json(content_type=None)
    if not isinstance(said, dict):
        raise ValueError("no Bot API server")
    return said, parsedate_to_datetime(date) if date else None


def _clock(said: datetime | None, now: datetime) -> Finding:
    if said is None:
        return note("clock", "unknown")
    apart = abs((now - said).total_seconds())
    if apart > CLOCK_SECONDS:
        return fault("clock", "wrong", seconds=round(apart))
    return good("clock")


def _webhook(settings: Settings, info: dict[str, Any]) -> Finding:
    held = info.get("url") or ""
    if not settings.webhook_url:
        return note("webhook", "leftover") if held else good("webhook", "polling")
    if held != settings.webhook_url:
        return note("webhook", "unset")
    if info.get("last_error_message"):
        waiting = info.get("pending_update_count", 0)
        return note("webhook", "failing", why=info["last_error_message"], waiting=waiting)
    return good("webhook")


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    try:
        database = Database(settings.database_url.get_secret_value())
    except (ConfigurationError, OSError) as error:
        yield fault("database", "unreachable", why=type(error).__name__)
        return
    engine = database.url.get_backend_name()
    try:
        async with asyncio.timeout(PATIENCE):
            await require_head(database)
            async with database.write() as session:
                await session.execute(text("UPDATE gate SET rate = rate WHERE bot_id IS NULL"))
            yield good("database", engine=engine)
            yield await _sources(database)
            async with database.read() as session:
                stopped = await stopped_since(session)
            yield fault("delivery", "stopped", since=str(stopped)) if stopped else good("delivery")
    except SchemaOutdated as error:
        yield fault("database", "outdated", why=str(error))
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        yield fault("database", "unreachable", why=type(error).__name__)
    finally:
        await database.close()


async def _sources(database: Database) -> Finding:
    async with database.read() as session:
        counted = select(Source.state, func.count()).group_by(Source.state)
        states = dict((await session.execute(counted)).all())
    bad = (SourceState.FAILING, SourceState.MALFORMED, SourceState.TOO_LARGE, SourceState.REFUSED)
    failing = sum(states.get(state, 0) for state in bad)
    if not states:
        return note("sources", "none")
    if failing:
        return note("sources", "failing", failing=failing, count=sum(states.values()))
    return good("sources", count=sum(states.values()))


def _permissions(settings: Settings) -> list[Finding]:
    found: list[Finding] = []
    open_files = [path for path in _private(settings) if path.stat().st_mode & 0o077]
    found += [note("permissions", "open", path=str(path)) for path in open_files]
    folder = _folder(settings)
    if folder is not None:
        if not os.access(folder, os.W_OK):
            found.append(fault("permissions", "unwritable", path=str(folder)))
        elif shutil.disk_usage(folder).free < DISK_BYTES:
            free = shutil.disk_usage(folder).free // 1_000_000
            found.append(note("disk", "full", path=str(folder), megabytes=free))
    return found or [good("permissions")]


def _folder(settings: Settings) -> Path | None:
    """Where the SQLite file lies; none on PostgreSQL."""
    try:
        path = Database(settings.database_url.get_secret_value()).path
    except (ConfigurationError, OSError):
        return None
    return path.parent if path else None


def _private(settings: Settings) -> Iterator[Path]:
    """Files that hold secrets, or who reads what."""
    folder, secrets = _folder(settings), os.environ.get("FRONTWIRE_SECRETS_DIR")
    if folder is not None:
        yield from folder.glob("*.db")
    if secrets:
        yield from (path for path in Path(secrets).glob("[Ff][Rr][Oo][Nn]*") if path.is_file())
    toml = Path(os.environ.get("FRONTWIRE_CONFIG", "frontwire.toml"))
    if toml.is_file():
        yield toml
