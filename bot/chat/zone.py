"""Where the reader is: a city or zone by word, a shared location, a button."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from telegram import Location, Update

from bot.chat.subject import enrolled, for_admins, show
from bot.chat.subscriptions import portrait_of
from bot.context import Context
from bot.rendering.zones import country_title, zone_title
from digests.audience.cities import City, CityTable, cities
from digests.audience.place import Place, city_at, is_zone, read_place
from digests.audience.schedule import set_timezone
from digests.errors import UnknownPlace
from digests.outbox.held import wake_up
from digests.vocabulary import Language

OFFERED = (
    "Europe/Kyiv",
    "Europe/Warsaw",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Toronto",
)
"""The zones of the page's buttons: where most of our readers are, by our guess."""

_OTHERS_OFFERED = 3


@dataclass(frozen=True, slots=True)
class ZoneChoice:
    """A zone on a button."""

    timezone: str
    title: str


@for_admins
async def say_zone(update: Update, context: Context) -> None:
    """/timezone Lviv; without words the page with buttons."""
    said = " ".join(context.args or ())
    if not said:
        await _page(update, context, here=False)
        return
    language = await context.language()
    table = await city_table()
    try:
        places = await asyncio.to_thread(read_place, said, table)
    except UnknownPlace as refusal:
        named = [place for name in refusal.nearest for place in read_place(name, table)[:1]]
        await context.answer(
            "chat/unknown_place.html", said=said[:64], offered=_choices(named, language)
        )
        return
    others = _choices(places[1 : _OTHERS_OFFERED + 1], language)
    first = places[0]
    title = first.title(language) if first.city else zone_title(first.timezone, language)
    await _move(update, context, first.timezone)
    await _confirm(update, context, title, others)


@for_admins
async def show_zones(update: Update, context: Context, here: str = "") -> None:
    """The page of zones."""
    await _page(update, context, here=bool(here))


@for_admins
async def choose_zone(update: Update, context: Context, timezone: str) -> None:
    """A tap on a zone."""
    if not is_zone(timezone):
        await context.toast("chat/stale_button.html")
        return
    await _move(update, context, timezone)
    await _confirm(update, context, zone_title(timezone, await context.language()), [])


@for_admins
async def take_location(update: Update, context: Context) -> None:
    """A shared location: only the zone is kept of it."""
    message = update.effective_message
    location = message.location if message else None
    if location is None:
        return
    city = await _city_at(location)
    await _move(update, context, city.timezone)
    await _confirm(update, context, city.title(await context.language()), [])


async def _page(update: Update, context: Context, *, here: bool) -> None:
    language = await context.language()
    offered = [ZoneChoice(zone, zone_title(zone, language)) for zone in OFFERED]
    me = await portrait_of(update, context)
    await show(context, "chat/zones.html", here=here, me=me, offered=offered)


async def city_table() -> CityTable:
    """The cities; reading them takes half a second, so not in the loop's own thread."""
    return await asyncio.to_thread(cities)


async def _city_at(location: Location) -> City:
    table = await city_table()
    return await asyncio.to_thread(city_at, location.latitude, location.longitude, table)


async def _move(update: Update, context: Context, timezone: str) -> None:
    async with context.database.write() as session:
        row = await enrolled(session, update, context)
        await set_timezone(session, row, timezone, now=context.now())
        await wake_up(session, row, now=context.now())


async def _confirm(update: Update, context: Context, place: str, others: list[ZoneChoice]) -> None:
    me = await portrait_of(update, context)
    say = context.change if update.callback_query else context.answer
    await say("chat/zone_set.html", me=me, place=place, at=context.now(), others=others)


def _choices(places: list[Place], language: Language) -> list[ZoneChoice]:
    return [
        ZoneChoice(place.timezone, f"{place.title(language)}, {_country(place, language)}")
        for place in places
    ]


def _country(place: Place, language: Language) -> str:
    return country_title(place.city.country, language) if place.city else place.timezone
