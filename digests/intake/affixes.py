"""Rule: what a feed repeats on every title or text belongs to the feed, not to the news."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

SHARE = 0.3
"""An affix stands in more than this share of a feed's titles."""
FEWEST_TITLES = 5
"""Below this, what recurs may be chance."""
_FEWEST_TEXTS = 3
_LONGEST = 60

_ENDING = re.compile(r"^.*\S(?P<affix>\s+(?:[-–—|·•:»/]|::|//)\s+\S.*|\s*[(\[][^()\[\]]+[)\]])$")
_BEGINNING = re.compile(
    r"^(?P<affix>(?:[^:|–—]{1,40}?(?::|\s[-–—|·•»]|\s::)|[(\[][^()\[\]]{1,40}[)\]])\s+)\S"
)


def recurring_affixes(titles: Sequence[str]) -> list[str]:
    """The beginnings and endings that stand in more than 30% of these titles, outermost first.

    An affix carries its separator (" - Reuters", "LIVE: "): its side shows by the space.
    """
    found: list[str] = []
    remaining = list(dict.fromkeys(titles))
    # Two rounds: " | World | Daily" is two affixes, one behind the other.
    for _ in range(2):
        fresh = [affix for affix in _frequent(remaining) if affix not in found]
        found += fresh
        remaining = [stripped(title, fresh) for title in remaining]
    return found


def stripped(title: str, affixes: Iterable[str]) -> str:
    """The title without these affixes; left as it is where nothing would remain."""
    for affix in affixes:
        bare = title.removesuffix(affix) if affix[:1].isspace() or affix[-1:] in ")]" else title
        if bare == title:
            bare = title.removeprefix(affix)
        title = bare.strip() or title
    return title


def recurring_lines(texts: Sequence[str]) -> frozenset[str]:
    """The lines that recur in more than 30% of a feed's texts (at least three): boilerplate."""
    counts = Counter(line for text in set(texts) for line in set(text.split("\n")) if line)
    least = max(_FEWEST_TEXTS, int(len(texts) * SHARE) + 1)
    return frozenset(line for line, seen in counts.items() if seen >= least)


def without_lines(text: str, boilerplate: frozenset[str]) -> str:
    """The text without its feed's boilerplate."""
    return "\n".join(line for line in text.split("\n") if line not in boilerplate)


def _frequent(titles: Sequence[str]) -> list[str]:
    if len(titles) < FEWEST_TITLES:
        return []
    counts = Counter(affix for title in titles for affix in _affixes(title))
    return [affix for affix, seen in counts.most_common() if seen > len(titles) * SHARE]


def _affixes(title: str) -> list[str]:
    found = (_ENDING.match(title), _BEGINNING.match(title))
    affixes = [match["affix"] for match in found if match]
    return [affix for affix in affixes if len(affix) <= _LONGEST]
