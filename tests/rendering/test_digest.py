"""A digest as a reader meets it; whatever is in it, Telegram takes it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.rendering.digest import EarlierError, digest_parts, render
from bot.rendering.render import Message, Version, Words
from bot.rendering.stories import Admitted, clipped, own_first, view
from digests.alerts.release import ProposalState
from digests.corrections.correction import (
    CorrectedSubject,
    Correction,
    CorrectionKind,
)
from digests.editions.compose import compose
from digests.editions.edition import Edition, EditionStory
from digests.editions.told import Told
from digests.storage.database import Database
from digests.stories.story import StoryRevision
from digests.stories.tagging import load_topics
from digests.vocabulary import Language, Severity, Standing
from tests.editions.builders import KYIV, add_reader, add_story, revise, source
from tests.rendering.tdlib import Parsed, accepted

EN, UK = Language.ENGLISH, Language.UKRAINIAN
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
WORDS = Words(load_topics())
HOUR = timedelta(hours=1)


def edition(found: int = 1, start: datetime = NOW - 24 * HOUR, end: datetime = NOW) -> Edition:
    return Edition(
        id=7, taste_id=1, window_start=start, window_end=end, story_count=found, created_at=end
    )


def told(topic: str = "energy", **fields: Any) -> Told:
    is_folded = fields.pop("is_folded", False)
    news = fields.pop("said_new", None)
    sources = fields.pop("sources", [source("Harbour Wire")])
    words = {
        "story_id": 1,
        "revision": 1,
        "title": "Power is back in the port",
        "lead": "Cranes work again, the harbour master says.",
        "language": "en",
        "severity": Severity.ROUTINE,
        "standing": Standing.CONFIRMED,
        "attribution": None,
        "sources": sources,
        "tellings": {},
        "article_count": 1,
        "source_count": len(sources),
        "last_article_at": NOW - HOUR,
        "made_at": NOW - HOUR,
    }
    return Told(StoryRevision(**{**words, **fields}), topic, news, is_folded)


def shown(
    *items: Told,
    language: Language = EN,
    timezone: str = KYIV,
    errors: Sequence[EarlierError] = (),
    of: Edition | None = None,
    admitted: Admitted | None = None,
) -> list[Parsed]:
    parts = render(
        WORDS,
        of or edition(len(items)),
        items,
        [view(item, language, admitted) for item in items],
        errors,
        language,
        timezone,
    )
    assert not any(part.buttons for part in parts[:-1])
    return [accepted(part) for part in parts]


def buttons(*items: Told) -> list[list[str | None]]:
    views = [view(item, EN) for item in items]
    *_, last = render(WORDS, edition(len(items)), items, views, (), EN, KYIV)
    return [[button.data for button in row] for row in last.buttons]


def test_a_story_has_its_headline_lead_label_sources_and_time() -> None:
    (page,) = shown(
        told(
            "weapons",
            title="Kyiv to ask Seoul for anti-air missiles",
            lead="A delegation may meet officials on Wednesday.",
            standing=Standing.DEVELOPING,
            attribution="one anonymous source",
            sources=[
                source("Kyiv Post"),
                source("SCMP", state_controlled=True),
                source("A"),
                source("B"),
            ],
        ),
        told("energy", severity=Severity.PRIORITY),
    )
    assert page.text == (
        "Morning digest · Monday 23 November\n"
        "2 stories, 5 sources, since yesterday 08:00\n"
        "\n"
        "▎Weapons and military aid\n"
        "Kyiv to ask Seoul for anti-air missiles\n"
        "Unconfirmed: one anonymous source\n"
        "A delegation may meet officials on Wednesday.\n"
        "Kyiv Post, SCMP (state-controlled), A and 1 more · 07:00\n"
        "\n"
        "▎Energy\n"
        "▪︎ Priority · Power is back in the port\n"
        "Cranes work again, the harbour master says.\n"
        "Harbour Wire · 07:00"
    )
    assert page.words("DateTime") == ["07:00", "07:00"]
    assert page.words("Italic") == ["Unconfirmed: one anonymous source", "(state-controlled)"]


def test_the_same_in_ukrainian() -> None:
    (page,) = shown(told(severity=Severity.FLASH, standing=Standing.DISPUTED), language=UK)
    head, count, *_ = page.text.splitlines()
    assert head == "Ранковий дайджест · понеділок, 23 листопада"
    assert count == "1 новина, 1 джерело, від 08:00 учора"
    assert "Суперечливо" in page.words("Italic")
    assert "⚡ " in page.text


@pytest.mark.parametrize(
    ("number", "counted"),
    [
        (1, "1 новина"),
        (2, "2 новини"),
        (5, "5 новин"),
        (11, "11 новин"),
        (21, "найважливіше з 21 новини"),
        (22, "найважливіше з 22 новин"),
    ],
)
def test_ukrainian_counts_agree_with_their_nouns(number: int, counted: str) -> None:
    items = [told(story_id=n) for n in range(min(number, 20))]
    page = shown(*items, language=UK, of=edition(number))[0]
    assert page.text.splitlines()[1].startswith(counted + ", 1 джерело, ")


@pytest.mark.parametrize(
    ("hour", "name"),
    [(0, "Night"), (3, "Night"), (4, "Morning"), (10, "Morning"), (11, "Midday"), (16, "Midday"),
     (17, "Evening"), (22, "Evening"), (23, "Night")],
)  # fmt: skip
def test_a_digest_is_named_by_the_readers_hour(hour: int, name: str) -> None:
    end = datetime(2026, 11, 23, hour, tzinfo=UTC) - 2 * HOUR
    (page,) = shown(told(), of=edition(end=end, start=end - HOUR))
    assert page.text.startswith(f"{name} digest · ")


@pytest.mark.parametrize(
    ("hours", "since"),
    [(2, "since 06:00"), (24, "since yesterday 08:00"), (60, "since 20 November, 20:00")],
)
def test_it_says_since_when(hours: int, since: str) -> None:
    (page,) = shown(told(), of=edition(start=NOW - hours * HOUR))
    assert page.text.splitlines()[1].endswith(since)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        (EN, "Nothing new on your topics since yesterday 08:00."),
        (UK, "За вашими темами нічого нового від 08:00 учора."),
    ],
)
def test_an_empty_day_says_so_in_one_line(language: Language, line: str) -> None:
    (page,) = shown(language=language)
    assert page.text.splitlines()[1:] == [line]


def test_who_knows_the_story_reads_what_is_new_and_not_the_lead_again() -> None:
    (page,) = shown(told(said_new="Hospitals are back on the grid."))
    assert "New: Hospitals are back on the grid.\n" in page.text
    assert "Cranes" not in page.text


def test_the_rest_is_folded_with_its_topics_and_labels() -> None:
    (page,) = shown(
        told(),
        told("strikes", is_folded=True, title="A depot burns", standing=Standing.DEVELOPING),
        told("energy", is_folded=True, title="A line is mended"),
    )
    (folded,) = page.words("ExpandableBlockQuote")
    assert folded == "• A depot burns · One source so far · Strikes\n• A line is mended · Energy"
    assert "2 more stories:\n•" in page.text


def test_every_section_has_why_and_unsubscribe() -> None:
    rows = buttons(told("energy"), told("strikes"))
    assert ["why:energy", "unsub:energy"] in rows
    assert ["why:strikes", "unsub:strikes"] in rows
    assert rows[:3] == [["stories:7"], ["latest", "topics"], ["times", "report"]]


def test_many_sections_share_one_button_that_opens_theirs() -> None:
    rows = buttons(*(told(topic) for topic in ("energy", "strikes", "cyber", "nuclear")))
    assert rows == [["stories:7"], ["latest", "topics"], ["times", "report"], ["sections:7"]]


def test_an_error_in_the_digest_is_admitted_in_its_place() -> None:
    item = told(standing=Standing.CORRECTED, title="An empty warehouse burned")
    error = Admitted(NOW + 7 * HOUR, "It held no shells.", "A depot burned.")
    (page,) = shown(item, admitted=error)
    assert "Corrected at 15:00: It held no shells." in page.text
    assert page.words("Strikethrough") == ["A depot burned."]


def test_what_was_withdrawn_is_struck_through_and_told_no_more() -> None:
    item = told(standing=Standing.RETRACTED, title="A depot burned", lead="With shells.")
    (page,) = shown(item, admitted=Admitted(NOW + HOUR, "It never happened.", ""))
    assert page.words("Strikethrough") == ["A depot burned"]
    assert "It never happened." in page.text
    assert "With shells." not in page.text


def test_errors_of_earlier_digests_are_named_with_their_date() -> None:
    error = EarlierError(NOW - 24 * HOUR, False, "A depot burned", "A warehouse burned", "Empty.")
    (page,) = shown(told(), errors=[error])
    assert page.text.endswith(
        "Correction to the digest of 22 November:\nA warehouse burned. Empty.\n"
        "Earlier we said: A depot burned"
    )


async def test_a_digest_from_the_tables_admits_what_was_put_right_since(
    database: Database,
) -> None:
    async with database.write() as session:
        reader = await add_reader(session, NOW)
        story = await add_story(session, NOW - HOUR, title="A depot burned", lead="With shells.")
        await compose(session, now=NOW)
        await revise(
            session, story, NOW + HOUR, title="A warehouse burned", standing=Standing.CORRECTED
        )
        # As the outbox does when the digest goes out.
        reader.covered_until = NOW
        place = (await session.scalars(select(EditionStory))).one()
        place.story_revision = 2
        session.add(
            Correction(
                kind=CorrectionKind.CORRECT,
                subject=CorrectedSubject.STORY,
                subject_id=story.id,
                state=ProposalState.APPROVED,
                was_revision=1,
                now_revision=2,
                texts={"en": "A warehouse burned"},
                notes={"en": "It was empty."},
                main_language="en",
                made_by=1,
                made_at=NOW + HOUR,
                decided_at=NOW + HOUR,
            )
        )
    async with database.write() as session:
        # The next day: another edition for the same taste names the error.
        await compose(session, now=NOW + 24 * HOUR)
    async with database.read() as session:
        first, second = (await session.scalars(select(Edition).order_by(Edition.id))).all()
        pages = [
            accepted((await digest_parts(session, WORDS, Version(e.id, 1, EN, KYIV)))[0]).text
            for e in (first, second)
        ]
    assert "A warehouse burned\nCorrected at" in pages[0]
    assert "It was empty.\nEarlier we said: A depot burned." in pages[0]
    assert "Nothing new" in pages[1]
    assert (
        "Correction to the digest of 23 November:\nA warehouse burned. It was empty.\n"
        "Earlier we said: A depot burned. With shells."
    ) in pages[1]


@pytest.mark.parametrize(
    ("text", "most", "cut"),
    [
        ("short", 10, "short"),
        (" in \n one\tline ", 20, "in one line"),
        ("cut at a blank, please", 16, "cut at a blank…"),
        ("x" * 50, 10, "x" * 9 + "…"),
        ("one andaverylongwordthatdoesnotend", 20, "one andaverylongwor…"),
    ],
)
def test_long_words_are_shortened_with_an_ellipsis(text: str, most: int, cut: str) -> None:
    assert clipped(text, most) == cut


HOSTILE = [
    "x" * 10_000,
    "<b>" * 3000,
    "</b></i><a href='x'>" * 500,
    "\u202e\u2067שלום مرحبا" * 50,
    "&lt;&amp;&#0;" * 500,
    "{{ 7*7 }} {% raw %} %(name)s %s",
    "\x00\x01\x1f\ud800",
    "🇺🇦👩‍👩‍👧" * 800,
    "@name #tag /cmd https://example.org " * 100,
    "",
]


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
def test_hostile_words_in_every_field_make_a_digest_telegram_takes(
    text: str, language: Language
) -> None:
    sources = [source(text, url) for url in ("javascript:x", "https://e.org/" + "ю" * 1900, text)]
    items = [
        told(
            topic,
            title=text,
            lead=text,
            attribution=text,
            said_new=news,
            sources=sources,
            standing=standing,
            is_folded=is_folded,
        )
        for topic, news, standing, is_folded in (
            ("energy", None, Standing.DEVELOPING, False),
            ("energy", text, Standing.DISPUTED, False),
            ("strikes", text, Standing.CONFIRMED, True),
        )
    ]
    error = EarlierError(NOW, withdrawn=True, was=text, right=text, note=text)
    pages = shown(*items, language=language, errors=[error])
    assert "Bold" in {kind for kind, _ in pages[0].entities}
    assert not re.search(r"\u202e|\x01", "".join(page.text for page in pages))


items = st.lists(
    st.builds(
        told,
        st.sampled_from(["energy", "strikes", "cyber"]),
        title=st.text(max_size=300),
        lead=st.text(max_size=700),
        attribution=st.none() | st.text(max_size=60),
        said_new=st.none() | st.text(max_size=400),
        standing=st.sampled_from(Standing),
        severity=st.sampled_from(Severity),
        sources=st.lists(st.builds(source, st.text(max_size=60)), max_size=6),
    ),
    max_size=24,
)


@settings(deadline=None, max_examples=60)
@given(items, st.sampled_from(Language))
def test_any_digest_is_within_the_limits_and_no_story_is_cut(
    stories: list[Told], language: Language
) -> None:
    numbered = [
        Told(_titled(item.story, f"[[{number}]]"), item.topic, item.news, number >= 8)
        for number, item in enumerate(stories)
    ]
    pages = shown(*sorted(numbered, key=lambda item: item.is_folded), language=language)
    seen = re.findall(r"\[\[(\d+)\]\]", "".join(page.text for page in pages))
    assert sorted(map(int, seen)) == list(range(len(stories)))


def _titled(story: StoryRevision, mark: str) -> StoryRevision:
    story.title = f"{mark} {story.title[:200]}"
    return story


def test_parts_are_messages_with_the_buttons_below_the_last() -> None:
    items = [told(story_id=n, title="t" * 200, lead="Many words. " * 40) for n in range(12)]
    views = [view(item, EN) for item in items]
    parts = render(WORDS, edition(12), items, views, (), EN, KYIV)
    assert len(parts) > 1
    assert all(isinstance(part, Message) for part in parts)
    assert parts[-1].buttons


UKRAINIAN = {"title": "Порт знову зі світлом", "lead": "Крани працюють.", "attribution": None}


def test_a_story_is_told_in_the_readers_language_where_it_is_told_in_it() -> None:
    both = told(tellings={"uk": {**UKRAINIAN, "news": None}})
    (english,) = shown(both)
    (ukrainian,) = shown(both, language=UK)
    assert "Power is back in the port" in english.text
    assert "Порт" not in english.text
    assert "Порт знову зі світлом" in ukrainian.text
    assert "(англійською)" not in ukrainian.text


def test_a_story_in_another_language_only_says_so_and_stands_after_its_equals() -> None:
    foreign = told(title="Порт знову зі світлом", language="uk", lead="Крани працюють.")
    grave = told(title="Удар по порту", language="uk", severity=Severity.PRIORITY)
    views = own_first([view(item, EN) for item in (grave, foreign, told())])
    assert [story.tongue for story in views] == ["uk", "", "uk"]
    (page,) = shown(foreign)
    assert "Порт знову зі світлом (in Ukrainian)" in page.text


def test_the_headline_leads_to_a_source_in_its_language() -> None:
    sources = [
        source("Степова хвиля", "https://example.org/uk") | {"language": "uk"},
        source("Harbour Wire", "https://example.org/en") | {"language": "en"},
    ]
    item = told(sources=sources, tellings={"uk": {**UKRAINIAN, "news": None}})
    assert view(item, EN).url == "https://example.org/en"
    assert view(item, UK).url == "https://example.org/uk"
