"""Which places a text names, exactly (rule): for people to read, where grouping needs only what is near.

A region is not its city, and who acts is not where: "Харківська область", "Харківщина" and "Kharkiv region"
are the region; "ізраїльський" and "Israeli" are no place at all, and neither is a district.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from digests.errors import UnknownPlace
from digests.stories.pivot import COUNTRY, EVERYWHERE
from digests.stories.pivots import places_at
from digests.stories.regions import region_by_word, region_of, regions
from digests.stories.whereabouts import known_names, whereabouts
from digests.stories.words import keys_of, tokens

LONGEST = 60
"""Letters of a name: none is longer."""

NEAREST = 3
ALIKE = 80
"""rapidfuzz's ratio, 0-100, from which a name may be what was meant."""

_REGION = ("region", "oblast", "province", "област", "обл", "ова", "краю", "край")
_REGIONS = ("regions", "oblasts", "provinces", "областя", "областей")
_DISTRICT = ("district", "raion", "hromada", "community", "район", "громад")
_AND = frozenset({"and", "or", "та", "і", "й", "або", "чи"})
_ADJECTIVE = ("ський", "цький", "зький", "ский", "цкий")
_AROUND = ("щина", "ччина")
_PEOPLE = ("i", "an", "sh", "se", "ch", "ek", "ss")
"""How the words for a country's people and things end: Iranian, Polish, French."""


@dataclass(frozen=True, slots=True)
class Named:
    """A place in a text."""

    name: str
    is_everywhere: bool
    """Of those who act and speak in news of every place."""


def named_in(words: Sequence[str], language: str) -> list[Named]:
    """The places that these words of a text name, each once, in their order."""
    found: list[Named] = []
    together, then = "", len(words)
    for at, count, pivots in reversed(list(places_at(words, language))):
        between = [word.lower() for word in words[at + count : then]]
        if not (together and _AND.issuperset(between)):
            follows = words[at + count].lower() if at + count < len(words) else ""
            together = follows if follows.startswith(_REGIONS) else ""
        follows = together or (between[0] if between else "")
        named = _exactly(words[at : at + count], pivots, follows, language)
        if named is not None:
            found.append(named)
        then = at
    return list(dict.fromkeys(reversed(found)))


def places_named(said: str) -> list[str]:
    """The places that somebody typed, in any case; several are parted by commas. ``UnknownPlace`` for the
    first name that we do not know, with the nearest ones."""
    names = [part.strip()[:LONGEST] for part in said.replace("\n", ",").split(",")]
    found: dict[str, None] = {}
    for name in filter(None, names):
        meant = _meant(name)
        if not meant:
            raise UnknownPlace(name, _nearest(name))
        found.update(dict.fromkeys(meant))
    if not found:
        raise UnknownPlace(said[:LONGEST])
    return list(found)


def _meant(name: str) -> list[str]:
    exact = _names().get(_plain(name))
    if exact:
        return [exact]
    # Typed in haste, without capitals; in a text a word without one is no place.
    words = [word[:1].upper() + word[1:] for word in tokens(name)]
    languages = ("en",) if name.isascii() else ("uk", "ru", "en")
    named = ([one.name for one in named_in(words, language)] for language in languages)
    return next(filter(None, named), [])


def _nearest(name: str) -> list[str]:
    """Places whose names look like this one, the likeliest first."""
    from rapidfuzz import fuzz, process

    names = _names()
    found = process.extract(
        _plain(name), names.keys(), scorer=fuzz.ratio, score_cutoff=ALIKE, limit=NEAREST
    )
    return list(dict.fromkeys(names[alike] for alike, _, _ in found))


@cache
def _names() -> dict[str, str]:
    own = {name: one.name for one in regions().values() for name in one.names.values()}
    return {_plain(name): place for name, place in (known_names() | own).items()}


def _plain(name: str) -> str:
    return name.casefold().replace("’", "'")


def _exactly(
    said: Sequence[str], pivots: Sequence[str], follows: str, language: str
) -> Named | None:
    """The place that these words mean; ``follows`` is the word after them."""
    readings = _readings(said, language)
    around = any(one.endswith(_AROUND) for one in readings)
    pivot = next((one for one in pivots if _own_name(one[1:], language) in readings), pivots[0])
    name = pivot[1:]
    if follows.startswith(_DISTRICT):
        return None
    region = next(filter(None, map(region_by_word, sorted(readings))), None)
    if region or around or follows.startswith(_REGION):
        # A land around a town, such as Kupianshchyna, is neither.
        region = region or (None if around and language == "uk" else region_of(name))
        return Named(region, is_everywhere=False) if region else None
    if _own_name(name, language) not in readings and _is_no_place(pivot, readings, language):
        return None
    return Named(name, pivot in EVERYWHERE)


def _readings(said: Sequence[str], language: str) -> frozenset[str]:
    """In Ukrainian the dictionary forms of a word; else it as it was written."""
    written = " ".join(said).casefold()
    return keys_of("uk")(written) if len(said) == 1 and language == "uk" else frozenset((written,))


def _own_name(place: str, language: str) -> str:
    known = whereabouts(place)
    return _plain(known.names.get(language, place) if known else place)


def _is_no_place(pivot: str, readings: Iterable[str], language: str) -> bool:
    """Whether these words only say whose something is."""
    if language != "en":
        return all(one.endswith(_ADJECTIVE) for one in readings)
    has_people = pivot[0] == COUNTRY or pivot[1:] == "Crimea"
    return has_people and all(one.endswith(_PEOPLE) for one in readings)
