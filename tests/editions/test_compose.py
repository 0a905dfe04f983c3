"""Due slots become editions and dispatches: nobody is left out, nobody is planned twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from digests.audience.slot import Appointment, Slot
from digests.audience.subscriber import Subscriber, SubscriberState
from digests.editions.compose import ComposeReport, compose
from digests.editions.edition import Edition, EditionStory
from digests.editions.on_demand import compose_now
from digests.outbox.dispatch import Content, Dispatch, Lane, Reach
from digests.storage.database import Database
from digests.vocabulary import Standing
from tests.editions.builders import add_reader, add_story, add_taste, revise

MONDAY = date(2026, 11, 23)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def composed(database: Database, now: datetime) -> ComposeReport:
    async with database.write() as session:
        return await compose(session, now=now)


async def rows(database: Database, table: type[Any]) -> list[Any]:
    async with database.read() as session:
        return list(await session.scalars(select(table).order_by(*table.__table__.primary_key)))


async def stamps(database: Database) -> dict[int, int | None]:
    """The dispatch of each reader's appointment."""
    return {a.subscriber_id: a.dispatch_id for a in await rows(database, Appointment)}


async def test_readers_who_want_the_same_share_an_edition_and_a_dispatch(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        story = await add_story(session, now - HOUR)
        first = await add_reader(session, now, "energy")
        second = await add_reader(session, now, "energy")
        other = await add_reader(session, now, "energy", "strikes")
    assert await composed(database, now) == ComposeReport(slots=1, dispatches=2, stamped=3)
    served = await stamps(database)
    assert served[first.id] == served[second.id] != served[other.id]
    dispatches = {d.id: d for d in await rows(database, Dispatch)}
    dispatch = dispatches[served[first.id]]
    assert (dispatch.content, dispatch.lane, dispatch.reach, dispatch.audience) == (
        Content.EDITION,
        Lane.DIGESTS,
        Reach.STAMPED,
        2,
    )
    assert (dispatch.covers_from, dispatch.covers_until) == (now - DAY, now)
    assert dispatch.cursor_end == second.id
    assert not dispatch.is_empty
    places = await rows(database, EditionStory)
    assert [(p.story_id, p.story_revision, p.topic) for p in places] == [
        (story.id, 1, "energy")
    ] * 2


async def test_a_slot_moves_on_and_its_date_is_not_planned_again(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await add_reader(session, now)
    assert (await composed(database, now)).stamped == 1
    assert await composed(database, now + timedelta(seconds=5)) == ComposeReport(0, 0, 0)
    (slot,) = await rows(database, Slot)
    assert (slot.next_due_at, slot.next_local_date) == (now + DAY, MONDAY + DAY)
    (appointment,) = await rows(database, Appointment)
    assert appointment.last_local_date == MONDAY


async def test_readers_told_up_to_different_minutes_get_different_windows(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await add_story(session, now - 20 * HOUR)
        await add_reader(session, now)
        await add_reader(session, now, covered_until=now - 2 * HOUR)
    assert (await composed(database, now)).dispatches == 2
    editions = {e.window_start: e.story_count for e in await rows(database, Edition)}
    assert editions == {now - DAY: 1, now - 2 * HOUR: 0}
    empty = {d.covers_from: d.is_empty for d in await rows(database, Dispatch)}
    assert empty == {now - DAY: False, now - 2 * HOUR: True}


async def test_those_long_away_share_one_edition_and_keep_their_own_dispatch(
    database: Database, now: datetime
) -> None:
    """The outbox compares ``covers_from`` with each reader; the edition holds three days at most."""
    async with database.write() as session:
        await add_reader(session, now, covered_until=now - 9 * DAY)
        await add_reader(session, now, covered_until=now - 12 * DAY)
    assert await composed(database, now) == ComposeReport(slots=1, dispatches=2, stamped=2)
    (edition,) = await rows(database, Edition)
    assert edition.window_start == now - timedelta(hours=72)
    served = await stamps(database)
    assert len(set(served.values())) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"state": SubscriberState.PAUSED},
        {"state": SubscriberState.SUSPENDED},
        {"taste_id": None},
        {"covered_until": datetime(2026, 11, 23, 6, 0, tzinfo=UTC)},
    ],
    ids=["paused", "suspended", "no topics", "told a moment ago by /digest"],
)
async def test_who_cannot_or_need_not_be_told_is_left_alone(
    database: Database, now: datetime, fields: dict[str, Any]
) -> None:
    async with database.write() as session:
        await add_reader(session, now, **fields)
    assert await composed(database, now) == ComposeReport(slots=1, dispatches=0, stamped=0)
    (appointment,) = await rows(database, Appointment)
    assert (appointment.last_local_date, appointment.dispatch_id) == (None, None)


