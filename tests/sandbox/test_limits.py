"""The windows slide truly, and a breach is answered with the seconds to wait."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox import Limits, Sandbox
from bot.sandbox.limits import Window, Windows


@given(
    count=st.integers(1, 5),
    gaps=st.lists(st.integers(0, 40), min_size=1, max_size=60),
)
def test_no_window_of_its_span_ever_holds_more_than_its_count(count: int, gaps: list[int]) -> None:
    window, now, taken = Window(count, 100), 0, []
    for gap in gaps:
        now += gap
        if not window.wait(now):
            window.take(now)
            taken.append(now)
    for start in taken:
        assert sum(start <= at < start + 100 for at in taken) <= count


@given(count=st.integers(1, 5), gaps=st.lists(st.integers(0, 150), max_size=40))
def test_after_the_wait_that_was_named_one_more_fits(count: int, gaps: list[int]) -> None:
    window, now = Window(count, 100), 0.0
    for gap in gaps:
        now += gap
        now += window.wait(now)
        assert window.wait(now) == 0
        window.take(now)


@pytest.mark.parametrize(
    ("limits", "chat_id", "gap", "accepted", "wait"),
    [
        (Limits.telegram(), 7, 0.0, 3, 3),
        (Limits(chat_burst=1), 7, 0.0, 1, 1),
        (Limits(chat_burst=1), 7, 1.0, 50, 0),
        (Limits.telegram(), -7, 0.1, 20, 58),
        (Limits(per_chat=None), 7, 0.0, 30, 1),
        (Limits.none(), 7, 0.0, 50, 0),
    ],
)
def test_each_chat_has_its_window(
    limits: Limits, chat_id: int, gap: float, accepted: int, wait: int
) -> None:
    windows = Windows(limits)
    waits = [windows.take(chat_id, 100.0 + turn * gap) for turn in range(50)]
    assert waits.count(0) == accepted
    assert next((w for w in waits if w), 0) == wait


def test_the_token_has_a_window_over_all_chats() -> None:
    windows = Windows(Limits.telegram())
    first = [windows.take(chat_id, 0.9) for chat_id in range(1, 41)]
    assert first.count(0) == 30
    # A second's edge lies between, but the same window still holds the thirty.
    assert windows.take(99, 1.1) == 1
    assert windows.take(99, 1.9) == 0


@pytest.fixture
async def paced() -> AsyncIterator[tuple[Sandbox, list[float]]]:
    """A sandbox with Telegram's limits on a clock that the test sets."""
    now = [1000.0]
    async with Sandbox(clock=lambda: now[0]) as sandbox:
        sandbox.add_user(7, "Olena")
        sandbox.start_chat(7)
        yield sandbox, now


async def test_edits_share_the_pace_and_a_breach_is_logged(
    paced: tuple[Sandbox, list[float]], session: object
) -> None:
    import aiohttp

    assert isinstance(session, aiohttp.ClientSession)
    sandbox, now = paced
    address = f"{sandbox.url}/bot{sandbox.token}/"
    sent = {"chat_id": 7, "text": "x"}
    edit = {"chat_id": 7, "message_id": 1}
    codes = []
    for method, params in (
        ("sendMessage", sent),
        ("editMessageText", {**edit, "text": "y"}),
        ("editMessageText", {**edit, "text": "z"}),
        ("sendMessage", sent),
        ("sendChatAction", {"chat_id": 7, "action": "typing"}),
    ):
        async with session.post(address + method, json=params) as answer:
            codes.append(answer.status)
            body = await answer.json()
        if answer.status == 429:
            assert body["parameters"] == {"retry_after": 3}
            assert body["description"] == "Too Many Requests: retry after 3"
    assert codes == [200, 200, 200, 429, 200]
    assert sandbox.refused_log.counts[429] == 1
    now[0] += 3
    async with session.post(address + "sendMessage", json=sent) as answer:
        assert answer.status == 200
