"""The public archive: what was sent and what was put right, for everybody, and nothing about anybody."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from xml.etree import ElementTree as Tree

import feedparser
import pytest

from bot.delivery.counts import Counts
from bot.rendering.digest import digest_parts
from bot.rendering.render import Version, Words
from bot.updates import Updates
from bot.web import doors
from digests.alerts.item import Item
from digests.corrections import amend
from digests.corrections.amendment import Amendment
from digests.corrections.correction import CorrectedSubject, CorrectionKind
from digests.editions.compose import compose
from digests.editions.edition import Edition
from digests.editions.on_demand import compose_now
from digests.storage.database import Database
from digests.stories.tagging import load_topics
from digests.vocabulary import Language, Severity, Standing
from tests.alerts.builders import DEPOT, EDITOR, deciding, draft, newsroom, who
from tests.bot.conftest import make_services
from tests.corrections.builders import proposed
from tests.editions.builders import add_reader, add_story, source
from tests.web.conftest import ADDRESS, Visitor, sent
from tests.web.test_doors import Heard

HOSTILE = "<script>alert(1)</script> \"&' {{ 7*7 }}"


async def amended(
    database: Database, now: datetime, kind: CorrectionKind, subject: CorrectedSubject, about: int
) -> None:
    async with database.write() as session:
        await newsroom(session, now)
        correction = await proposed(session, kind, subject, about, now=now)
        await amend.approve(session, correction.id, **deciding(EDITOR, now))


async def digest(database: Database, now: datetime, **story: object) -> tuple[int, int]:
    """A digest for all of a taste; its id and its story's."""
    async with database.write() as session:
        await add_reader(session, now, "energy", minutes=())
        told = await add_story(session, now - timedelta(hours=1), ("energy",), **story)
        reader = await add_reader(session, now, "energy")
        assert reader.taste_id
    async with database.write() as session:
        await compose(session, now=now + timedelta(minutes=1))
        edition = await session.get_one(Edition, 1)
        return edition.id, told.id


async def test_an_alert_has_its_page_in_both_languages(
    visitor: Visitor, database: Database, now: datetime
) -> None:
    alert = await sent(database, now)
    status, english = await visitor.get(f"/archive/en/alerts/{alert}")
    assert status == 200
    assert "<h1>Strike on a depot near Luhansk</h1>" in english
    assert "Unconfirmed: regional officials" in english
    _, ukrainian = await visitor.get(f"/archive/uk/alerts/{alert}")
    assert '<html lang="uk">' in ukrainian
    assert '<h1 lang="en">Strike on a depot' in ukrainian
    assert "за київським часом" in ukrainian


async def test_an_address_without_a_language_leads_to_the_browsers(
    visitor: Visitor, database: Database, now: datetime
) -> None:
    await sent(database, now)
    for accepted, language in (("uk-UA,uk;q=0.9,en;q=0.8", "uk"), ("de, fr", "en"), ("", "en")):
        status, _ = await visitor.get("/archive/alerts/1", **{"Accept-Language": accepted})
        assert (status, visitor.headers["Location"]) == (302, f"/archive/{language}/alerts/1")
        status, _ = await visitor.get("/archive/", **{"Accept-Language": accepted})
        assert (status, visitor.headers["Location"]) == (302, f"/archive/{language}/")


async def test_a_correction_and_what_was_wrong_stand_on_the_page(
    visitor: Visitor, database: Database, now: datetime
) -> None:
    alert = await sent(database, now)
    at = now + timedelta(minutes=10)
    await amended(database, at, CorrectionKind.CORRECT, CorrectedSubject.ALERT, alert)
    _, page = await visitor.get(f"/archive/en/alerts/{alert}")
    assert "<h1>Fire at a warehouse near Luhansk</h1>" in page
    assert "<h2>Corrections</h2>" in page
    assert "Earlier we said:" in page
    _, newest = await visitor.get("/archive/en/")
    assert "Corrected" in newest


async def test_places_stand_beside_the_topics_in_the_pages_language(
    visitor: Visitor, database: Database, now: datetime
) -> None:
    alert = await sent(database, now, replace(DEPOT, places=("Luhansk region", "Poland")))
    for language, shown in (
        ("en", "Luhansk region, Poland · "),
        ("uk", "Луганська область, Польща · "),
    ):
        for path in (f"alerts/{alert}", "", "feed.atom"):
            _, page = await visitor.get(f"/archive/{language}/{path}")
            assert shown in page


