"""In a process of its own the sandbox says where it is, obeys over HTTP and writes its log."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox import Sandbox


async def test_a_process_of_its_own_judges_and_writes_its_log(
    session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    log = tmp_path / "accepted.jsonl"
    arguments = ("-m", "bot.sandbox", "--limits", "none", "--open-chats", "--log", str(log))
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    ready = json.loads(await process.stdout.readline())
    address = f"{ready['url']}/bot{ready['token']}/sendMessage"
    for chat_id in (1, 2_000_000):
        async with session.post(address, json={"chat_id": chat_id, "text": "x"}) as answer:
            assert answer.status == 200
    async with session.get(f"{ready['url']}/control/accepted?since=1") as answer:
        assert [row["chat_id"] for row in await answer.json()] == [2_000_000]
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
    assert [json.loads(line)["chat_id"] for line in log.read_text().splitlines()] == [1, 2_000_000]


async def test_people_faults_and_limits_are_set_over_http(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    async def control(door: str, **params: object) -> object:
        async with session.post(f"{sandbox.url}/control/{door}", json=params) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    address = f"{sandbox.url}/bot{sandbox.token}/sendMessage"
    assert await control("users", first=1000, count=500) == 500
    await control("limits", per_second=1, per_chat=None)
    await control("fault", kind="status", status=500, times=1)
    codes = []
    for chat_id in (1000, 1499, 1001):
        async with session.post(address, json={"chat_id": chat_id, "text": "x"}) as answer:
            codes.append(answer.status)
    assert codes == [500, 200, 429]
    await control("reset")
    async with session.get(f"{sandbox.url}/control/state") as answer:
        assert (await answer.json())["accepted"] == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
async def test_another_sites_page_cannot_drive_it(
    sandbox: Sandbox, session: aiohttp.ClientSession, headers: dict[str, str], status: int
) -> None:
    async with session.get(f"{sandbox.url}/control/state", headers=headers) as answer:
        assert answer.status == status
