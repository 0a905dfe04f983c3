"""What two reports of one event share (rule): their words, weighed, and from where on that is enough.

An article is a set of stems: the title counts twice, names and numbers thrice, what follows the lead
half; a stem weighs the more the rarer it is. ``gathering`` makes stories of what is near enough.
The figures were read off the development sets; ``tests/benchmarks/stories.py`` prints what each is worth.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from digests.stories.sounding import goes_by_sound, places_heard
from digests.stories.words import Term, in_headline_case, opening, terms_of, tokens

OPEN_FOR = timedelta(hours=72)
"""Counted from a story's first article: counted from the last, one war becomes one story."""

REMEMBERED_FOR = timedelta(days=7)
"""How long a closed story can still be followed by a new one about the same matter."""


@dataclass(frozen=True, slots=True)
class Nearness:
    """From where on two groups are one event.

    One comparison proves little: two articles alone must be as near as ``alone``. Every further one between
    two groups is evidence of its own, and all together must exceed ``least`` by what that one had to.
    ``spread`` stands between 0, the angle between the groups, and 1, the mean nearness of their articles:
    the first lets a story swallow its neighbours, the second splits it.
    """

    least: float
    alone: float
    spread: float

    def asked(self, comparisons: Any, share: Any = 1.0) -> Any:
        """How near two groups must be, by the number of comparisons between their articles.

        ``share``: how strict it is with two articles alone.
        """
        return self.least + (self.alone * share - self.least) / comparisons

    def scaled(self, alone: float) -> Nearness:
        """The same, as strict as this asks of two articles alone."""
        return Nearness(self.least * alone / self.alone, alone, self.spread)


TEXTS = Nearness(least=0.12, alone=0.36, spread=1.0)
"""From where on two texts are one event."""

TITLES = Nearness(least=0.08, alone=0.16, spread=0.3)
"""The same where one side is titles alone: they have fewer words to agree in."""

FOLLOW_UP = 0.28
"""Least nearness to a closed story from which the new story is said to follow it."""

TITLE_WEIGHT = 2.0
NAME_WEIGHT = 3.0
LEAD_WORDS = 30
BACKGROUND_WEIGHT = 0.3
BODY_WORDS = 120
"""The first sentences tell the event; what follows is background that other events share: it counts
half, and not at all beyond so many words."""

NAMED_WITHIN = 300
"""Words of a text in which names are looked for where two events may have been taken for one."""

MOST_TERMS = 80
"""Stems kept of one article, the heaviest; bounds the memory."""

TITLE_ONLY_WORDS = 8
"""Body words up to which an article is judged by the threshold for titles."""

WHOLE_WORDS = 100
"""Body words from which an article is a whole text: the fewer there are, the less can agree."""

COMMON_WORDS = frozenset(
    re.findall(
        r"\w+",
        """the a an of in on at to and or for with by from as is are was were be been has have had
        it its that this he she they his her their will would not but who which after over into up
        out about said says say more than also new
        і й та в у на до з із зі за що як про від для по не це але або чи був була були буде
        є його її їх вони він вона які який яка яке також після під над при щодо каже кажуть
        и с со о об но или был была были будет его ее их они он она которые который также к из""",
    )
)
"""Words that no event can be told by."""

Words = Mapping[str, float]
"""Stems of one article with their weight, rarity not yet counted."""


@dataclass(frozen=True, slots=True)
class Method:
    """The figures by which articles become stories; the benchmark varies them."""

    texts: Nearness = TEXTS
    titles: Nearness = TITLES
    brief: float = 0.45
    """What is asked of texts of hardly any words, against whole ones; between them in proportion."""
    title_weight: float = TITLE_WEIGHT
    name_weight: float = NAME_WEIGHT
    name_weight_in_titles: float = 1.0
    """Where there is a title alone, its names are no likelier than its other words to tell the event."""
    background_weight: float = BACKGROUND_WEIGHT
    forms: bool = True
    """Whether inflected forms are brought together."""
    beginnings: float = 0.7
    """What a word's beginning weighs against its stem, where it has one."""
    beginnings_in_titles: float = 0.5
    places_by_sound: bool = True
    """Whether a town and its people are one word in titles, in Russian and where we know no forms."""
    leaning: float = 0.5
    """What the words of the nearest titles weigh, times how near they are, against a title's own."""
    parted: bool = True
    """Whether two events that were taken for one are told apart by their names."""
    later: float = 1.0
    """How much more is asked where 72 hours lie between: bulletins recur."""
    towns: bool = True
    """Whether reports whose titles name different towns tell of two events."""
    firm: float = 1.6
    """From so many times what is asked on, titles alone are believed against that, and texts against other
    countries, or other towns in their first words."""
    sure: float = 0.3
    """From so near on, texts are believed so too."""


