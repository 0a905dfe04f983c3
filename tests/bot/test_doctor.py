"""The doctor finds what is wrong and says what to do; it tells no secret."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.console import render
from bot.doctor import PROXY, Finding, examine
from bot.sandbox import Sandbox
from bot.settings import Settings
from digests.migrations import upgrade
from digests.storage.database import Database

ROOT = Path(__file__).parents[2]
TOKEN = "100:sandbox"


@pytest.fixture
async def telegram() -> AsyncIterator[Sandbox]:
    """A Bot API server."""
    async with Sandbox(token=TOKEN) as server:
        yield server


async def findings(
    tmp_path: Path, now: datetime | None = None, *, migrated: bool = True, **more: Any
) -> dict[str, Finding]:
    """What it finds, by ``what.how``."""
    url = f"sqlite:///{tmp_path}/frontwire.db"
    if migrated:
        database = Database(url)
        await upgrade(database)
        await database.close()
        (tmp_path / "frontwire.db").chmod(0o600)
    settings = Settings(**{"database_url": SecretStr(url), **more})
    found = await examine(settings, now or datetime.now(UTC))
    shown = render("doctor.txt", settings=settings.redacted(), findings=found)
    assert TOKEN not in shown
    assert TOKEN not in json.dumps([finding.as_row() for finding in found])
    return {f"{finding.what}.{finding.how}": finding for finding in found}


async def test_where_all_is_well_there_is_no_fault(tmp_path: Path, telegram: Sandbox) -> None:
    found = await findings(tmp_path, token=SecretStr(TOKEN), api_url=telegram.url, owners=[1])
    assert not [finding for finding in found.values() if finding.is_fault]
    assert {"token.good", "database.good", "topics.good", "permissions.good"} <= set(found)


async def test_without_a_token_it_says_how_to_get_one(tmp_path: Path) -> None:
    assert "token.none" in await findings(tmp_path)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"token": SecretStr("100:another")}, "token.refused"),
        ({"token": SecretStr(TOKEN), "api_url": "http://127.0.0.1:9"}, "token.unreachable"),
        (
            {"database_url": SecretStr("postgresql://x:geheim@127.0.0.1:9/x")},
            "database.unreachable",
        ),
        ({"topics": Path("/nowhere.toml")}, "topics.unreadable"),
    ],
)
async def test_faults_are_named(
    tmp_path: Path, telegram: Sandbox, more: dict[str, Any], expected: str
) -> None:
    found = await findings(tmp_path, **{"api_url": telegram.url, **more})
    assert found[expected].is_fault


async def test_a_database_of_another_version_is_a_fault(tmp_path: Path) -> None:
    found = await findings(tmp_path, migrated=False)
    assert found["database.outdated"].is_fault


async def test_a_clock_that_is_wrong_is_a_fault(tmp_path: Path, telegram: Sandbox) -> None:
    """Held against the API server's Date header."""
    found = await findings(
        tmp_path,
        datetime.now(UTC) + timedelta(minutes=2),
        token=SecretStr(TOKEN),
        api_url=telegram.url,
    )
    assert found["clock.wrong"].is_fault


async def test_files_that_others_can_read_are_noted(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/frontwire.db")
    await upgrade(database)
    await database.close()
    (tmp_path / "frontwire.db").chmod(0o644)
    assert "permissions.open" in await findings(tmp_path, migrated=False)


async def test_slips_of_the_pen_are_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that looks like a setting and is none."""
    monkeypatch.setenv("FRONTWIRE_TOKN", "x")
    found = await findings(tmp_path)
    assert found["settings.unknown"].values == {"name": "FRONTWIRE_TOKN"}


async def test_a_proxy_that_is_not_used_is_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in PROXY:
        monkeypatch.delenv(name, raising=False)
    assert "network.proxy" not in await findings(tmp_path)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:3128")
    assert not (await findings(tmp_path))["network.proxy"].is_fault


def test_every_finding_has_its_sentence() -> None:
    """Whatever the code can find, the template can say."""
    source = (ROOT / "bot" / "doctor.py").read_text()
    made = set(re.findall(r'(?:note|fault|good)\(\s*"(\w+)", "(\w+)"', source))
    made |= {(what, "good") for what in re.findall(r'good\("(\w+)"[,)](?! ")', source)}
    template = (ROOT / "templates" / "cli" / "doctor.txt").read_text()
    said = set(re.findall(r'^  "(\w+)\.(\w+)": ', template, re.MULTILINE))
    assert made <= said
