"""A source thinks better of what it published: the desk notices, and so do the readers."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import format_datetime

from sqlalchemy import update

from bot.sample import EDITOR, READER
from digests.corrections.withdrawn import AGAIN_AFTER, look_at_pages
from digests.intake.collect import collect
from digests.intake.fetch import FeedClient
from digests.intake.source import Source
from digests.intake.sources import add_feed
from tests.delivery.at_once import work_off
from tests.intake.conftest import Site, client, item, rss, site  # noqa: F401 - fixtures used here
from tests.journeys.town import Town

PUBLISHED = [
    ("Drones cut power to 40,000 homes in Kharkiv region", "Crews repair the grid at night."),
    ("Refinery burns in Odesa after a missile strike", "The fire is out, firefighters say."),
    ("Grain ships leave Izmail for Egypt", "Three ships sailed on Sunday."),
    ("Parliament in Kyiv votes on the energy budget", "Power stations get two billion."),
    ("Gas storage in Lviv region is full for the winter", "It holds more than last year."),
    ("Hydropower station in Dnipro restarts a turbine", "Electricity flows again."),
    ("Blackout schedule in Sumy region changes on Tuesday", "Power goes off for four hours."),
]


def feed(site: Site, entries: list[tuple[str, str]], morning: datetime) -> str:  # noqa: F811
    """Each with the address that it was first published at."""
    numbers = {told: number for number, (_, told) in enumerate(PUBLISHED)}
    return rss(
        *(
            item(
                title,
                site.url(f"/{numbers[told]}"),
                f"<description>{told}</description><pubDate>"
                f"{format_datetime(morning - timedelta(minutes=20 + numbers[told]))}</pubDate>",
            )
            for title, told in entries
        )
    )


async def read(town: Town, client: FeedClient) -> None:  # noqa: F811
    """The feed is due, and read."""
    now = town.clock.now
    async with town.database.write() as session:
        await session.execute(update(Source).values(next_read_at=now))
    await collect(town.database, client, now=lambda: town.clock.now)
    await town.process.timetable.tick("group")


async def notice(town: Town) -> None:
    """The desk's ticks, and the courier."""
    await town.process.timetable.tick("silence")
    await town.process.timetable.tick("matters")
    await work_off(town.process.courier)


async def digest_on_energy(
    town: Town, site: Site, client: FeedClient  # noqa: F811
) -> int:  # fmt: skip
    """A reader has had the morning's news of this feed; the number of their digest."""
    now = town.clock.now
    site.put("/feed", feed(site, PUBLISHED, now))
    for number in range(len(PUBLISHED)):
        site.put(f"/{number}", "<html><body>here</body></html>")
    async with town.database.write() as session:
        await add_feed(session, site.url(), title="Harbour Wire", now=now)
    for words in ("/start", "/subscribe energy", "/timezone Kyiv", "/time 08:30"):
        await town.say(READER, words)
    await town.say(EDITOR, "/start")
    await read(town, client)
    before = town.last_id(READER)
    await town.until(now.replace(hour=6, minute=30, second=1))
    (digest,) = [m for m in town.heard(READER) if m["message_id"] > before]
    assert "40,000 homes" in digest["text"]
    return int(digest["message_id"])


def shown(town: Town, message_id: int) -> str:
    """What that message of the reader's says now."""
    return str(next(m["text"] for m in town.heard(READER) if m["message_id"] == message_id))


async def test_a_number_that_the_source_changed_is_put_right_in_the_digest(
    town: Town,
    site: Site,  # noqa: F811
    client: FeedClient,  # noqa: F811
) -> None:
    morning = town.clock.now
    digest = await digest_on_energy(town, site, client)
    changed = [("Drones cut power to 4,000 homes in Kharkiv region", PUBLISHED[0][1])]
    site.put("/feed", feed(site, [*changed, *PUBLISHED[1:]], morning))
    town.clock.set_by(timedelta(minutes=20))
    await read(town, client)
    await notice(town)
    told = town.heard(EDITOR)[-1]["text"]
    assert "40,000 homes in Kharkiv region\nDrones cut power to 4,000 homes" in told
    await town.tap(EDITOR, "Take the new words")
    await town.tap(EDITOR, "Correct 1 copy")
    await work_off(town.process.courier)
    assert "4,000 homes in Kharkiv region" in shown(town, digest)
    assert "Corrected at" in shown(town, digest)
    assert town.heard(READER)[-1]["text"].startswith("Correction")
    town.clock.set_by(timedelta(minutes=5))
    await notice(town)
    assert "put right meanwhile" in next(
        m["text"] for m in town.heard(EDITOR) if "Harbour Wire" in m["text"]
    )


async def test_an_article_that_was_taken_down_is_withdrawn_from_the_digest(
    town: Town,
    site: Site,  # noqa: F811
    client: FeedClient,  # noqa: F811
) -> None:
    morning = town.clock.now
    digest = await digest_on_energy(town, site, client)
    site.put("/feed", feed(site, PUBLISHED[1:], morning))
    site.put("/0", "gone", status=404)
    town.clock.set_by(timedelta(minutes=20))
    for _ in range(2):
        await read(town, client)
        await look_at_pages(town.database, client, now=lambda: town.clock.now)
        town.clock.set_by(AGAIN_AFTER)
    await notice(town)
    assert "the article is gone from its site" in town.heard(EDITOR)[-1]["text"]
    await town.tap(EDITOR, "Withdraw the story")
    await town.say(EDITOR, "Harbour Wire took its report back.")
    await town.tap(EDITOR, "Withdraw 1 copy")
    await work_off(town.process.courier)
    assert "Harbour Wire took its report back." in shown(town, digest)