async def test_a_label_and_a_place_that_were_wrong_stand_on_the_page(
    visitor: Visitor, database: Database, now: datetime
) -> None:
    alert = await sent(database, now, replace(DEPOT, places=("Luhansk", "Poland")))
    async with database.write() as session:
        wrong = Amendment(
            CorrectionKind.CORRECT,
            CorrectedSubject.ALERT,
            alert,
            1,
            standing=Standing.DISPUTED,
            places=("Luhansk",),
        )
        made = await amend.propose(session, wrong, **who(EDITOR, now))
        await amend.approve(session, made.id, **deciding(EDITOR, now))
    _, page = await visitor.get(f"/archive/uk/alerts/{alert}")
    assert "Суперечливо: regional officials" in page
    assert "Раніше була позначка: <s>Не підтверджено: regional officials</s>" in page
    assert "Раніше ми називали місце: <s>Польща</s>" in page


async def test_a_withdrawn_alert_says_so_first(
    visitor: Visitor, database: Database, now: datetime
) -> None:
    alert = await sent(database, now)
    await amended(database, now, CorrectionKind.RETRACT, CorrectedSubject.ALERT, alert)
    _, page = await visitor.get(f"/archive/en/alerts/{alert}")
    assert "<h1>Withdrawn</h1>" in page
    assert page.index("It was not so.") < page.index("<s>Strike on a depot near Luhansk</s>")
    _, newest = await visitor.get("/archive/en/")
    assert "<s>Strike on a depot near Luhansk</s>" in newest


async def test_what_was_not_sent_and_what_one_reader_asked_for_is_not_there(
    visitor: Visitor, database: Database, now: datetime
) -> None:
    async with database.write() as session:
        await newsroom(session, now)
        alert = await draft(session, now)
        reader = await add_reader(session, now, "energy", minutes=())
        await add_story(session, now - timedelta(hours=1))
        dispatch = await compose_now(session, reader, now=now)
        assert dispatch is not None
    for path in (
        f"alerts/{alert.id}",
        f"editions/{dispatch.subject_id}",
        "alerts/99",
        "days/2026-13-40",
    ):
        status, page = await visitor.get(f"/archive/en/{path}")
        assert status == 404
        assert "There is no such page" in page
    _, newest = await visitor.get("/archive/en/")
    assert "Nothing was sent here yet." in newest
    for path in ("/archive/en/nowhere", "/archive/alerts", "/archive/en/topics/knitting"):
        assert (await visitor.get(path))[0] == 404


async def test_a_digest_has_its_page_with_every_story_and_who_says_so(
    visitor: Visitor, database: Database, now: datetime
) -> None:
    named = [source("Harbour Wire"), source("Pravda", state_controlled=True)]
    edition, story = await digest(
        database, now, standing=Standing.DISPUTED, sources=named, attribution="the port"
    )
    _, page = await visitor.get(f"/archive/en/editions/{edition}")
    assert f'<article id="story-{story}">' in page
    assert "Disputed: the port" in page
    assert "(state-controlled)" in page
    at = now + timedelta(hours=1)
    await amended(database, at, CorrectionKind.RETRACT, CorrectedSubject.STORY, story)
    visitor.later = timedelta(minutes=1)
    _, page = await visitor.get(f"/archive/en/editions/{edition}")
    assert "<s>Power is back in the port</s>" in page
    assert "It was not so." in page


@pytest.mark.parametrize(("stories", "is_linked"), [(8, False), (9, True)])
async def test_a_digest_too_long_for_a_chat_links_to_its_page(
    visitor: Visitor, database: Database, now: datetime, stories: int, is_linked: bool
) -> None:
    async with database.write() as session:
        for number in range(stories - 1):
            await add_story(session, now - timedelta(hours=2), title=f"Story {number}")
    edition, _ = await digest(database, now)
    words = Words(load_topics(), archive=ADDRESS)
    async with database.read() as session:
        parts = await digest_parts(
            session, words, Version(edition, 1, Language.UKRAINIAN, "Europe/Kyiv")
        )
    links = [button.url for row in parts[-1].buttons for button in row if button.url]
    assert links == ([f"{ADDRESS}/uk/editions/{edition}"] if is_linked else [])
    status, page = await visitor.get(f"/archive/uk/editions/{edition}")
    assert status == 200
    assert page.count("<article") == stories


async def test_a_digest_in_a_list_begins_with_a_capital(
    visitor: Visitor, database: Database, now: datetime
) -> None:
    """In Ukrainian the days of the week have none of their own."""
    await digest(database, now)
    _, page = await visitor.get("/archive/uk/")
    assert ">Понеділок, 23 листопада" in page


async def test_a_topic_and_a_day_have_their_pages(
    visitor: Visitor, database: Database, now: datetime
) -> None:
    await sent(database, now)
    for path, is_there in (
        ("topics/strikes", True),
        ("topics/energy", False),
        (f"days/{now.date()}", True),
        (f"days/{now.date() - timedelta(days=1)}", False),
    ):
        status, page = await visitor.get(f"/archive/en/{path}")
        assert status == 200
        assert ("Strike on a depot" in page) is is_there, path


