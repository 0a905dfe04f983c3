"""``/stats``: today's and the week's picture, as an image and in the same figures as text."""

from __future__ import annotations

import asyncio
from functools import partial

from babel.dates import format_date
from telegram import Update

from bot.context import Context
from bot.desk.door import desk, person
from bot.desk.showing import Manner, manner_of, send
from bot.rendering.charts import Bar, Row, Sheet, Tile, draw
from bot.rendering.render import Message, Photo, Words
from bot.rendering.zones import zone_title
from digests.alerts.permission import Act
from digests.corrections.week import Waits, Week, week
from digests.vocabulary import Language, Topic

LABELS = "desk/stats_words.html"


@desk(Act.WATCH)
async def stats(update: Update, context: Context) -> None:
    """The picture, with its figures below it."""
    user_id, user, now = person(update), update.effective_user, context.now()
    otherwise = Language.nearest(user.language_code if user else None)
    async with context.database.read() as session:
        manner = await manner_of(session, user_id, otherwise)
        found = await week(session, manner.timezone, now=now)
    told = context.words.message(
        "desk/stats.html", manner.language, timezone=manner.timezone, now=now, week=found
    )
    sheet = sheet_of(context, found, manner)
    picture = await asyncio.to_thread(draw, sheet)
    chat = update.effective_chat
    assert chat is not None  # noqa: S101 - nothing without a chat is routed to a handler
    await send(context.bot, chat.id, Message(told.text, photo=Photo(png=picture)))


def sheet_of(context: Context, found: Week, manner: Manner) -> Sheet:
    """The week in this language, every word from the templates."""
    words: Words = context.words
    place = zone_title(manner.timezone, manner.language)
    say = partial(
        words.text,
        LABELS,
        manner.language,
        timezone=manner.timezone,
        now=context.now(),
        place=place,
    )

    def number(n: int) -> str:
        return say(word="number", n=n)

    def wait(waits: Waits | None) -> str:
        return say(word="duration", seconds=waits.median) if waits else say(word="nothing")

    return Sheet(
        title=say(word="title"),
        moment=say(word="moment"),
        tiles=(
            Tile(number(found.readers), say(word="readers", joined=found.joined, lost=found.lost)),
            Tile(number(found.today.delivered), say(word="today")),
            Tile(wait(found.digests_waited), say(word="digest")),
            Tile(wait(found.alerts_waited), say(word="alert")),
        ),
        bars_title=say(word="bars"),
        bars=tuple(
            Bar(
                format_date(day.date, "EEEEEE", locale=str(manner.language)),
                (day.digests, day.alerts, day.corrections, day.failed),
                number(day.delivered),
            )
            for day in found.days
        ),
        legend=tuple(say(word=name) for name in ("digests", "alerts", "corrections", "failed")),
        rows_title=say(word="rows"),
        rows=tuple(
            Row(context.topics.title(Topic(name), manner.language), count, number(count))
            for name, count in found.topics
        ),
    )
