"""The doors over HTTP: who comes in, what is answered, what is never told."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.delivery.counts import Counts
from bot.updates import Updates
from bot.web import doors
from bot.web.webhook import SECRET, path_of
from digests.intake.article import Article
from digests.intake.source import Source, SourceKind
from digests.outbox.verdict import Meaning
from digests.storage.database import Database
from tests.bot.conftest import make_services

# What the engine does not matter to is asked on the quick one.
on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

KEY, HOOK = "open-sesame", "hook-secret"
ARTICLE = {
    "title": "Power is back in Kharkiv",
    "url": "https://example.org/1",
    "text": "All of it.",
}


class Heard:
    """Takes updates in place of the application."""

    def __init__(self) -> None:
        self.processed: list[int] = []
        self.bot = None
        self.update_processor = self
        self.breaks = False

    async def process_update(self, update: Any, work: Any = None) -> None:
        if work is not None:
            await work
            return
        self.processed.append(update.update_id)
        if self.breaks:
            raise RuntimeError("a secret")


class House:
    """The doors, open on a free port."""

    def __init__(self, address: str, heard: Heard, session: aiohttp.ClientSession) -> None:
        self.address, self.heard, self.session = address, heard, session
        self.parts = {"chat": True}

    async def ask(self, method: str, path: str, **more: Any) -> tuple[int, Any]:
        async with self.session.request(method, self.address + path, **more) as answer:
            body = await answer.text()
            return answer.status, json.loads(body) if body.startswith(("{", "[")) else body


@pytest.fixture
async def house(database: Database, now: datetime) -> AsyncIterator[House]:
    """With every door that settings can open."""
    made = make_services(
        database,
        now,
        push_key=SecretStr(KEY),
        webhook_url="https://news.example.org/telegram/x",
        webhook_secret=SecretStr(HOOK),
    )
    heard = Heard()
    parts: dict[str, bool] = {}
    counts = Counts(answers=Counter({Meaning.LATER: 2}), claims=4, claim_seconds=0.5)
    server = doors.Doors(doors.build(made, Updates(heard), lambda: parts, counts))  # type: ignore[arg-type]
    address = await server.open("127.0.0.1", 0)
    async with aiohttp.ClientSession() as session:
        opened = House(address, heard, session)
        opened.parts = parts
        yield opened
    await server.close()


def call(update_id: int) -> dict[str, Any]:
    """A webhook call as Telegram makes it."""
    body = json.dumps({"update_id": update_id}).encode()
    return {"data": body, "headers": {SECRET: HOOK, "Content-Type": "application/json"}}


@on_sqlite
@pytest.mark.parametrize("header", [{}, {SECRET: ""}, {SECRET: "guess"}, {SECRET: HOOK + "x"}])
async def test_a_forged_call_is_refused(house: House, header: dict[str, str]) -> None:
    """Whatever it says, nothing is processed."""
    status, _ = await house.ask("POST", "/telegram/x", json={"update_id": 1}, headers=header)
    assert status == 403
    assert house.heard.processed == []


async def test_a_replayed_call_is_processed_once(house: House) -> None:
    """Telegram repeats what was not answered in time."""
    answers = await asyncio.gather(*(house.ask("POST", "/telegram/x", **call(5)) for _ in range(4)))
    assert [status for status, _ in answers] == [200] * 4
    assert house.heard.processed == [5]


@on_sqlite
@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'"x"', "application/json", 400),
        (b"{}", "application/json", 400),
        (b'{"update_id": "1"}', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"update_id": 1}', "text/plain", 415),
        (b"x" * (1 << 20) + b"y", "application/json", 413),
        (b'{"update_id": 1, "message": 5}', "application/json", 200),
        (b'{"update_id": 1, "news_of_2030": {}}', "application/json", 200),
    ],
)
async def test_bad_calls_get_a_clear_answer(
    house: House, body: bytes, kind: str, expected: int
) -> None:
    headers = {SECRET: HOOK, "Content-Type": kind}
    status, _ = await house.ask("POST", "/telegram/x", data=body, headers=headers)
    assert status == expected


@on_sqlite
async def test_a_handler_that_fails_is_not_called_again(house: House) -> None:
    """Its failure was reported; a repetition would fail as well."""
    house.heard.breaks = True
    status, body = await house.ask("POST", "/telegram/x", **call(1))
    assert status == 200
    assert "secret" not in str(body)


@pytest.mark.parametrize(
    ("url", "path"),
    [("https://a.org/telegram/x", "/telegram/x"), ("https://a.org", "/"), ("https://a.org/", "/")],
)
def test_the_webhook_is_served_where_its_address_says(url: str, path: str) -> None:
    assert path_of(url) == path


@on_sqlite
@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer guess"}, {"Authorization": KEY}, {"X-Key": KEY}]
)
async def test_a_push_without_the_key_is_refused(house: House, header: dict[str, str]) -> None:
    status, _ = await house.ask("POST", "/push", json=ARTICLE, headers=header)
    assert status == 401


@on_sqlite
@pytest.mark.parametrize(
    ("body", "status", "new", "bad"),
    [
        (json.dumps(ARTICLE), 200, 1, []),
        (json.dumps([ARTICLE, {"title": "b", "text": "c"}]), 200, 2, []),
        (f"{json.dumps(ARTICLE)}\n\n{json.dumps({'title': 'b', 'text': 'c'})}\n", 200, 2, []),
        (json.dumps([ARTICLE, 5, {"title": ""}]), 200, 1, [2, 3]),
        (f"{json.dumps(ARTICLE)}\nnot json\n", 200, 1, [2]),
        ("", 400, 0, []),
        ("[]", 400, 0, []),
        ("5", 400, 0, [1]),
        ("not json", 400, 0, [1]),
    ],
)
async def test_what_is_pushed_is_kept_and_bad_records_are_numbered(
    house: House, database: Database, body: str, status: int, new: int, bad: list[int]
) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    found, answer = await house.ask("POST", "/push", data=body.encode(), headers=headers)
    assert found == status
    assert answer["new"] == new
    assert [line["number"] for line in answer["bad"]] == bad
    async with database.read() as session:
        assert len((await session.scalars(select(Article))).all()) == new


async def test_the_same_push_twice_is_kept_once(house: House, database: Database) -> None:
    """Under the source the record names."""
    headers = {"Authorization": f"bearer {KEY}"}
    body = {**ARTICLE, "source": "Night desk"}
    await house.ask("POST", "/push", json=body, headers=headers)
    _, answer = await house.ask("POST", "/push", json=body, headers=headers)
    assert (answer["new"], answer["known"]) == (0, 1)
    async with database.read() as session:
        [source] = await session.scalars(select(Source))
    assert (source.kind, source.title) == (SourceKind.PUSH, "Night desk")


@on_sqlite
async def test_a_push_that_is_too_large_is_refused(house: House) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    status, body = await house.ask("POST", "/push", data=b"x" * (9 << 20), headers=headers)
    assert status == 413
    assert "error" in body


async def test_health_tells_life_from_use(house: House) -> None:
    """503 names what does not run."""
    assert (await house.ask("GET", "/health/live"))[0] == 200
    assert await house.ask("GET", "/health") == (200, {"database": True, "delivery": True})
    house.parts["courier"] = False
    says = {"database": True, "delivery": True, "courier": False}
    assert await house.ask("GET", "/health") == (503, says)


async def test_metrics_are_told_in_prometheus_format(house: House) -> None:
    """Every lane and state is there from the start, at 0."""
    status, body = await house.ask("GET", "/metrics")
    assert status == 200
    assert 'frontwire_outbox_messages{lane="urgent"} 0.0' in body
    assert 'frontwire_sources{state="failing"} 0.0' in body
    assert 'frontwire_answers_total{meaning="later"} 2.0' in body
    assert 'frontwire_answers_total{meaning="uncertain"} 0.0' in body
    assert "frontwire_claim_seconds_total 0.5" in body
    headers = {"Authorization": f"Bearer {KEY}"}
    await house.ask("POST", "/push", json=ARTICLE, headers=headers)
    _, body = await house.ask("GET", "/metrics")
    assert "frontwire_articles 1.0" in body


@on_sqlite
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/../etc/passwd", 404),
        ("GET", "/push", 405),
        ("PUT", "/health", 405),
    ],
)
async def test_other_doors_are_shut(house: House, method: str, path: str, status: int) -> None:
    found, body = await house.ask(method, path)
    assert found == status
    assert set(body) == {"error"}


@on_sqlite
async def test_what_breaks_inside_is_not_told_outside(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A code is; the log has the same."""

    async def breaks(*_: Any, **__: Any) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr("bot.web.metrics.figures", breaks)
    status, body = await house.ask("GET", "/metrics")
    assert status == 500
    assert "code" in body["error"]
    assert "secret" not in str(body)


async def test_doors_without_keys_stay_shut(database: Database, now: datetime) -> None:
    """No push without a key, no webhook without an address."""
    built = doors.build(make_services(database, now), Updates(Heard()), dict, Counts())  # type: ignore[arg-type]
    paths = {route.resource.canonical for route in built.router.routes() if route.resource}
    assert paths == {"/health", "/health/live", "/metrics"}
