"""Leads: clean, whole, short."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.stories.lead import LONGEST, lead, sentences


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Gen. Smith met U.S. troops. They left.", 2),
        ("Мешканці м. Київ без світла. 10 тис. осель чекають.", 2),
        ("О. Коваль сказав. Усе.", 2),
        ("“We stay.” He left.", 2),
        ("It cost 3.5 million. Who paid?", 2),
        ("One sentence without end", 1),
        ("", 0),
    ],
)
def test_sentences_survive_abbreviations(text: str, count: int) -> None:
    assert len(sentences(text)) == count


FULL = (
    "Drones cut power to 40,000 homes in the region. Crews are at work. A third sentence follows."
)


@pytest.mark.parametrize(
    ("title", "summary", "text", "expected"),
    [
        ("T", "A clean summary that is long enough to be used.", FULL, "A clean summary that"),
        ("T", "Cut off in the middle of the wor…", FULL, "Drones cut power"),
        ("T", "Drones cut power to 40,000 homes. Read more", FULL, "Drones cut power"),
        ("T", "short", FULL, "Drones cut power"),
        ("Drones cut power to 40,000 homes in Kharkiv", "Drones cut power to 40,000 homes in Kharkiv.",
         FULL, "Drones cut power to 40,000 homes in the region."),
        ("Title", "", "Title. And then the body begins with more.", "And then the body"),
        ("Only a title", "", "", "Only a title"),
    ],
)  # fmt: skip
def test_a_lead_is_the_clean_summary_or_the_first_sentences(
    title: str, summary: str, text: str, expected: str
) -> None:
    assert lead(title, summary, text).startswith(expected)


def test_a_short_first_sentence_takes_a_second_with_it() -> None:
    assert lead("T", "", FULL) == (
        "Drones cut power to 40,000 homes in the region. Crews are at work."
    )


@given(st.text(max_size=40), st.text(max_size=400), st.text(max_size=900))
def test_a_lead_is_never_too_long_and_never_lost(title: str, summary: str, text: str) -> None:
    told = lead(title, summary, text)
    assert len(told) <= max(LONGEST, len(title))
    assert told or not (title.strip() and (summary + text).strip())


def test_a_long_sentence_is_cut_between_words_with_an_ellipsis() -> None:
    told = lead("T", "", "word " * 200)
    assert told.endswith("word…")
    assert len(told) <= LONGEST
