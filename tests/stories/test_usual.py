"""What is usual: how often words stand in any text, before the bot has read one."""

from __future__ import annotations

import pytest

from digests.stories.lexicon import expected_of
from digests.stories.usual import usual_share
from digests.stories.words import BEGINNING, beginning, keys_of


@pytest.mark.parametrize(
    ("language", "often", "seldom"),
    [("en", "years", "teapots"), ("uk", "сьогодні", "елеватор"), ("ru", "сегодня", "элеватор")],
)
def test_a_word_of_every_day_is_expected_more_than_a_rare_one(
    language: str, often: str, seldom: str
) -> None:
    expected = expected_of(language)
    for one, other in (
        (min(keys_of(language)(often)), min(keys_of(language)(seldom))),
        (beginning(often, BEGINNING), beginning(seldom, BEGINNING)),
    ):
        assert expected(one) > expected(other)


def test_a_share_is_a_share() -> None:
    assert all(0 < share < 1 for share in usual_share("en").values())


def test_of_a_language_without_a_table_nothing_is_expected() -> None:
    assert expected_of("fi")("vuosi") == 0
