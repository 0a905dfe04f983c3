"""Which open story a text tells of (rule): as grouping would judge it, but of one text alone and for a
person to look at.

In one language words decide, weighed by how rare they are among the stories asked about; between languages
what both speak of. Another place is another event.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from digests.stories.across import AcrossLanguages, Spoken
from digests.stories.lexicon import USUAL, expected_of
from digests.stories.matching import Words, title_only, words_of
from digests.stories.pivots import Pivots, pivots_of, placed
from digests.stories.remembered import Frequencies, likeness

SAME_EVENT = 0.18
"""Likeness of a text to a story's words from which it is proposed: the best on the first halves of two
labelled sets (``tests/benchmarks/typed.py``)."""

WORTH_A_LOOK = 0.1
"""From which it is offered to choose."""


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody's words in one language."""

    title: str
    body: str
    language: str
    places: tuple[str, ...] = ()
    """Where it happened, where somebody said so; else what the words name counts."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An open story: in the text's language where it is told in it."""

    story_id: int
    said: Said
    began: datetime


@dataclass(frozen=True, slots=True)
class Near:
    """A story that a text may tell of."""

    story_id: int
    is_proposed: bool
    """Near enough to be proposed; else only offered."""


def nearest(text: Said, stories: Sequence[Asked], *, at: datetime) -> list[Near]:
    """The stories that the text may tell of, the likeliest first."""
    same = [story for story in stories if story.said.language == text.language]
    others = [story for story in stories if story.said.language != text.language]
    scores = likenesses(text, same, others=others, least=WORTH_A_LOOK)
    found = [Near(story_id, score >= SAME_EVENT) for story_id, score in scores]
    across = _heard(stories)
    for story in others:
        across.add(story.story_id, _pivots(story.said), story.said.language, story.began)
    elsewhere = across.match(_pivots(text), text.language, at)
    if elsewhere is not None:
        # Two languages prove more than a few shared words do.
        proposed = sum(near.is_proposed for near in found)
        found.insert(proposed, Near(elsewhere, is_proposed=True))
    return found


def likenesses(
    text: Said, stories: Sequence[Asked], *, others: Sequence[Asked] = (), least: float
) -> list[tuple[int, float]]:
    """How like the text is to each of these stories in its language, the likest first; what tells of
    another place is left out. ``others``: what else is open, in other languages."""
    across = _heard([*stories, *others])
    frequencies = Frequencies(expected_of(text.language), USUAL)
    words = {story.story_id: _words(story.said) for story in stories}
    for each in words.values():
        frequencies.add(each)
    mine, spoken = frequencies.vector(_words(text)), Spoken.of(_pivots(text))
    found = [
        (story.story_id, likeness(mine, frequencies.vector(words[story.story_id])))
        for story in stories
        if not across.differ(
            spoken,
            Spoken.of(_pivots(story.said)),
            by_title=title_only(text.body) or title_only(story.said.body),
        )
    ]
    near = [one for one in found if one[1] >= least]
    return sorted(near, key=lambda one: (-one[1], one[0]))


def _heard(stories: Sequence[Asked]) -> AcrossLanguages:
    """What is open, so that it is known how rare a matter is."""
    across = AcrossLanguages()
    for story in stories:
        across.count(story.story_id, _pivots(story.said))
    return across


def _words(said: Said) -> Words:
    return words_of(said.title, said.body, said.language).stems


def _pivots(said: Said) -> Pivots:
    pivots = pivots_of(said.title, said.body, said.language)
    return placed(pivots, said.places) if said.places else pivots
