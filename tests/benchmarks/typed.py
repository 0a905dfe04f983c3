"""Whether an alert typed by hand finds its story: ``make bench-stories``.

Headlines stand for what an editor types, other reports' titles and leads for the open stories. ``pairs``
gives one story to judge for each headline, ``ecbplus`` the three nearest of all that are open. For each
threshold F1 of "proposed and right", on both halves: ``SAME_EVENT`` was chosen on the first halves alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from digests.stories.belonging import SAME_EVENT, Asked, Said, likenesses
from digests.stories.lead import lead
from tests.benchmarks import figure
from tests.benchmarks.sets import DATA, Labelled, Told, labelled

AT = datetime(2020, 1, 1, tzinfo=UTC)
THRESHOLDS = (0.1, 0.12, 0.14, 0.16, 0.18, 0.2, 0.22, 0.25, 0.3)
JUDGED = 3
"""Stories that an editor would look at."""

SHORTEST = 25
"""Characters; a shorter first line of ecbplus is a dateline."""

Judged = tuple[int, float, bool]
"""Which half, how like, and whether it is the same event."""


def _asked(number: int, told: Told) -> Asked:
    title, text, language, _ = told
    return Asked(number, Said(title, lead(title, "", text), language), AT)


def _pairs(each: Labelled) -> Iterator[Judged]:
    for pair, (one, other, same) in enumerate(each.labels):
        title, _, language, _ = each.articles[one]
        asked = [
            _asked(b, each.articles[b])
            for b in {label[1] for label in each.labels}
            if each.articles[b][2] == language
        ]
        found = dict(likenesses(Said(title, "", language), asked, least=0.0))
        yield pair % 2, found.get(other, 0.0), same


def _ecbplus(each: Labelled) -> Iterator[Judged]:
    for half, places in enumerate(each.halves):
        first = {each.labels[place]: place for place in reversed(places)}
        asked = [_asked(place, each.articles[place]) for place in first.values()]
        for place in places:
            home = first[each.labels[place]]
            if place == home:
                continue
            title, text, language, _ = each.articles[place]
            typed = title if len(title) >= SHORTEST else lead(title, "", text)
            found = likenesses(Said(typed, "", language), asked, least=0.0)[:JUDGED]
            yield from ((half, like, story == home) for story, like in found)
            if home not in dict(found):
                yield half, 0.0, True


def f1(judged: Sequence[Judged], half: int, least: float) -> float:
    """Of what is proposed from this likeness on."""
    some = [(like >= least, same) for which, like, same in judged if which == half]
    right = sum(proposed and same for proposed, same in some)
    return 2 * right / max(1, sum(p for p, _ in some) + sum(same for _, same in some))


def main() -> int:
    """Prints the table, and the figure at the bot's own threshold."""
    sets = {each.name: each for each in labelled()}
    print(f"{'':18}" + "".join(f"{least:>7}" for least in THRESHOLDS))
    for name, judge in (("pairs", _pairs), ("ecbplus", _ecbplus)):
        if name not in sets:
            print(f"no {name} in {DATA}: name its folder in DATA")
            continue
        judged = [*judge(sets[name])]
        for half in (0, 1):
            row = [f1(judged, half, least) for least in THRESHOLDS]
            print(f"{name:9} half {half}   " + "".join(f"{found:7.2f}" for found in row))
        mean = sum(f1(judged, half, SAME_EVENT) for half in (0, 1)) / 2
        figure(f"a typed alert finds its story, {name}: F1 at {SAME_EVENT}", round(mean, 3))
    return 0


if __name__ == "__main__":
    sys.exit(main())
