"""Faults strike whom they were meant for, and the accept log tells what was accepted all the same."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from bot.sandbox import Fault, Sandbox
from bot.sandbox.faults import Faults
from tests.sandbox.conftest import EDITOR, READER, Call

GONE = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)


@pytest.mark.parametrize(
    ("fault", "outcome", "accepted"),
    [
        (Fault("drop_answer"), "gone", 1),
        (Fault("close"), "gone", 0),
        (Fault("status", status=500), 500, 0),
        (Fault("status", status=502, after=True), 502, 1),
        (Fault("too_many", retry_after=7), 429, 0),
        (Fault("garbage", after=True), "unreadable", 1),
        (Fault("hang", seconds=0.01, after=True), "gone", 1),
        (Fault("hang", seconds=0.01), "gone", 0),
        (Fault("delay", seconds=0.01), 200, 1),
        (Fault("delay", seconds=0.01, after=True), 200, 1),
    ],
)
async def test_each_fault_does_what_it_says(
    sandbox: Sandbox,
    session: aiohttp.ClientSession,
    fault: Fault,
    outcome: int | str,
    accepted: int,
) -> None:
    sandbox.fault(fault)
    address = f"{sandbox.url}/bot{sandbox.token}/sendMessage"
    assert await outcome_of(session, address) == outcome
    assert len(sandbox.accept_log) == accepted
    sandbox.clear_faults()
    assert await outcome_of(session, address) == 200


async def outcome_of(session: aiohttp.ClientSession, address: str) -> int | str:
    """What the bot's side sees: a status, or how the answer failed."""
    body: dict[str, Any] = {"chat_id": READER, "text": "x"}
    try:
        async with session.post(address, json=body) as answer:
            if answer.status == 200:
                await answer.json()
            return answer.status
    except GONE:
        return "gone"
    except ValueError:
        return "unreadable"


async def test_a_fault_is_for_its_method_and_chat_and_number_of_times(
    call: Call, sandbox: Sandbox
) -> None:
    sandbox.fault(Fault("too_many", method="sendMessage", chat_id=READER, times=2))
    assert (await call("getMe"))["ok"]
    assert (await call("sendMessage", chat_id=EDITOR, text="x"))["ok"]
    codes = [
        (await call("sendMessage", chat_id=READER, text="x")).get("error_code") for _ in range(3)
    ]
    assert codes == [429, 429, None]


def test_the_dice_fall_the_same_for_the_same_seed() -> None:
    def strikes(seed: int) -> list[bool]:
        faults = Faults(seed)
        faults.add(Fault("close", probability=0.5))
        return [faults.strike("sendmessage", 1) is not None for _ in range(50)]

    assert strikes(1) == strikes(1)
    assert 10 < sum(strikes(1)) < 40


async def test_the_311th_request_under_way_to_a_chat_is_too_many(
    session: aiohttp.ClientSession,
) -> None:
    async with Sandbox() as sandbox:
        sandbox.add_user(READER, "Olena")
        sandbox.start_chat(READER)
        sandbox.fault(Fault("hang"))
        address = f"{sandbox.url}/bot{sandbox.token}/sendMessage"
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as many:
            hanging = [asyncio.create_task(outcome_of(many, address)) for _ in range(310)]
            while sandbox.world.windows.enter(READER):
                sandbox.world.windows.leave(READER)
                await asyncio.sleep(0.01)
            async with session.post(address, json={"chat_id": READER, "text": "x"}) as answer:
                assert (await answer.json())["parameters"] == {"retry_after": 60}
            await sandbox.stop()
            assert set(await asyncio.gather(*hanging)) == {"gone"}


async def test_it_stops_and_starts_again_at_the_same_port(call: Call, sandbox: Sandbox) -> None:
    await call("sendMessage", chat_id=READER, text="before")
    address = sandbox.url
    await sandbox.stop()
    with pytest.raises(aiohttp.ClientOSError):
        await call("getMe")
    await sandbox.start()
    assert sandbox.url == address
    assert (await call("sendMessage", chat_id=READER, text="after"))["ok"]
    assert [row["text"] for row in sandbox.messages(READER)] == ["before", "after"]
