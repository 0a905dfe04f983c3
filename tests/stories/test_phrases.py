"""Phrases: what an operator may write, and what it meets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.errors import TopicsFileError
from digests.stories.phrases import Phrasebook, read_phrase
from digests.stories.words import tokens


def meets(phrase: str, text: str, language: str = "en") -> bool:
    return bool(Phrasebook([read_phrase(phrase, language)], language).hits(tokens(text)))


@pytest.mark.parametrize(
    ("phrase", "text", "met"),
    [
        ("missile strike", "Missile strikes on a port", True),
        ("missile strike", "a strike by missile", False),
        ("=arms", "arms for Kyiv", True),
        ("=arms", "an arm and a leg", False),
        ("=US", "the US said", True),
        ("=US", "tell us more", False),
        ("=US", "LET US GO", True),
        ("cyber*", "a cyberattack", True),
        ("cyber*", "an icy berth", False),
        ("Sumy", "in Sumy", True),
        ("Sumy", "a sumy of things", False),
        ("(strike/air raid) on", "an air raid on the city", True),
        ("(strike/air raid) on", "a strike on the city", True),
        ("(strike/air raid) on", "an air on the raid", False),
        ("ask ~2 missile", "to ask for more missiles", True),
        ("ask ~2 missile", "missiles they asked for", True),
        ("ask ~2 missile", "to ask again and again for missiles", False),
        ("anti-air", "anti air guns and anti-air guns", True),
    ],
)
def test_a_phrase_meets_what_its_operator_meant(phrase: str, text: str, met: bool) -> None:
    assert meets(phrase, text) is met


@pytest.mark.parametrize(
    ("phrase", "text", "met"),
    [
        ("ракетний удар", "Після ракетного удару", True),
        ("обмін ~3 полонений", "обмін військових та інших полонених", True),
        ("без світла", "Без світла лишилися оселі", True),
        ("Суми", "У Сумах тихо", True),
        ("Суми", "Виплатили великі суми", False),
    ],
)
def test_ukrainian_is_met_in_any_inflection(phrase: str, text: str, met: bool) -> None:
    assert meets(phrase, text, "uk") is met


@pytest.mark.parametrize("phrase", ["", "  ", "a & b", "(open", "ab*", "~3", "x ~3", "()", "**"])
def test_an_unreadable_phrase_is_refused_by_name(phrase: str) -> None:
    with pytest.raises(TopicsFileError, match="phrase"):
        read_phrase(phrase, "en")


@given(st.lists(st.sampled_from(["drone", "hit", "port", "the", "on"]), max_size=12), st.text())
def test_a_hit_always_lies_within_the_text(words: list[str], noise: str) -> None:
    book = Phrasebook([read_phrase("drone ~2 hit", "en"), read_phrase("port", "en")], "en")
    read = [*words, *tokens(noise)]
    for hit in book.hits(read):
        assert all(0 <= place < len(read) for place in hit.places)
