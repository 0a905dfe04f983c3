"""Grouping on both engines: every article finds its place, whatever happens in between."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, func, select, update

from digests.intake.article import Article
from digests.intake.source import Source, SourceKind
from digests.storage.database import Database
from digests.stories import group as grouping
from digests.stories.group import GroupReport, group
from digests.stories.override import override
from digests.stories.search import search
from digests.stories.story import Story, StoryArticle, StoryRevision, StoryTopic
from digests.stories.tagging import load_topics
from digests.stories.words import query_terms
from digests.vocabulary import Severity, Standing

TOPICS = load_topics()

POWER = (
    "Drones cut power to 120,000 homes in Kharkiv region",
    "Drones hit a substation in Kharkiv region and cut power to 120,000 homes, the company said.",
)
POWER_TOO = (
    "Kharkiv region without power after drone attack",
    "About 120,000 homes in Kharkiv region lost power when drones hit a substation, engineers said.",
)
POWER_LATER = (
    "Hospitals in Kharkiv region have power again",
    "Hospitals in Kharkiv region are back on the grid after the attack on a substation; 40,000 homes "
    "wait for power.",
)
BANK = (
    "Central bank keeps its key rate",
    "The central bank kept its key rate at 15.5 percent because inflation slowed in October.",
)
SEOUL = (
    "Сеул не підтвердив візиту делегації",
    "У Сеулі не підтвердили візиту української делегації, яка проситиме зенітні ракети.",
)


async def arrive(
    database: Database, now: datetime, *texts: tuple[str, str], hours: float = 0
) -> list[int]:
    """Articles, each from a source of its own, published so many hours from now."""
    ids = []
    async with database.write() as session:
        for title, summary in texts:
            number = (await session.scalar(select(func.count(Source.id)))) or 0
            source = Source(
                kind=SourceKind.FILE, address=f"{number}", title=f"Source {number}", created_at=now
            )
            session.add(source)
            await session.flush()
            article = Article(
                source_id=source.id, identity=f"{number}", url=f"https://example.org/{number}",
                title=title, summary=summary, published_at=now + timedelta(hours=hours), read_at=now,
            )  # fmt: skip
            session.add(article)
            await session.flush()
            ids.append(article.id)
    return ids


async def grouped(database: Database, now: datetime, limit: int = 500) -> GroupReport:
    async with database.write() as session:
        return await group(session, TOPICS, now=now, limit=limit)


async def stories_of(database: Database, articles: Sequence[int]) -> list[int]:
    async with database.read() as session:
        rows = await session.execute(select(StoryArticle.article_id, StoryArticle.story_id))
        places = dict(rows.all())
    return [places[article] for article in articles]


async def told(database: Database, story: int) -> list[StoryRevision]:
    async with database.read() as session:
        rows = await session.scalars(
            select(StoryRevision)
            .where(StoryRevision.story_id == story)
            .order_by(StoryRevision.revision)
        )
        return list(rows)


async def test_reports_of_one_event_become_one_story(database: Database, now: datetime) -> None:
    ids = await arrive(database, now, POWER, BANK, POWER_TOO, SEOUL, hours=-1)
    assert await grouped(database, now) == GroupReport(articles=4, begun=3, revised=3)
    power, bank, same, seoul = await stories_of(database, ids)
    assert power == same
    assert len({power, bank, seoul}) == 3
    (revision,) = await told(database, power)
    assert revision.standing is Standing.CONFIRMED
    assert [source["name"] for source in revision.sources] == ["Source 0", "Source 2"]
    async with database.read() as session:
        story = await session.get_one(Story, power)
        assert (story.article_count, story.source_count, story.revision) == (2, 2, 1)
        assert story.created_at == story.news_at == now
        topics = await session.scalars(select(StoryTopic).where(StoryTopic.story_id == power))
        reasons = {topic.topic: topic.reasons for topic in topics}
        assert {"energy", "strikes", "ukraine"} <= set(reasons)
        assert all(reasons.values())
        languages = dict((await session.execute(select(Article.id, Article.language))).all())
        assert languages[ids[3]] == "uk"


async def test_news_makes_a_revision_and_a_repetition_does_not_make_news(
    database: Database, now: datetime
) -> None:
    (first,) = await arrive(database, now, POWER, hours=-2)
    await arrive(database, now, BANK, SEOUL, hours=-2)
    await grouped(database, now)
    hour = timedelta(hours=1)
    await arrive(database, now, POWER_TOO)
    await grouped(database, now + hour)
    await arrive(database, now, POWER_LATER, hours=1)
    await grouped(database, now + 2 * hour)
    (story,) = await stories_of(database, [first])
    one, two, three = await told(database, story)
    assert (one.news, two.news) == (None, None)
    assert two.title == one.title == POWER[0]
    assert three.title == POWER_LATER[0]
    assert three.news is not None
    async with database.read() as session:
        assert (await session.get_one(Story, story)).news_at == now + 2 * hour


async def test_nothing_waiting_changes_nothing(database: Database, now: datetime) -> None:
    assert await grouped(database, now) == GroupReport()


async def test_articles_are_taken_in_portions_the_oldest_first(
    database: Database, now: datetime
) -> None:
    (later,) = await arrive(database, now, BANK, hours=-1)
    (earlier,) = await arrive(database, now, POWER, hours=-2)
    assert (await grouped(database, now, limit=1)).articles == 1
    async with database.read() as session:
        placed = await session.scalars(select(StoryArticle.article_id))
        assert list(placed) == [earlier]
    assert (await grouped(database, now, limit=1)).articles == 1
    assert (await grouped(database, now)).articles == 0
    assert len(set(await stories_of(database, [earlier, later]))) == 2


@pytest.mark.parametrize("forgetful", [False, True])
async def test_a_restart_changes_no_place(
    database: Database, now: datetime, forgetful: bool
) -> None:
    first = await arrive(database, now, POWER, BANK, SEOUL, hours=-3)
    await grouped(database, now)
    if forgetful:
        grouping._memories.clear()
    later = await arrive(database, now, POWER_TOO, hours=-1)
    await grouped(database, now)
    assert await stories_of(database, later) == (await stories_of(database, first))[:1]


async def test_a_rolled_back_transaction_leaves_no_ghost_story(
    database: Database, now: datetime
) -> None:
    ids = await arrive(database, now, POWER, BANK, SEOUL, hours=-3)

    async def interrupted() -> None:
        async with database.write() as session:
            await group(session, TOPICS, now=now)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await interrupted()
    more = await arrive(database, now, POWER_TOO, hours=-1)
    assert (await grouped(database, now)).articles == 4
    places = await stories_of(database, [*ids, *more])
    assert places[0] == places[3]


async def test_what_another_worker_placed_is_remembered(database: Database, now: datetime) -> None:
    await arrive(database, now, BANK, SEOUL, hours=-4)
    await grouped(database, now)
    first = await arrive(database, now, POWER, hours=-3)
    other = Database(database.url.render_as_string(hide_password=False))
    try:
        await grouped(other, now)
    finally:
        await other.close()
    later = await arrive(database, now, POWER_TOO, hours=-1)
    await grouped(database, now)
    assert await stories_of(database, later) == await stories_of(database, first)


async def test_an_editors_correction_stays_when_more_articles_come(
    database: Database, now: datetime
) -> None:
    (first, *_) = await arrive(database, now, POWER, BANK, SEOUL, hours=-3)
    await grouped(database, now)
    (story,) = await stories_of(database, [first])
    async with database.write() as session:
        await session.execute(
            update(StoryRevision)
            .where(StoryRevision.story_id == story)
            .values(standing=Standing.CORRECTED, title="As we corrected it")
        )
        await session.execute(
            update(Story).where(Story.id == story).values(standing=Standing.CORRECTED)
        )
    await arrive(database, now, POWER_LATER, hours=-1)
    await grouped(database, now)
    newest = (await told(database, story))[-1]
    assert (newest.title, newest.standing) == ("As we corrected it", Standing.CORRECTED)
    assert newest.source_count == 2


async def test_what_an_editor_set_stays_when_more_articles_come(
    database: Database, now: datetime
) -> None:
    """The rule goes on judging beside it, and has its word again when it is given back."""
    (first,) = await arrive(database, now, POWER, hours=-3)
    await grouped(database, now)
    (story,) = await stories_of(database, [first])
    async with database.write() as session:
        await override(
            session, story, 1, standing=Standing.DISPUTED, severity=Severity.FLASH, now=now
        )
    await arrive(database, now, POWER_LATER, hours=-1)
    await grouped(database, now)
    newest = (await told(database, story))[-1]
    assert newest.source_count == 2
    assert (newest.standing, newest.severity) == (Standing.DISPUTED, Severity.FLASH)
    async with database.write() as session:
        kept = await session.get_one(Story, story)
        assert kept.judged_standing is not Standing.DISPUTED
        await override(session, story, newest.revision, standing=None, severity=None, now=now)
        assert (kept.standing, kept.severity) == (kept.judged_standing, kept.judged_severity)


async def test_history_that_we_read_late_is_not_todays_news(
    database: Database, now: datetime
) -> None:
    old, new = await arrive(database, now, POWER, hours=-40), await arrive(database, now, BANK)
    await grouped(database, now)
    async with database.read() as session:
        (past,) = await stories_of(database, old)
        (present,) = await stories_of(database, new)
        assert (await session.get_one(Story, past)).news_at == now - timedelta(hours=40)
        assert (await session.get_one(Story, present)).news_at == now


async def test_a_matter_that_comes_back_gets_a_new_story_that_follows_the_old(
    database: Database, now: datetime
) -> None:
    (first, *_) = await arrive(database, now, POWER, BANK, SEOUL, hours=-100)
    (later,) = await arrive(database, now, POWER)
    await grouped(database, now)
    old, new = await stories_of(database, [first, later])
    async with database.read() as session:
        assert (await session.get_one(Story, new)).follows_id == old


@pytest.mark.parametrize(
    ("said", "language", "found"),
    [
        ("substations", "en", POWER[0]),
        ("делегацією", "uk", SEOUL[0]),
        ("banks rates", "en", BANK[0]),
    ],
)
async def test_a_story_is_found_by_another_form_of_its_words(
    database: Database, now: datetime, said: str, language: str, found: str
) -> None:
    await arrive(database, now, POWER, BANK, SEOUL)
    await grouped(database, now)
    async with database.read() as session:
        (story,) = await search(session, query_terms(said, language))
        revision = await session.get_one(StoryRevision, (story.id, story.revision))
        assert revision.title == found


@pytest.mark.parametrize(
    "said", ["Харків лікарня", "харківські лікарні", "Харківщина", "лікарень Харкова"]
)
async def test_a_place_is_found_by_the_name_of_its_region_and_the_other_way(
    database: Database, now: datetime, said: str
) -> None:
    title = "Лікарні Харківщини перевели на резервне живлення"
    await arrive(
        database, now, (title, "Усі тринадцять закладів області працюють, кажуть медики."), BANK
    )
    await grouped(database, now)
    async with database.read() as session:
        (story,) = await search(session, query_terms(said, "uk"))
        revision = await session.get_one(StoryRevision, (story.id, story.revision))
        assert revision.title == title


async def test_a_hostile_article_is_placed_like_any_other(
    database: Database, now: datetime
) -> None:
    await arrive(
        database, now, ("<b>" * 3_000, "\u202e" * 500), ("", ""), ("x" * 10_000, "9" * 10_000)
    )
    assert (await grouped(database, now)).articles == 3


async def test_an_archive_is_grouped_by_its_own_time_and_disturbs_nothing(
    database: Database, now: datetime
) -> None:
    first = await arrive(database, now, POWER, BANK, SEOUL, hours=-2)
    await grouped(database, now)
    month = 30 * 24
    old = await arrive(database, now, POWER, BANK, SEOUL, POWER_TOO, hours=-month)
    await grouped(database, now)
    older = await arrive(database, now, POWER_LATER, hours=-month + 1)
    await grouped(database, now)
    later = await arrive(database, now, POWER_TOO)
    await grouped(database, now)
    archived, *_, same = await stories_of(database, old)
    assert archived == same == (await stories_of(database, older))[0]
    assert archived != (await stories_of(database, first))[0]
    assert await stories_of(database, later) == (await stories_of(database, first))[:1]


async def test_one_event_in_two_languages_is_one_story_told_in_both(
    database: Database, now: datetime
) -> None:
    ukrainian = (
        "Дрони знеструмили 120 тисяч осель на Харківщині",
        "Дрони влучили в підстанцію на Харківщині, без світла 120 тисяч осель, каже компанія.",
    )
    ids = await arrive(database, now, POWER, BANK, ukrainian, SEOUL, hours=-1)
    assert (await grouped(database, now)).begun == 3
    power, _, same, seoul = await stories_of(database, ids)
    assert power == same != seoul
    (revision,) = await told(database, power)
    titles = {code: revision.told_in(code)[1]["title"] for code in ("en", "uk")}
    assert titles == {"en": POWER[0], "uk": ukrainian[0]}
    assert revision.told_in("pl")[0] == revision.language
    (only_ukrainian,) = await told(database, seoul)
    assert only_ukrainian.told_in("en")[0] == "uk"


async def test_nine_stories_are_written_in_as_many_statements_as_one(
    database: Database, now: datetime
) -> None:
    said: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    async def statements(*texts: tuple[str, str]) -> int:
        await arrive(database, now, *texts, hours=-1)
        said.clear()
        report = await grouped(database, now)
        assert report.begun == report.revised == len(texts)
        return len([statement for statement in said if statement.startswith(("INSERT", "UPDATE"))])

    words = ("brag", "clim", "dront", "fesk", "gorp", "hulm", "jist", "kvent", "lomb", "murn")
    many = [(f"{word}ak {word}olt", f"{word}isk {word}emp {word}und") for word in words]
    event.listen(database.engine.sync_engine, "before_cursor_execute", hear)
    try:
        assert await statements(many[0]) == await statements(*many[1:])
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", hear)


async def test_garbage_is_looked_for_again_after_a_batch_even_one_that_failed(
    database: Database, now: datetime
) -> None:
    await arrive(database, now, POWER)
    async with database.write() as session:
        with pytest.raises(AttributeError):
            await group(session, None, now=now)  # type: ignore[arg-type]
        await session.rollback()
    assert gc.isenabled()