async def test_who_moved_their_zone_has_one_digest_a_local_date(
    database: Database, now: datetime
) -> None:
    """08:00 in Kyiv, then off to London: 08:00 comes again, on the same date."""
    async with database.write() as session:
        reader = await add_reader(session, now)
        await add_reader(session, now, timezone="Europe/London")
    await composed(database, now)
    async with database.write() as session:
        london = await session.scalar(select(Slot.id).where(Slot.timezone == "Europe/London"))
        await session.execute(
            update(Appointment).where(Appointment.subscriber_id == reader.id).values(slot_id=london)
        )
    kyiv = (await stamps(database))[reader.id]
    assert (await composed(database, now + 2 * HOUR)).stamped == 1
    assert (await stamps(database))[reader.id] == kyiv


async def test_a_run_missed_for_an_hour_is_caught_up_with_the_news_up_to_now(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await add_reader(session, now)
        await add_story(session, now + HOUR / 2)
    assert (await composed(database, now + HOUR)).stamped == 1
    (edition,) = await rows(database, Edition)
    assert (edition.window_end, edition.story_count) == (now + HOUR, 1)


async def test_a_run_missed_for_half_a_day_is_merged_into_the_next(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await add_reader(session, now)
        await add_story(session, now - HOUR)
    assert await composed(database, now + 12 * HOUR) == ComposeReport(1, 0, 0)
    assert (await composed(database, now + DAY)).stamped == 1
    (edition,) = await rows(database, Edition)
    assert (edition.window_start, edition.window_end) == (now - DAY, now + DAY)
    assert edition.story_count == 1


async def test_two_times_of_one_reader_that_fall_together_bring_one_digest(
    database: Database,
) -> None:
    """On 29 March 2026 Kyiv goes from 03:00 to 04:00: 03:30 and 04:00 are the same moment."""
    gap = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    async with database.write() as session:
        await add_reader(session, gap, minutes=(210, 240))
        await add_reader(session, gap, minutes=(210,))
    await composed(database, gap)
    found = await rows(database, Appointment)
    (dispatch,) = await rows(database, Dispatch)
    assert [(a.minute, a.dispatch_id) for a in found] == [
        (210, None),
        (240, dispatch.id),
        (210, dispatch.id),
    ]
    assert dispatch.audience == 2
    assert {a.last_local_date for a in found} == {gap.date()}


async def test_slots_of_the_same_minute_composed_in_turn_do_not_share_a_dispatch(
    database: Database, now: datetime
) -> None:
    """The first dispatch may be done when the second run comes: it would reach nobody any more."""
    async with database.write() as session:
        await add_reader(session, now)
    await composed(database, now)
    async with database.write() as session:
        await add_reader(session, now, timezone="Europe/Warsaw", minutes=(420,))
    assert (await composed(database, now + timedelta(seconds=5))).stamped == 1
    assert len(await rows(database, Edition)) == 1
    served = await stamps(database)
    assert len(set(served.values())) == 2


async def test_two_workers_at_once_plan_everybody_once(database: Database, now: datetime) -> None:
    async with database.write() as session:
        for zone, minute in (("Europe/Kyiv", 480), ("Europe/Warsaw", 420), ("Asia/Seoul", 900)):
            for topics in (("energy",), ("energy", "strikes")):
                await add_reader(session, now, *topics, timezone=zone, minutes=(minute,))
        await add_story(session, now - HOUR)
    reports = await asyncio.gather(*(composed(database, now) for _ in range(4)))
    assert sum(report.stamped for report in reports) == 6
    served = await stamps(database)
    audience = {d.id: d.audience for d in await rows(database, Dispatch)}
    assert sum(audience.values()) == 6
    assert all(list(served.values()).count(id_) == count for id_, count in audience.items())
    assert len(await rows(database, Edition)) == 2
    assert len(await rows(database, EditionStory)) == 2


async def test_a_retracted_story_is_not_told_and_an_update_is_known_as_one(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await add_reader(session, now)
        wrong = await add_story(session, now - HOUR, standing=Standing.RETRACTED)
        old = await add_story(session, now - 30 * HOUR)
        await revise(session, old, now - HOUR, news="The hospital has power again.")
    await composed(database, now)
    (place,) = await rows(database, EditionStory)
    assert place.story_id == old.id != wrong.id
    assert (place.story_revision, place.is_update) == (2, True)


async def now_for(database: Database, reader: Subscriber, now: datetime) -> Dispatch | None:
    async with database.write() as session:
        asking = await session.get_one(Subscriber, reader.id)
        return await compose_now(session, asking, now=now)


async def test_a_digest_asked_for_holds_the_news_since_the_last_one_and_moves_the_mark(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        reader = await add_reader(session, now)
        # Read seconds ago: whoever asks now expects it.
        await add_story(session, now + timedelta(minutes=7, seconds=20))
    dispatch = await now_for(database, reader, now + timedelta(minutes=7, seconds=31))
    assert dispatch is not None
    end = now + timedelta(minutes=8)
    assert (dispatch.reach, dispatch.lane, dispatch.chat_id, dispatch.covers_until) == (
        Reach.SINGLE,
        Lane.INTERACTIVE,
        reader.chat_id,
        end,
    )
    (edition,) = await rows(database, Edition)
    assert (edition.window_start, edition.window_end) == (now - DAY, end)
    (told,) = await rows(database, Subscriber)
    assert told.covered_until == end
    # Asked again at once, there is nothing; and the morning's digest does not repeat it.
    assert await now_for(database, reader, end + timedelta(seconds=20)) is None
    assert await now_for(database, reader, end + HOUR) is None


@pytest.mark.parametrize("fields", [{}, {"taste_id": None}], ids=["no news", "no topics"])
async def test_without_news_or_topics_there_is_no_digest_and_the_mark_stays(
    database: Database, now: datetime, fields: dict[str, Any]
) -> None:
    async with database.write() as session:
        reader = await add_reader(session, now, **fields)
        await add_story(session, now - HOUR, ["koreas"])
    assert await now_for(database, reader, now) is None
    (same,) = await rows(database, Subscriber)
    assert same.covered_until == now - DAY


async def test_a_first_digest_asked_for_falls_back_on_the_newest_there_is(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        reader = await add_reader(session, now)
        await add_story(session, now - 30 * DAY, ["koreas"])
        old = await add_story(session, now - 20 * DAY)
        older = await add_story(session, now - 900 * DAY)
    assert await now_for(database, reader, now) is not None
    places = await rows(database, EditionStory)
    assert {place.story_id for place in places} == {old.id, older.id}
    assert not any(place.is_update for place in places)
    # Later ones do not: what is old was told.
    assert await now_for(database, reader, now + HOUR) is None


async def test_a_first_digest_asked_for_keeps_to_the_day_where_the_day_has_news(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        reader = await add_reader(session, now)
        await add_story(session, now - 20 * DAY)
        fresh = await add_story(session, now - HOUR)
    assert await now_for(database, reader, now) is not None
    (place,) = await rows(database, EditionStory)
    assert place.story_id == fresh.id


async def test_a_digest_asked_for_twice_at_once_goes_out_once(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        reader = await add_reader(session, now)
        await add_story(session, now - HOUR)
    made = await asyncio.gather(*(now_for(database, reader, now) for _ in range(3)))
    assert sum(dispatch is not None for dispatch in made) == 1
    assert len(await rows(database, Dispatch)) == 1


async def test_a_taste_without_a_story_to_its_name_has_its_edition_too(
    database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await add_taste(session, "unread")
        await add_reader(session, now, "koreas")
    await composed(database, now)
    (edition,) = await rows(database, Edition)
    assert edition.story_count == 0
