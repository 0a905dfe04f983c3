"""A content that Telegram refuses, or that cannot be rendered, harms no other."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.sandbox import Sandbox
from digests.outbox.dispatch import Dispatch, DispatchState
from digests.storage.database import Database
from tests.delivery.at_once import work_off
from tests.delivery.builders import Couriers, ledger, planned, tallied, texts
from tests.delivery.fakes import PlainContents
from tests.outbox.builders import alert


async def test_markup_that_telegram_cannot_parse_goes_as_plain_text(
    database: Database,
    sandbox: Sandbox,
    courier_of: Couriers,
    contents: PlainContents,
    now: datetime,
) -> None:
    contents.text = "<b>Kursk</b> &lt; <br>"
    dispatch = await planned(database, sandbox, [1], now)
    await work_off(courier_of(), patience=30)
    assert texts(sandbox) == ["Kursk <"]
    assert (await tallied(database, dispatch)).sent == 1


@pytest.mark.parametrize("text", ["<br>", "x" * 5000])
async def test_a_content_refused_in_three_chats_pauses_its_dispatch(
    database: Database,
    sandbox: Sandbox,
    courier_of: Couriers,
    contents: PlainContents,
    now: datetime,
    text: str,
) -> None:
    contents.text = text
    dispatch = await planned(database, sandbox, range(1, 31), now)
    courier = courier_of(in_flight=1)
    await work_off(courier)
    async with database.read() as session:
        stored = await session.get_one(Dispatch, dispatch.id)
    assert (stored.state, stored.state_reason) == (DispatchState.PAUSED, "content refused")
    stand = await tallied(database, dispatch)
    assert stand.waiting + stand.failed == 30
    assert stand.waiting >= 24


async def test_a_content_that_cannot_be_rendered_is_a_dead_letter_and_harms_no_other(
    database: Database,
    sandbox: Sandbox,
    courier_of: Couriers,
    contents: PlainContents,
    now: datetime,
) -> None:
    dispatch = await planned(database, sandbox, [1], now)
    contents.text = "{nonsense}"
    await work_off(courier_of())
    assert [r.reason for r in await ledger(database)] == ["rendering: KeyError"]
    assert (await tallied(database, dispatch)).failed == 1
    contents.text = "fine"
    async with database.write() as session:
        await alert(session, now=now, subject_id=8)
    await work_off(courier_of(), patience=30)
    assert texts(sandbox) == ["fine"]
