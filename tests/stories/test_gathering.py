"""Gathering: how much evidence two groups need to be one event."""

from __future__ import annotations

import numpy as np
import pytest

from digests.stories.gathering import Gathering, Group
from digests.stories.matching import Nearness

TEXTS = Nearness(least=0.1, alone=0.4, spread=1.0)
TITLES = Nearness(least=0.1, alone=0.2, spread=1.0)


def met(near: float, *, articles: int = 1, whole: float = 1.0, by_title: bool = False) -> bool:
    """Whether one new article goes into a group whose articles are so near to it."""
    lone = Group(1, 1.0, 0.0, 0.0, by_title, whole)
    others = Group(articles, float(articles), 0.0, 0.0, by_title, whole)
    found = Gathering(
        [lone, others],
        np.array([[1.0, near * articles]]),
        texts=TEXTS,
        titles=TITLES,
        brief=0.5,
        longest=1.0,
        later=0.0,
        barred=lambda *_: False,
    ).run()
    return found == [1]


@pytest.mark.parametrize(
    ("articles", "near", "meet"),
    [(1, 0.39, False), (1, 0.41, True), (3, 0.19, False), (3, 0.21, True), (30, 0.12, True)],
)
def test_one_comparison_proves_less_than_several(articles: int, near: float, meet: bool) -> None:
    assert met(near, articles=articles) is meet


@pytest.mark.parametrize(
    ("whole", "near", "meet"),
    [(1.0, 0.35, False), (0.5, 0.35, True), (0.5, 0.25, False), (0.0, 0.25, True)],
)
def test_the_fewer_words_there_are_the_less_need_agree(
    whole: float, near: float, meet: bool
) -> None:
    assert met(near, whole=whole) is meet


@pytest.mark.parametrize(("near", "meet"), [(0.19, False), (0.21, True)])
def test_titles_have_a_measure_of_their_own(near: float, meet: bool) -> None:
    assert met(near, whole=0.0, by_title=True) is meet
