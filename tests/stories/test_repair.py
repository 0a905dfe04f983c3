"""Repair: one story that is two is divided, two that are one are united, and nobody reads anything twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from digests.intake.article import Article
from digests.intake.source import Source, SourceKind
from digests.storage.database import Database
from digests.stories.group import forget_remembered, group
from digests.stories.repair import Repaired, repair
from digests.stories.story import Story, StoryArticle, StoryRevision, StoryTopic
from digests.stories.tagging import load_topics
from digests.vocabulary import Severity, Standing

TOPICS = load_topics()
HOUR = timedelta(hours=1)
SOURCES = 5
IZMAIL = [
    (
        f"Drones hit port of Izmail: {told}",
        f"Drones hit the port of Izmail overnight. A grain silo burned, Governor Kiper said; {told}. "
        "Danube shipping goes on, Kiper told reporters, and Odesa region asks for help.",
    )
    for told in ("two hurt", "silo burns", "ships wait", "crews at work", "fire is out")
]
KREMENCHUK = [
    (
        f"Missiles hit refinery in Kremenchuk: {told}",
        f"Missiles hit the refinery in Kremenchuk overnight. A depot burned, Governor Kohut said; {told}. "
        "Poltava region counts what is lost, Kohut told reporters, and Ukrnafta sends crews.",
    )
    for told in ("four hurt", "depot burns", "roads are closed", "crews on site", "smoke is seen")
]
IZMAIL_TOO = [
    (
        f"Дрони влучили в порт Ізмаїла: {told}",
        f"Дрони вночі влучили в порт Ізмаїла. Згоріло зерносховище, повідомив губернатор Кіпер; {told}. "
        "Судна на Дунаї ходять, сказав Кіпер журналістам, а Одещина просить про допомогу.",
    )
    for told in ("двоє поранених", "судна чекають", "пожежу загасили")
]
KREMENCHUK_TOO = [
    (
        f"Ракети влучили в НПЗ у Кременчуці: {told}",
        f"Ракети вночі влучили в НПЗ у Кременчуці. Згоріло сховище, повідомив губернатор Когут; {told}. "
        "Полтавщина рахує втрати, сказав Когут журналістам, а Укрнафта надсилає бригади.",
    )
    for told in ("четверо поранених", "дороги закрито", "видно дим")
]
OTHERS = [
    ("Central bank keeps its rate", "The central bank kept its rate at 15.5 percent, it said in a report."),
    ("School opens in Lutsk", "A school with room for 600 pupils opened in Lutsk, the mayor told parents."),
]  # fmt: skip


async def arrive(
    database: Database, now: datetime, reports: Sequence[tuple[str, str]], language: str = "en"
) -> list[int]:
    """These reports, of five sources in turn, an hour old, placed by grouping; the story of each."""
    async with database.write() as session:
        known = list(await session.scalars(select(Source.id).order_by(Source.id)))
        for number in range(len(known), SOURCES):
            session.add(
                Source(
                    kind=SourceKind.FILE,
                    address=f"{number}",
                    title=f"Source {number}",
                    created_at=now,
                )
            )
        await session.flush()
        known = list(await session.scalars(select(Source.id).order_by(Source.id)))
        ids = []
        for place, (title, text) in enumerate(reports):
            article = Article(
                source_id=known[place % SOURCES], identity=title, url=f"https://example.org/{title}",
                title=title, summary="", text=text, published_at=now - HOUR, read_at=now, language=language,
            )  # fmt: skip
            session.add(article)
            await session.flush()
            ids.append(article.id)
        await group(session, TOPICS, now=now)
    places = await homes(database)
    return [places[article] for article in ids]


async def homes(database: Database) -> dict[int, int]:
    async with database.read() as session:
        rows = await session.execute(select(StoryArticle.article_id, StoryArticle.story_id))
        return dict(rows.all())


async def mix(database: Database, into: int, *, of: int) -> None:
    """As if grouping had put the articles of one story into another."""
    async with database.write() as session:
        count = await session.scalars(
            select(StoryArticle).where(StoryArticle.story_id.in_([into, of]))
        )
        await session.execute(
            update(StoryArticle).where(StoryArticle.story_id == of).values(story_id=into)
        )
        await session.execute(
            update(Story).where(Story.id == into).values(article_count=len(list(count)))
        )
        await session.execute(update(Story).where(Story.id == of).values(article_count=0))
        forget_remembered(session)


async def part(database: Database, story: int, articles: Sequence[int], now: datetime) -> int:
    """As if grouping had begun a second story with these articles."""
    async with database.write() as session:
        second = Story(
            revision=0, severity=Severity.ROUTINE, standing=Standing.DEVELOPING, first_article_at=now - HOUR,
            last_article_at=now - HOUR, created_at=now, news_at=now, article_count=len(articles),
        )  # fmt: skip
        session.add(second)
        await session.flush()
        await session.execute(
            update(StoryArticle)
            .where(StoryArticle.article_id.in_(articles))
            .values(story_id=second.id)
        )
        forget_remembered(session)
        return second.id


async def repaired(database: Database, now: datetime) -> Repaired:
    async with database.write() as session:
        return await repair(session, TOPICS, now=now)


async def story(database: Database, id_: int) -> Story:
    async with database.read() as session:
        return await session.get_one(Story, id_)


async def two_in_one(database: Database, now: datetime) -> tuple[int, int]:
    first, *_ = await arrive(database, now, [*IZMAIL, *OTHERS])
    second, *_ = await arrive(database, now, KREMENCHUK)
    await mix(database, first, of=second)
    return first, second


async def test_a_story_of_two_events_is_divided_and_what_readers_saw_keeps_its_id(
    database: Database, now: datetime
) -> None:
    first, second = await two_in_one(database, now)
    assert await repaired(database, now + HOUR / 2) == Repaired(divided=1)
    places = await homes(database)
    async with database.read() as session:
        titles = dict((await session.execute(select(Article.id, Article.title))).all())
    assert {titles[a] for a, home in places.items() if home == first} == {t for t, _ in IZMAIL}
    (apart,) = {places[a] for a, title in titles.items() if "Kremenchuk" in title}
    assert apart not in (first, second)
    kept, begun = await story(database, first), await story(database, apart)
    assert (kept.news_at, kept.article_count) == (now, len(IZMAIL))
    assert (begun.created_at, begun.news_at) == (now + HOUR / 2, now + HOUR / 2)
    assert await repaired(database, now + HOUR / 2) == Repaired()


async def test_a_story_of_two_events_is_divided_also_where_it_is_told_in_two_languages(
    database: Database, now: datetime
) -> None:
    first, _ = await two_in_one(database, now)
    for reports in (IZMAIL_TOO, KREMENCHUK_TOO):
        for home in set(await arrive(database, now, reports, "uk")):
            if home != first:
                await mix(database, first, of=home)
    assert await repaired(database, now + HOUR / 2) == Repaired(divided=1)
    places = await homes(database)
    async with database.read() as session:
        titles = dict((await session.execute(select(Article.id, Article.title))).all())
    here = {titles[article] for article, home in places.items() if home == first}
    assert here == {title for title, _ in (*IZMAIL, *IZMAIL_TOO)}
    assert len({places[a] for a, title in titles.items() if "Kremenchuk" in title}) == 1


async def test_a_story_is_not_divided_by_the_languages_that_tell_it(
    database: Database, now: datetime
) -> None:
    first, *_ = await arrive(database, now, IZMAIL)
    for home in set(await arrive(database, now, KREMENCHUK_TOO, "uk")) - {first}:
        await mix(database, first, of=home)
    assert await repaired(database, now + HOUR / 2) == Repaired()


async def test_what_the_mixed_story_told_already_is_no_news_when_it_leaves(
    database: Database, now: datetime
) -> None:
    first, _ = await two_in_one(database, now)
    async with database.write() as session:
        shown = await session.get_one(StoryRevision, (first, 1))
        words = {c.key: getattr(shown, c.key) for c in StoryRevision.__table__.columns}
        session.add(StoryRevision(**words | {"revision": 2, "title": KREMENCHUK[0][0]}))
        await session.execute(update(Story).where(Story.id == first).values(revision=2))
    assert await repaired(database, now + HOUR / 2) == Repaired(divided=1)
    places = await homes(database)
    apart = next(home for home in places.values() if home > first + len(OTHERS) + 1)
    left = await story(database, apart)
    assert (left.created_at, left.news_at) == (now, now)


async def test_two_stories_of_one_event_are_united_in_the_older(
    database: Database, now: datetime
) -> None:
    first, *_ = await arrive(database, now, [*IZMAIL, *OTHERS])
    articles = [a for a, home in (await homes(database)).items() if home == first]
    second = await part(database, first, articles[3:], now + timedelta(minutes=5))
    assert await repaired(database, now + HOUR / 2) == Repaired(united=((second, first),))
    assert {home for a, home in (await homes(database)).items() if a in articles} == {first}
    kept, gone = await story(database, first), await story(database, second)
    assert (kept.article_count, gone.article_count, gone.follows_id) == (len(IZMAIL), 0, first)
    assert kept.news_at <= now + timedelta(minutes=5)
    async with database.read() as session:
        assert not list(
            await session.scalars(select(StoryTopic).where(StoryTopic.story_id == second))
        )
    assert await repaired(database, now + HOUR / 2) == Repaired()


async def test_bulletins_equal_but_for_the_town_are_never_united(
    database: Database, now: datetime
) -> None:
    told = "There is damage and nobody is hurt, officials said. Crews are at work on the spot."
    attacks = ("Moscow", "Moscow, third report", "Kharkiv", "Kharkiv, third report")
    here, too, there, _ = await arrive(
        database, now, [(f"Drone attack on {town}", told) for town in attacks]
    )
    assert here == too != there
    assert await repaired(database, now + HOUR / 2) == Repaired()


async def test_what_comes_after_a_repair_finds_the_repaired_story(
    database: Database, now: datetime
) -> None:
    first, _ = await two_in_one(database, now)
    await repaired(database, now + HOUR / 2)
    later = [
        ("Kremenchuk refinery burns after missiles", KREMENCHUK[1][1] + " Kohut warns of smoke.")
    ]
    (home,) = await arrive(database, now + HOUR / 2, later)
    places = await homes(database)
    assert home != first
    assert sum(place == home for place in places.values()) == len(KREMENCHUK) + 1


async def test_another_workers_memory_follows_the_repair(database: Database, now: datetime) -> None:
    first, _ = await two_in_one(database, now)
    other = Database(database.url.render_as_string(hide_password=False))
    await arrive(
        other, now, [("Rain in Lviv", "Rain fell in Lviv all night, forecasters told readers.")]
    )
    await repaired(database, now + HOUR / 2)
    later = [
        ("Kremenchuk refinery burns after missiles", KREMENCHUK[1][1] + " Kohut warns of smoke.")
    ]
    (home,) = await arrive(other, now + HOUR / 2, later)
    await other.close()
    assert home != first
    assert sum(place == home for place in (await homes(database)).values()) == len(KREMENCHUK) + 1


@pytest.mark.parametrize(
    "word", [{"set_standing": Standing.DISPUTED}, {"standing": Standing.CORRECTED}]
)
async def test_an_editors_word_keeps_a_story_as_it_is(
    database: Database, now: datetime, word: dict[str, Standing]
) -> None:
    first, _ = await two_in_one(database, now)
    async with database.write() as session:
        await session.execute(update(Story).where(Story.id == first).values(**word))
    assert await repaired(database, now + HOUR / 2) == Repaired()
