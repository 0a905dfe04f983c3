"""What a feed repeats on every title or text."""

from __future__ import annotations

import pytest

from digests.intake.affixes import recurring_affixes, recurring_lines, stripped, without_lines

HEADLINES = [
    "Port reopens after storm", "Ministers meet in Kyiv", "Grain convoy leaves", "Bridge repaired",
    "Talks go on: no date yet", "Power is back - for now", "Aid reaches town", "Rain in the east",
]  # fmt: skip


@pytest.mark.parametrize(
    ("shape", "affixes"),
    [
        ("{}", []),
        ("{} - Reuters", [" - Reuters"]),
        ("{} | BBC News", [" | BBC News"]),
        ("LIVE: {}", ["LIVE: "]),
        ("{} — Новини", [" — Новини"]),
        ("[Video] {}", ["[Video] "]),
        ("{} (AFP)", [" (AFP)"]),
        ("{} | World | Daily", [" | Daily", " | World"]),
        ("UPDATE: {} - Wire", [" - Wire", "UPDATE: "]),
    ],
)
def test_what_stands_on_every_title_is_found_and_taken_away(shape: str, affixes: list[str]) -> None:
    titles = [shape.format(headline) for headline in HEADLINES]
    found = recurring_affixes(titles)
    assert sorted(found) == sorted(affixes)
    assert [stripped(title, found) for title in titles] == HEADLINES


def test_thirty_percent_is_the_border() -> None:
    def titles(with_affix: int) -> list[str]:
        return [f"Headline {n}" + (" - Wire" if n < with_affix else "") for n in range(10)]

    assert recurring_affixes(titles(3)) == []
    assert recurring_affixes(titles(4)) == [" - Wire"]


def test_few_titles_prove_nothing() -> None:
    assert recurring_affixes([f"Headline {n} - Wire" for n in range(4)]) == []


def test_the_same_title_many_times_is_one_title() -> None:
    assert recurring_affixes(["Bulletin - Wire"] * 20) == []


def test_a_title_that_is_nothing_but_its_affix_stays() -> None:
    assert stripped(" - Wire", [" - Wire"]) == " - Wire"


def test_paragraphs_that_recur_are_boilerplate() -> None:
    texts = [f"News of day {n}.\nSubscribe for more." for n in range(6)]
    found = recurring_lines(texts)
    assert found == {"Subscribe for more."}
    assert without_lines(texts[0], found) == "News of day 0."


def test_the_same_text_twice_is_no_boilerplate() -> None:
    assert recurring_lines(["Same text."] * 2 + ["Other."] * 2) == frozenset()
