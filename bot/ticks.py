"""Which verb runs how often: the entries of the timetable."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from telegram import Bot

from bot.context import Services
from bot.delivery.photos import fetch_photos
from bot.delivery.transport import Transport
from bot.desk.card import deal
from bot.desk.live import refresh, release
from bot.desk.stopped import ask_owners
from bot.desk.watching import look_around, watch
from bot.menu import Menu
from bot.news import group_all, repair_all
from bot.timetable import Tick
from digests.alerts.retention import tidy_desk
from digests.alerts.wake import wake
from digests.audience.following import end_quiet
from digests.audience.presence import resume_due
from digests.corrections.withdrawn import look_at_pages
from digests.editions.compose import compose
from digests.editions.redate import dated_too_late, redate
from digests.editions.retention import tidy
from digests.editions.tell_followers import tell_followers
from digests.intake.collect import collect
from digests.intake.fetch import FeedClient
from digests.outbox.months import keep_months
from digests.outbox.silenced import tell_of_lost_rights
from digests.outbox.total import count_on


def ticks(
    services: Services, feeds: FeedClient, bot: Bot, menu: Menu, transport: Transport
) -> tuple[Tick, ...]:
    """All of them. Expanding and rescuing are the courier's own, beside its claims."""
    database, now = services.database, services.clock

    def door(verb: Callable[..., Awaitable[Any]]) -> Callable[[], Awaitable[None]]:
        async def act() -> None:
            async with database.write() as session:
                await verb(session, now=now())

        return act

    async def date_anew() -> None:
        async with database.read() as session:
            late = await dated_too_late(session, now=now())
        if late:
            async with database.write() as session:
                await redate(session, late)

    public = (Tick("photos", 10, lambda: fetch_photos(database, transport, now=now)),)
    return (
        *(public if services.settings.archive_url is not None else ()),
        Tick("collect", 30, lambda: collect(database, feeds, now=now)),
        Tick("group", 10, lambda: group_all(database, services.topics, now=now)),
        Tick("repair", 1800, lambda: repair_all(database, services.topics, now=now)),
        Tick("compose", 5, door(compose)),
        Tick("redate", 300, date_anew),
        Tick("resume", 60, door(resume_due)),
        Tick("followings", 300, door(end_quiet)),
        Tick("wake", 5, door(wake)),
        Tick("story_news", 10, door(tell_followers)),
        Tick("desk", 3, lambda: refresh(services, bot)),
        Tick("cards", 3, lambda: deal(services, bot)),
        Tick("release", 2, lambda: release(services, bot)),
        Tick("matters", 30, lambda: watch(services)),
        Tick("silence", 300, lambda: look_around(services)),
        Tick("pages", 300, lambda: look_at_pages(database, feeds, now=now)),
        Tick("silenced", 60, door(partial(tell_of_lost_rights, owners=services.settings.owners))),
        Tick("stopped", 5, lambda: ask_owners(services, bot)),
        Tick("menu", 60, menu.publish),
        Tick("tidy", 300, door(tidy)),
        Tick("tidy_desk", 300, door(tidy_desk)),
        Tick("totals", 60, door(count_on)),
        Tick("months", 3600, door(keep_months)),
    )