METHOD = Method()


READ_AGAIN = 2_048
"""Articles whose reading is kept: every new article of a story brings the others up once more."""


@dataclass(frozen=True, slots=True)
class Read:
    """An article's words with their weight, rarity not yet counted."""

    stems: Words
    beginnings: Words
    """How the words of title and lead begin: what stemming tore apart meets again."""
    places: Words
    """The places that a title alone names, where they are known by their sound: town and townsman meet."""

    @property
    def all(self) -> Words:
        """Everything by which it is near to others."""
        return {**self.stems, **self.beginnings, **self.places}


@lru_cache(maxsize=READ_AGAIN)
def words_of(title: str, text: str, language: str) -> Read:
    """The words of an article as the bot weighs them."""
    return weigh(title, text, language)


def weigh(title: str, text: str, language: str, method: Method = METHOD) -> Read:
    """The words of an article and how much each says, before rarity is known."""
    stems: dict[str, float] = {}
    beginnings: dict[str, float] = {}
    places: dict[str, float] = {}
    body = opening(text, BODY_WORDS)
    by_title = len(body) <= TITLE_ONLY_WORDS
    name_weight = method.name_weight_in_titles if by_title else method.name_weight
    for words, weight in (
        (tokens(title), method.title_weight),
        (body[:LEAD_WORDS], 1.0),
        (body[LEAD_WORDS:], method.background_weight),
    ):
        for term, named in _telling(words, language if method.forms else ""):
            more = weight * name_weight if named else weight
            stems[term.stem] = stems.get(term.stem, 0.0) + more
            if weight >= 1:
                for begun in term.beginnings:
                    beginnings[begun] = beginnings.get(begun, 0.0) + weight
        if by_title and method.places_by_sound and goes_by_sound(language):
            for place in places_heard(words):
                places[place] = places.get(place, 0.0) + weight * method.name_weight
    stems.pop("", None)
    if len(stems) > MOST_TERMS:
        heaviest = sorted(stems, key=stems.__getitem__, reverse=True)[:MOST_TERMS]
        stems = {term: stems[term] for term in heaviest}
    share = method.beginnings_in_titles if by_title else method.beginnings
    share = share if stems else 1.0
    return Read(
        {term: _said(weight) for term, weight in stems.items()},
        {term: share * _said(weight) for term, weight in beginnings.items()} if share else {},
        {place: _said(weight) for place, weight in places.items()},
    )


def _said(weight: float) -> float:
    """What a word says that stands so often: again, and ever less the more."""
    return 1 + math.log(weight) if weight > 1 else weight


def _telling(words: Sequence[str], language: str) -> list[tuple[Term, bool]]:
    """The words by which an event can be told, and whether each is a name or a number."""
    terms = enumerate(map(terms_of(language, COMMON_WORDS), words))
    if in_headline_case(words):
        return [(term, term.is_number) for _, term in terms if term is not None]
    return [
        (term, term.is_number or (term.is_capital and place > 0))
        for place, term in terms
        if term is not None
    ]


def stems_of(told: str, language: str) -> frozenset[str]:
    """The stems by which an event can be told, of a title or a sentence."""
    terms = map(terms_of(language, COMMON_WORDS), tokens(told))
    return frozenset(term.stem for term in terms if term is not None and term.stem)


def names_of(title: str, text: str, language: str) -> Words:
    """The names and numbers of an article alone, far into its text."""
    names: defaultdict[str, float] = defaultdict(float)
    for words, weight in ((tokens(title), TITLE_WEIGHT), (opening(text, NAMED_WITHIN), 1.0)):
        for term, named in _telling(words, language):
            if named:
                names[term.stem or term.beginnings[-1]] += weight
    return {name: _said(weight) for name, weight in names.items()}


def wholeness(text: str) -> float:
    """How much of a whole text an article has, from 0 to 1."""
    return len(opening(text, WHOLE_WORDS)) / WHOLE_WORDS


def title_only(text: str) -> bool:
    """Whether an article has so little text that its title must decide."""
    return len(opening(text, BODY_WORDS)) <= TITLE_ONLY_WORDS
