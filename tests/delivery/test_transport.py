"""What the wire may do to a call, and what it means; against a real server on loopback."""

from __future__ import annotations

import socket

import pytest
from telegram.error import InvalidToken, NetworkError, TimedOut
from telegram.ext import ExtBot

from bot.delivery.answer import Answer
from bot.delivery.connection import Response
from bot.delivery.transport import Transport, TransportRequest, _parsed
from bot.sandbox import Fault, Limits, Sandbox

HELLO = {"chat_id": 1, "text": "hello"}


@pytest.fixture(autouse=True)
def reader(sandbox: Sandbox) -> None:
    sandbox.add_user(1, "Reader")
    sandbox.start_chat(1)


async def test_an_answer_comes_back_parsed(transport: Transport) -> None:
    answer = await transport.call("sendMessage", HELLO)
    assert answer.ok
    assert isinstance(answer.message_id, int)


@pytest.mark.parametrize(
    ("fault", "may_have_arrived", "accepted"),
    [
        (Fault("drop_answer", times=1), True, 1),
        (Fault("close", times=1), True, 0),
        (Fault("hang", times=1), True, 0),
    ],
)
async def test_a_lost_answer_is_in_doubt(
    sandbox: Sandbox, transport: Transport, fault: Fault, may_have_arrived: bool, accepted: int
) -> None:
    sandbox.fault(fault)
    answer = await transport.call("sendMessage", HELLO, timeout=0.2)
    assert (answer.status, answer.may_have_arrived) == (0, may_have_arrived)
    assert len(sandbox.accept_log) == accepted


async def test_no_connection_means_that_nothing_was_sent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: refused for certain
        transport = Transport("1:t", f"http://127.0.0.1:{taken.getsockname()[1]}")
        answer = await transport.call("sendMessage", HELLO)
        await transport.close()
    assert (answer.status, answer.may_have_arrived) == (0, False)


async def test_a_name_that_does_not_resolve_means_that_nothing_was_sent() -> None:
    transport = Transport("1:secret", "http://no-such-host.invalid")
    answer = await transport.call("sendMessage", HELLO)
    await transport.close()
    assert (answer.status, answer.may_have_arrived) == (0, False)
    assert "secret" not in answer.description


@pytest.mark.parametrize("kind", ["status", "garbage"])
async def test_a_body_that_is_no_answer_is_said_to_be_none(
    sandbox: Sandbox, transport: Transport, kind: str
) -> None:
    sandbox.fault(Fault(kind, times=1))  # type: ignore[arg-type]
    assert not (await transport.call("sendMessage", HELLO)).is_parsed


@pytest.mark.parametrize(
    "body",
    [b"[]", b"null", b"true", b'{"ok": false}', b'{"ok": true}', b'{"ok": true, "result"', b""],
)
def test_what_says_neither_what_was_done_nor_why_not_is_no_answer(body: bytes) -> None:
    answer = _parsed(Response(200, body))
    assert (answer.ok, answer.is_parsed) == (False, False)


async def test_parameters_of_a_refusal_are_read(sandbox: Sandbox, transport: Transport) -> None:
    sandbox.fault(Fault("too_many", times=1, retry_after=7))
    answer = await transport.call("sendMessage", HELLO)
    assert answer == Answer(429, description="Too Many Requests: retry after 7", retry_after=7)


async def test_ptb_speaks_through_the_same_pool(sandbox: Sandbox, transport: Transport) -> None:
    request = TransportRequest(transport)
    async with ExtBot("100:sandbox", f"{sandbox.url}/bot", request=request) as bot:
        sent = await bot.send_message(1, "hello")
        photo = await bot.send_photo(1, b"\x89PNG\r\n\x1a\n" + bytes(64), caption="a picture")
    assert sent.text == "hello"
    assert photo.caption == "a picture"
    assert (await transport.call("sendMessage", HELLO)).ok


async def test_ptb_gets_its_own_errors(sandbox: Sandbox, transport: Transport) -> None:
    bot = ExtBot("100:sandbox", f"{sandbox.url}/bot", request=TransportRequest(transport))
    await bot.initialize()
    sandbox.fault(Fault("hang", times=1))
    with pytest.raises(TimedOut):
        await bot.send_message(1, "hello", read_timeout=0.1)
    sandbox.fault(Fault("drop_answer", times=1))
    with pytest.raises(NetworkError) as dropped:
        await bot.send_message(1, "hello")
    assert "sandbox" not in str(dropped.value)
    stranger = ExtBot("1:wrong", f"{sandbox.url}/bot", request=TransportRequest(transport))
    with pytest.raises(InvalidToken):
        await stranger.get_me()


async def test_limits_reach_the_caller(transport: Transport, sandbox: Sandbox) -> None:
    sandbox.set_limits(Limits(per_second=1))
    await transport.call("sendMessage", HELLO)
    refused = await transport.call("sendMessage", HELLO)
    assert (refused.status, refused.retry_after) == (429, 1)