@pytest.mark.parametrize("place", ["", "topics/strikes/"])
async def test_feed_readers_get_both_formats(
    visitor: Visitor, database: Database, now: datetime, place: str
) -> None:
    alert = await sent(database, now)
    at = now + timedelta(minutes=10)
    await amended(database, at, CorrectionKind.CORRECT, CorrectedSubject.ALERT, alert)
    _, xml = await visitor.get(f"/archive/en/{place}feed.atom")
    assert visitor.headers["Content-Type"].startswith("application/atom+xml")
    read = feedparser.parse(xml)
    assert (read.bozo, read.version) == (False, "atom10")
    (entry,) = read.entries
    assert entry.id == f"{ADDRESS}/alerts/{alert}"
    assert entry.link == f"{ADDRESS}/en/alerts/{alert}"
    assert entry.title == "Corrected: Fire at a warehouse near Luhansk"
    assert entry.updated_parsed > entry.published_parsed
    root = Tree.fromstring(xml)
    assert [node.tag.partition("}")[2] for node in root][:4] == ["id", "title", "updated", "author"]
    _, text = await visitor.get(f"/archive/en/{place}feed.json")
    feed = json.loads(text)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == f"{ADDRESS}/en/{place}feed.json"
    (item,) = feed["items"]
    assert (item["id"], item["title"]) == (entry.id, entry.title)
    assert item["date_modified"] > item["date_published"]
    for content in (entry.content[0].value, item["content_html"]):
        assert "<em>Earlier we said:</em> <s>Strike on a depot near Luhansk" in content


async def test_whatever_it_says_it_is_text(
    visitor: Visitor, database: Database, now: datetime
) -> None:
    item = Item(text=f"{HOSTILE}\n{HOSTILE}", language="en", topics=("strikes",),
                attribution=HOSTILE, severity=Severity.FLASH)  # fmt: skip
    alert = await sent(database, now, item)
    for path in (f"alerts/{alert}", "", "topics/strikes"):
        _, page = await visitor.get(f"/archive/en/{path}")
        assert "<script" not in page
        assert "&lt;script&gt;" in page
        assert "{{ 7*7 }}" in page
    _, xml = await visitor.get("/archive/en/feed.atom")
    (entry,) = feedparser.parse(xml).entries
    assert "alert(1)" in entry.title
    assert "<script" not in entry.content[0].value


async def test_a_page_is_safe_small_and_kept_by_those_who_have_it(
    visitor: Visitor, database: Database, now: datetime
) -> None:
    """No script may run, nothing is set or fetched; who has the page is not sent it again."""
    alert = await sent(database, now)
    status, page = await visitor.get(f"/archive/en/alerts/{alert}")
    assert status == 200
    assert "Set-Cookie" not in visitor.headers
    assert "default-src 'none'" in visitor.headers["Content-Security-Policy"]
    body = page[page.index("<body") :]
    assert not re.search(r"<script|<img|<iframe|<form| src=| style=| on\w+=", body)
    assert not re.search(r"stylesheet|url\(|@import", page)
    assert len(page.encode()) < 50_000
    print_ = visitor.headers["ETag"]
    assert await visitor.get(f"/archive/en/alerts/{alert}", **{"If-None-Match": print_}) == (
        304,
        "",
    )
    assert await visitor.get(f"/archive/en/alerts/{alert}", method="HEAD") == (200, "")


async def test_the_style_is_the_one_that_the_policy_allows(
    visitor: Visitor, database: Database, now: datetime
) -> None:
    import hashlib
    from base64 import b64encode

    await sent(database, now)
    _, page = await visitor.get("/archive/en/")
    style = page[page.index("<style>") + 7 : page.index("</style>")]
    print_ = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{print_}'" in visitor.headers["Content-Security-Policy"]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize(
    ("ink", "ground"),
    [("ink", "paper"), ("soft", "paper"), ("link", "paper"), ("mark", "paper"), ("ink", "wrong"),
     ("mark", "wrong")],
)  # fmt: skip
def test_every_colour_can_be_read_in_both_themes(theme: int, ink: str, ground: str) -> None:
    """WCAG 2: at least 4.5 to 1."""
    from bot.rendering.catalogs import TEMPLATES

    text = (TEMPLATES / "web" / "style.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--(\w+): (#\w{6})", re.findall(r":root \{[^}]*\}", text)[theme]))
    light, dark = sorted((luminance(colours[ink]), luminance(colours[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


async def test_without_an_address_there_is_no_archive(database: Database, now: datetime) -> None:
    made = make_services(database, now)
    built = doors.build(made, Updates(Heard()), dict, Counts())  # type: ignore[arg-type]
    paths = {route.resource.canonical for route in built.router.routes() if route.resource}
    assert not any("alerts" in path for path in paths)
