"""The log speaks in sentences, in both languages: no code's own name reaches a person."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import datetime
from inspect import signature
from pathlib import Path

import pytest
from click.testing import CliRunner

import bot
import digests
from bot.application import BUTTONS, COMMANDS
from bot.cli import main
from digests.alerts.audit import REFUSED, record, record_refusal
from digests.alerts.dialogue import Asked
from digests.alerts.editor import AuditEntry
from digests.migrations import upgrade
from digests.storage.database import Database
from digests.vocabulary import Language
from tests.alerts.builders import EDITOR, OWNER, READER
from tests.desk.newsroom import WORDS

HANDLERS = [*BUTTONS.values(), *(command.handler for command in COMMANDS)]
FOR_READERS = {"report_error", "drop_report"}
WISHES = sorted(
    (
        {handler.__name__ for handler in HANDLERS if handler.__module__.startswith("bot.desk")}
        | {asked.value for asked in Asked}
    )
    - FOR_READERS
)
_RECORDED = re.compile(r'\brecord\(\s*session,\s*"(\w+)",\s*f"(\w+):')
SOURCES = [
    path.read_text()
    for package in (bot, digests)
    for path in Path(str(package.__file__)).parent.rglob("*.py")
]
RECORDED = sorted({found for source in SOURCES for found in _RECORDED.findall(source)})


def line(entry: AuditEntry, language: Language) -> str:
    """One entry as a person reads it, without its date."""
    text = WORDS.text("desk/audit_page.html", language, entries=[entry])
    return text.split(" · ", 1)[1]


def entry(now: datetime, act: str, subject: str = "alert:1", **details: object) -> AuditEntry:
    return AuditEntry(at=now, user_id=2, act=act, subject=subject, details=details)


@pytest.mark.parametrize("wish", WISHES)
def test_what_somebody_wanted_is_said_in_words(now: datetime, wish: str) -> None:
    refusal = entry(now, REFUSED, wish=wish, reason="NotPermitted")
    nameless = entry(now, REFUSED, wish="no-such-wish", reason="NotPermitted")
    generic = line(nameless, Language.ENGLISH)
    assert line(refusal, Language.ENGLISH) != generic.replace("no-such-wish", wish)
    assert not re.search(r"[a-z]", line(refusal, Language.UKRAINIAN))


@pytest.mark.parametrize(("act", "kind"), RECORDED)
def test_what_somebody_did_is_said_in_words(now: datetime, act: str, kind: str) -> None:
    shown = line(entry(now, act, f"{kind}:7"), Language.UKRAINIAN)
    assert not re.search(r"[a-z]", shown), shown
    assert shown.endswith(" 7")


def test_every_act_and_wish_was_found() -> None:
    assert len(RECORDED) > 15
    assert len(WISHES) > 50
    assert all(list(signature(handler).parameters)[:2] for handler in HANDLERS)


async def test_the_command_line_shows_the_same(tmp_path: Path, now: datetime) -> None:
    url = f"sqlite:///{tmp_path}/frontwire.db"
    database = Database(url)
    await upgrade(database)
    async with database.write() as session:
        await record(session, "appoint", f"person:{EDITOR}", by=OWNER, now=now, role="editor")
        wish = {"by": READER, "now": now, "reason": "NotPermitted"}
        await record_refusal(session, "send_alert", "send_alert:1:1", **wish)
    await database.close()

    def run(*words: str) -> str:
        return CliRunner(env={"FRONTWIRE_DATABASE_URL": url}).invoke(main, ["audit", *words]).output

    shown, ukrainian, rows, theirs, none = [
        await asyncio.to_thread(run, *words)
        for words in ((), ("--uk",), ("--json",), ("--by", str(OWNER)), ("--most", "0"))
    ]
    assert shown.splitlines() == [
        f"2026-11-23 06:00 UTC · {READER} · refused: wanted to send an alert; not appointed to that",
        f"2026-11-23 06:00 UTC · {OWNER} · appointed: person {EDITOR} · editor",
    ]
    assert theirs.splitlines() == shown.splitlines()[1:]
    assert "Invalid value for '--most'" in none
    assert "відмовлено: хотіли надіслати термінову новину" in ukrainian
    assert [row["act"] for row in json.loads(rows)] == ["refused", "appoint"]
