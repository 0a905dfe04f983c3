"""An edition's map as a message: the picture, and below it in words what its numbers stand for.

The words are the caption's, not the picture's, so that a correction can change them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.rendering.map import Dot, draw, split
from bot.rendering.places import place_title
from bot.rendering.render import Message, Photo, Words
from bot.rendering.shapes import world
from bot.rendering.stories import StoryView, clipped
from digests.editions.edition import Edition
from digests.editions.picture import places_of
from digests.stories.whereabouts import country_code, whereabouts
from digests.vocabulary import Language

TEMPLATE = "messages/map.html"
WORDS = 720
"""Characters for all headlines together: with the rest they fit into a caption."""
HEADLINE = 90


@dataclass(frozen=True, slots=True)
class Numbered:
    """A story on the map."""

    number: int
    headline: str
    withdrawn: bool


async def map_message(
    session: AsyncSession,
    words: Words,
    edition: Edition,
    views: Sequence[StoryView],
    language: Language,
    timezone: str,
) -> Message:
    """The map of the stories that stand open in this edition, numbered in the order of reading."""
    shown = [story for story in views if not story.is_folded]
    places = await places_of(session, [story.id for story in shown])
    placed = [(number, story, places.get(story.id, [])) for number, story in enumerate(shown, 1)]
    dots = dots_of(((n, named) for n, story, named in placed if not story.withdrawn), language)
    located = {number for dot in dots for number in dot.numbers}
    told = [entry for entry in placed if entry[0] in located or (entry[1].withdrawn and entry[2])]
    most = min(HEADLINE, WORDS // max(len(told), 1))
    text = words.message(
        TEMPLATE,
        language,
        timezone=timezone,
        now=edition.window_end,
        ends_at=edition.window_end,
        stories=[
            Numbered(number, clipped(story.headline, most), story.withdrawn is not None)
            for number, story, _ in told
        ],
        elsewhere=split(dots)[1],
    )
    # Half a second of drawing: the courier goes on meanwhile.
    picture = await asyncio.to_thread(draw, dots, language, "Natural Earth · GeoNames")
    return Message(text.text, text.buttons, Photo(png=picture))


def dots_of(stories: Iterable[tuple[int, Sequence[str]]], language: Language) -> list[Dot]:
    """Of each story the first place that is known; stories of one place share a dot."""
    found: dict[str, list[int]] = {}
    for number, places in stories:
        place = next((place for place in places if _dot(place, (), language)), None)
        if place is not None:
            found.setdefault(place, []).append(number)
    dots = [_dot(place, tuple(numbers), language) for place, numbers in found.items()]
    return [dot for dot in dots if dot is not None]


def _dot(place: str, numbers: tuple[int, ...], language: Language) -> Dot | None:
    known = whereabouts(place)
    if known is not None:
        at = (known.longitude, known.latitude)
        return Dot(at, place_title(place, language), numbers)
    code = country_code(place)
    land = world().land_of(code) if code else None
    if land is None or code is None:
        return None
    return Dot(land.middle, place_title(place, language), numbers)
