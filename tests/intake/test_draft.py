"""An article cleaned and identified."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.intake.canonical import web_address
from digests.intake.draft import (
    EARLIEST,
    Draft,
    Origin,
    draft_of_record,
    drafts_of_feed,
    judged_date,
    primary_language,
    with_page,
)
from digests.intake.entry import Entry, Feed
from digests.intake.record import Record

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
LONG = "The convoy reached the town on Monday with grain, medicine and generators, officials said. "
PLAIN = Entry(None, None, "", "", "", None, None, None)


def feed(*entries: Entry) -> Feed:
    return Feed("Front", None, entries, None, None)


def drafts(*entries: Entry) -> list[Draft]:
    return drafts_of_feed(feed(*entries), Origin(7), NOW)[0]


@pytest.mark.parametrize(
    ("said", "kept", "doubtful"),
    [
        (NOW - timedelta(hours=3), NOW - timedelta(hours=3), False),
        (None, NOW, True),
        (datetime(9999, 12, 31, tzinfo=UTC), NOW, True),
        (datetime(1989, 12, 31, tzinfo=UTC), NOW, True),
        (datetime(1970, 1, 1, tzinfo=UTC), NOW, True),
        (NOW + timedelta(hours=25), NOW, True),
        (NOW + timedelta(hours=23), NOW, False),
    ],
)
def test_an_impossible_date_is_the_time_of_reading(
    said: datetime | None, kept: datetime, doubtful: bool
) -> None:
    assert judged_date(said, NOW) == (kept, doubtful)


@pytest.mark.parametrize(
    ("tag", "language"),
    [("uk-UA", "uk"), ("en_us", "en"), ("EN", "en"), ("urk", "urk"), ("", None), (None, None),
     ("<script>", None), ("english (united states)", None)],
)  # fmt: skip
def test_a_language_is_a_short_tag_or_nothing(tag: str | None, language: str | None) -> None:
    assert primary_language(tag) == language


def test_a_missing_title_is_the_first_sentence() -> None:
    (draft,) = drafts(replace(PLAIN, guid="1", summary="Grain left the port at dawn. More later."))
    assert draft.title == "Grain left the port at dawn."


def test_an_entry_that_says_nothing_makes_no_draft() -> None:
    assert drafts(replace(PLAIN, guid="1"), replace(PLAIN, summary="<img src=x>")) == []


def test_an_address_alone_waits_for_its_page() -> None:
    (draft,) = drafts(replace(PLAIN, url="https://a.example/1"))
    assert draft.is_bare
    assert draft.title == ""
    filled = with_page(draft, "From the page", LONG * 3, "In short", None)
    assert (filled.title, filled.summary, filled.is_bare) == ("From the page", "In short", False)
    assert filled.text_key
    assert filled.identity == draft.identity


def test_a_long_description_is_the_text_and_a_repeated_one_no_summary() -> None:
    one, other = drafts(
        replace(PLAIN, title="A", guid="1", summary=LONG * 20),
        replace(PLAIN, title="B", guid="2", summary=f"<p>{LONG}</p>", content=LONG),
    )
    assert one.summary == ""
    assert len(one.text) > 1_500
    assert other.summary == ""
    assert other.text == LONG.strip()


@pytest.mark.parametrize(
    ("entry", "identity"),
    [
        (replace(PLAIN, title="A", url="http://www.a.example/1?utm_source=x", guid="g"),
         "https://a.example/1"),
        (replace(PLAIN, title="A", guid="g"), "7:g"),
        (replace(PLAIN, title="A", guid="g", url="https://a.example/"), "7:g"),
    ],
)  # fmt: skip
def test_an_address_identifies_else_the_sources_own_name(entry: Entry, identity: str) -> None:
    assert drafts(entry)[0].identity == identity


def test_without_address_and_name_the_words_identify() -> None:
    one, same, other = (
        drafts(replace(PLAIN, title=title))[0].identity for title in ("A b", "a B!", "A c")
    )
    assert one == same != other


def test_identities_fit_an_index() -> None:
    urls = [f"https://a.example/{'x' * 3_000}{n}" for n in range(2)]
    one, other = drafts(*(replace(PLAIN, title="A", url=url) for url in urls))
    assert one.identity != other.identity
    assert len(one.identity) <= 500


_ANY = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(
    st.lists(
        st.builds(
            Entry, _ANY, _ANY.map(lambda words: web_address(words, "https://a.example/")),
            _ANY.map(str), _ANY.map(str), _ANY.map(str), st.none() | st.datetimes(timezones=st.just(UTC)),
            _ANY, st.none(),
        ),
        max_size=8,
    )
)  # fmt: skip
def test_whatever_a_feed_says_can_be_stored(entries: list[Entry]) -> None:
    for draft in drafts(*entries):
        assert draft.title or draft.is_bare
        assert len(draft.identity) <= 500
        for words in (draft.identity, draft.title, draft.summary, draft.text, draft.language or ""):
            assert "\0" not in words
            words.encode()
        assert EARLIEST <= draft.published_at <= NOW


def test_entries_that_share_a_live_pages_address_stay_apart() -> None:
    found = drafts(
        replace(PLAIN, title="09:00 Siren", url="https://a.example/live#1", guid="1"),
        replace(PLAIN, title="09:30 All clear", url="https://a.example/live#2", guid="2"),
        replace(PLAIN, title="10:00 Siren", url="https://a.example/live"),
    )
    assert len({draft.identity for draft in found}) == 3


def test_one_article_twice_in_a_feed_has_one_identity() -> None:
    twice = [replace(PLAIN, title="Siren", url=f"https://a.example/1?utm_id={n}") for n in (1, 2)]
    assert len({draft.identity for draft in drafts(*twice)}) == 1


def test_what_a_feed_repeats_goes_and_is_remembered() -> None:
    said = ["Port opens", "Bridge falls", "Talks end", "Rain comes", "Aid goes", "Power is back"]
    entries = [
        replace(PLAIN, title=f"{title} | Wire", guid=title, summary=f"<p>{title}.</p><p>Join.</p>")
        for title in said
    ]
    found, affixes = drafts_of_feed(feed(*entries), Origin(7), NOW)
    assert affixes == (" | Wire",)
    assert [(draft.title, draft.summary) for draft in found] == [(t, f"{t}.") for t in said]
    # A later reading with too few titles to tell goes by what is remembered.
    (late,), kept = drafts_of_feed(feed(entries[0]), Origin(7, affixes=affixes), NOW)
    assert (late.title, kept) == ("Port opens", affixes)


def test_a_source_lends_its_language_and_topics() -> None:
    origin = Origin(7, language="uk", topics=("energy",))
    draft = draft_of_record(
        Record("A", text="B", language="en-us", topics=("cyber", "energy")), origin, NOW
    )
    assert (draft.language, draft.topics) == ("uk", ("energy", "cyber"))


def test_a_short_text_is_not_telling() -> None:
    assert draft_of_record(Record("A", text="Too short."), Origin(7), NOW).text_key is None
    assert draft_of_record(Record("A", text=LONG * 3), Origin(7), NOW).text_key
