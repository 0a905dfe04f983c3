"""Editions are made (verb): one for each taste and window, the same for all who want it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.audience.taste import Length, Taste, TasteTopic
from digests.editions.edition import Edition, EditionStory
from digests.editions.selection import LONGEST_WINDOW, Selection
from digests.editions.stock import stock
from digests.storage.bulk import insert_all, insert_new
from digests.vocabulary import Topic

_AT_ONCE = 250
"""Editions whose places are written together."""


class Wanted(NamedTuple):
    """A taste over a window (start, end]. The order is the one in which rows are written."""

    taste_id: int
    start: datetime
    end: datetime

    @classmethod
    def since(cls, taste_id: int, covered_until: datetime, end: datetime) -> Wanted:
        """For readers who were told up to then; older news than the longest window holds is let go."""
        return cls(taste_id, max(covered_until, end - LONGEST_WINDOW), end)


async def press(
    session: AsyncSession, wanted: Collection[Wanted], *, now: datetime
) -> dict[Wanted, int]:
    """The editions of these tastes and windows, by id; what there was already stays as it was.

    All windows end together.
    """
    (end,) = {window.end for window in wanted}
    # Sorted: two transactions that write the same editions wait for each other, and never in a ring.
    new = sorted(set(wanted) - (await _known(session, end)).keys())
    if new:
        ranking = await stock(session, min(window.start for window in new), end)
        tastes = {window.taste_id for window in new}
        topics, lengths = await _topics(session, tastes), await _lengths(session, tastes)
        await _write(
            session,
            {
                window: ranking.select(
                    topics[window.taste_id],
                    window.start,
                    window.end,
                    lengths.get(window.taste_id, Length.USUAL),
                )
                for window in new
            },
            now,
        )
    known = await _known(session, end)
    return {window: known[window] for window in wanted}


async def _known(session: AsyncSession, end: datetime) -> dict[Wanted, int]:
    rows = await session.execute(
        select(Edition.id, Edition.taste_id, Edition.window_start).where(
            Edition.window_end == end, Edition.left_out == ""
        )
    )
    return {Wanted(taste_id, start, end): id_ for id_, taste_id, start in rows}


async def _topics(session: AsyncSession, tastes: Collection[int]) -> dict[int, list[Topic]]:
    """What these tastes want. A few are asked for by name, many are read in one sweep."""
    query = select(TasteTopic.taste_id, TasteTopic.topic)
    if len(tastes) <= _AT_ONCE:
        query = query.where(TasteTopic.taste_id.in_(tastes))
    topics: dict[int, list[Topic]] = {taste: [] for taste in tastes}
    for taste_id, topic in await session.execute(query):
        if taste_id in topics:
            topics[taste_id].append(Topic(topic))
    return topics


async def _lengths(session: AsyncSession, tastes: Collection[int]) -> dict[int, Length]:
    """Of the tastes that want another than the usual one."""
    query = select(Taste.id, Taste.length).where(Taste.length != Length.USUAL)
    if len(tastes) <= _AT_ONCE:
        query = query.where(Taste.id.in_(tastes))
    return {row.id: row.length for row in await session.execute(query)}


async def _write(session: AsyncSession, chosen: dict[Wanted, Selection], now: datetime) -> None:
    rows = [
        {
            "taste_id": window.taste_id,
            "window_start": window.start,
            "window_end": window.end,
            "story_count": selection.found,
            "created_at": now,
        }
        for window, selection in chosen.items()
    ]
    columns = ("id", "taste_id", "window_start", "window_end")
    # Those that another worker wrote meanwhile are not among them: they have their places.
    made = await insert_new(session, Edition, rows, columns)
    for first in range(0, len(made), _AT_ONCE):
        places = [
            place
            for row in made[first : first + _AT_ONCE]
            for place in _places(
                row.id, chosen[Wanted(row.taste_id, row.window_start, row.window_end)]
            )
        ]
        await insert_all(session, EditionStory, places)


def _places(edition_id: int, selection: Selection) -> Iterator[dict[str, Any]]:
    for position, place in enumerate(selection.places):
        row = asdict(place)
        row["story_revision"] = row.pop("revision")
        yield {"edition_id": edition_id, "position": position, **row}
