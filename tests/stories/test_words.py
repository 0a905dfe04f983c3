"""Words: where one ends, and which forms are the same."""

from __future__ import annotations

import pytest

from digests.stories.words import index_terms, keys_of, query_terms, sound_of, tokens


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Seoul's U.S. ally, again", ["Seoul", "US", "ally", "again"]),
        ("an F-16 and 40,000 homes", ["an", "F", "16", "and", "40,000", "homes"]),
        ("зв’язок і звʼязок", ["зв'язок", "і", "зв'язок"]),
        ("", []),
        ("… — !", []),
    ],
)
def test_words_are_cut_as_readers_see_them(text: str, words: list[str]) -> None:
    assert tokens(text) == words


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "missile", "missiles"),
        ("en", "negotiated", "negotiating"),
        ("uk", "сеул", "сеулі"),
        ("uk", "військовополонений", "військовополоненими"),
        ("uk", "обстріляти", "обстріляли"),
        ("ru", "ракета", "ракетами"),
    ],
)
def test_inflected_forms_share_a_key(language: str, one: str, other: str) -> None:
    assert keys_of(language)(one) & keys_of(language)(other)


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("uk", "Удар по Харкову: вибори у зв’язку з подіями в Сеулі", "харків"),
        ("uk", "Удар по Харкову: вибори у зв’язку з подіями в Сеулі", "Сеулом"),
        ("uk", "Удар по Харкову: вибори у зв’язку з подіями в Сеулі", "виборах"),
        ("en", "Talks were postponed by negotiators", "negotiator talk"),
    ],
)
def test_what_is_indexed_is_found_by_another_form(language: str, text: str, said: str) -> None:
    assert set(query_terms(said, language)) <= set(index_terms(text, language).split())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("харьков", "harkov"),
        ("harkow", "kharkov"),
        ("pomosch", "pomoshh"),
        ("krayne", "kraine"),
        ("щербаков", "shcherbakov"),
        ("выплатят", "vyplatjat"),
        ("россия", "rossiya"),
        ("россия", "rossia"),
    ],
)
def test_a_word_sounds_alike_in_every_spelling(one: str, other: str) -> None:
    length = min(len(sound_of(one)), len(sound_of(other)))
    assert sound_of(one)[:length] == sound_of(other)[:length]
