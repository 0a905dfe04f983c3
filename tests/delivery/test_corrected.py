"""Corrected while it goes out or afterwards: every copy ends at the newest revision, whole."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.sandbox import Sandbox
from digests.outbox.control import cancel, raise_revision
from digests.outbox.dispatch import Content
from digests.outbox.tally import Tally
from digests.storage.database import Database
from tests.delivery.at_once import fed_and_claimed, work_off
from tests.delivery.builders import Couriers, corrected, ledger, planned, tallied, texts
from tests.delivery.fakes import PlainContents


async def test_rows_that_wait_render_the_newest_revision(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    await planned(database, sandbox, [1], now)
    courier = courier_of()
    await courier.upkeep.arrive()
    await courier.upkeep.feed()
    async with database.write() as session:
        await raise_revision(session, Content.ALERT, 7, 2)
    await work_off(courier)
    assert texts(sandbox) == ["alert 7 r2"]


async def test_a_copy_in_the_air_is_edited_when_it_lands(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    dispatch = await planned(database, sandbox, [1], now)
    courier = courier_of()
    await courier.upkeep.arrive()
    taken = await fed_and_claimed(courier)
    async with database.write() as session:
        await raise_revision(session, Content.ALERT, 7, 2)
    await courier.launch(taken)
    await work_off(courier, patience=30)
    assert [m["text"] for m in sandbox.messages(1) if sandbox.from_bot(m)] == ["alert 7 r2"]
    receipts = await ledger(database)
    assert [(r.revision, r.closes) for r in receipts] == [(2, False), (2, True)]
    assert (await tallied(database, dispatch)).sent == 1


async def test_a_copy_in_the_air_is_put_right_even_where_the_rest_is_recalled(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    dispatch = await planned(database, sandbox, [1, 2], now)
    courier = courier_of(in_flight=1)
    courier._most = 1
    await courier.upkeep.arrive()
    taken = await fed_and_claimed(courier)
    async with database.write() as session:
        await raise_revision(session, Content.ALERT, 7, 2)
        await cancel(session, dispatch.id, now=now, reason="retracted")
    await courier.launch(taken)
    await work_off(courier, patience=30)
    assert [m["text"] for m in sandbox.messages(1) if sandbox.from_bot(m)] == ["alert 7 r2"]
    assert [m for m in sandbox.messages(2) if sandbox.from_bot(m)] == []
    assert await tallied(database, dispatch) == Tally(2, 0, 0, 1, 0, 1, 0, 0)


@pytest.mark.parametrize("parts", [1, 3])
async def test_every_delivered_copy_is_edited_by_its_receipt(
    database: Database,
    sandbox: Sandbox,
    courier_of: Couriers,
    contents: PlainContents,
    now: datetime,
    parts: int,
) -> None:
    contents.number = parts
    await planned(database, sandbox, range(1, 6), now)
    await work_off(courier_of(), patience=60)
    fix = await corrected(database, 2, now)
    await work_off(courier_of(), patience=60)
    for chat in range(1, 6):
        shown = [m["text"] for m in sandbox.messages(chat) if sandbox.from_bot(m)]
        assert len(shown) == parts
        assert all(text.startswith("alert 7 r2") for text in shown)
    stand = await tallied(database, fix)
    assert (stand.audience, stand.sent) == (5 * parts, 5 * parts)
    assert {r.revision for r in await ledger(database)} == {2}


async def test_an_unsent_edit_gives_way_to_a_newer_one_of_the_same_message(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    """Each copy is edited once, straight to the newest revision; both dispatches account for all."""
    await planned(database, sandbox, range(1, 6), now)
    await work_off(courier_of(), patience=60)
    older = await corrected(database, 2, now)
    await courier_of().upkeep.feed()
    newer = await corrected(database, 3, now)
    await work_off(courier_of(), patience=60)
    for chat in range(1, 6):
        shown = [m["text"] for m in sandbox.messages(chat) if sandbox.from_bot(m)]
        assert shown == ["alert 7 r3"]
    assert await tallied(database, older) == Tally(5, 0, 0, 0, 0, 5, 0, 0)
    assert await tallied(database, newer) == Tally(5, 0, 0, 5, 0, 0, 0, 0)


async def test_an_edit_in_the_air_is_followed_by_the_newer_one(
    database: Database, sandbox: Sandbox, courier_of: Couriers, now: datetime
) -> None:
    await planned(database, sandbox, [1], now)
    courier = courier_of()
    await work_off(courier, patience=60)
    older = await corrected(database, 2, now)
    while not (taken := await fed_and_claimed(courier)).messages:
        await courier._clock.sleep_until(taken.again_at)
    newer = await corrected(database, 3, now)
    await courier.launch(taken)
    await work_off(courier, patience=60)
    shown = [m["text"] for m in sandbox.messages(1) if sandbox.from_bot(m)]
    assert shown == ["alert 7 r3"]
    assert (await tallied(database, older)).cancelled == 1
    assert (await tallied(database, newer)).sent == 1


@pytest.mark.parametrize(("before", "after"), [(1, 2), (1, 3), (2, 3), (3, 1), (3, 2)])
async def test_a_corrected_content_of_another_length_is_shown_whole(
    database: Database,
    sandbox: Sandbox,
    courier_of: Couriers,
    contents: PlainContents,
    now: datetime,
    before: int,
    after: int,
) -> None:
    """Parts that were added come below, parts that are no more are taken away, and again both."""
    contents.number = before
    await planned(database, sandbox, [1, 2], now)
    await work_off(courier_of(), patience=60)
    contents.number = after
    for revision in (2, 3):
        fix = await corrected(database, revision, now)
        await work_off(courier_of(), patience=60)
        for chat in (1, 2):
            shown = [m["text"] for m in sandbox.messages(chat) if sandbox.from_bot(m)]
            ends = [f" p{part}" for part in range(after)] if after > 1 else [""]
            assert shown == [f"alert 7 r{revision}{end}" for end in ends]
        stand = await tallied(database, fix)
        assert stand.sent + stand.failed == stand.audience


async def test_an_added_part_comes_once_however_many_corrections_meet_it(
    database: Database,
    sandbox: Sandbox,
    courier_of: Couriers,
    contents: PlainContents,
    now: datetime,
) -> None:
    """The first edit has landed and its added part waits when the second correction is planned."""
    await planned(database, sandbox, [1], now)
    courier = courier_of()
    await work_off(courier, patience=60)
    contents.number = 2
    await corrected(database, 2, now)
    while not (taken := await fed_and_claimed(courier)).messages:
        await courier._clock.sleep_until(taken.again_at)
    await courier.launch(taken)
    await courier._finish_flying()
    await corrected(database, 3, now)
    await work_off(courier, patience=60)
    shown = [m["text"] for m in sandbox.messages(1) if sandbox.from_bot(m)]
    assert shown == ["alert 7 r3 p0", "alert 7 r3 p1"]


async def test_a_part_that_was_recalled_is_not_sent_by_a_correction(
    database: Database,
    sandbox: Sandbox,
    courier_of: Couriers,
    contents: PlainContents,
    now: datetime,
) -> None:
    contents.number = 2
    dispatch = await planned(database, sandbox, [1], now)
    courier = courier_of()
    await courier.upkeep.arrive()
    await courier.launch(await fed_and_claimed(courier))
    await courier._finish_flying()
    async with database.write() as session:
        await cancel(session, dispatch.id, now=now, reason="recalled")
    await corrected(database, 2, now)
    await work_off(courier, patience=60)
    shown = [m["text"] for m in sandbox.messages(1) if sandbox.from_bot(m)]
    assert shown == ["alert 7 r2 p0"]
