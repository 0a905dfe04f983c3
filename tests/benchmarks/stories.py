"""How well articles become events and get their topics: ``make bench-stories``.

Grouping is scored by B-cubed F1, pairs by F1, both through the code that groups live news (see
``sets``): each half at the threshold that is best on the other. The ablations say what each part of the
method is worth. The labelled topics and English-Ukrainian pairs lie in ``tests/stories``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace

from digests.stories.matching import METHOD, Method
from digests.stories.tagging import load_topics
from tests.benchmarks import figure
from tests.benchmarks.sets import DATA, Labelled, labelled
from tests.stories.labelled import macro, paired, scores, texts
from tests.stories.labelled import pairs as labelled_pairs

WITHOUT: Mapping[str, Method] = {
    "title twice": replace(METHOD, title_weight=1.0),
    "names and numbers thrice": replace(METHOD, name_weight=1.0),
    "how words begin": replace(METHOD, beginnings=0.0),
    "two events told apart": replace(METHOD, parted=False),
    "lead above background": replace(METHOD, background_weight=1.0),
    "word forms": replace(METHOD, forms=False),
    "other towns in titles": replace(METHOD, towns=False),
    "places by their sound": replace(METHOD, places_by_sound=False),
    "one comparison proves little": replace(
        METHOD,
        texts=replace(METHOD.texts, least=METHOD.texts.alone),
        titles=replace(METHOD.titles, least=METHOD.titles.alone),
    ),
    "short texts are asked less": replace(METHOD, brief=1.0),
    "time between": replace(METHOD, later=0.0),
    "titles lean on the nearest": replace(METHOD, leaning=0.0),
    "titles' own spread": replace(METHOD, titles=replace(METHOD.titles, spread=1.0)),
}
"""The method without one of its parts."""


def topic_table() -> None:
    """Precision and recall of every topic on both halves of the labelled texts."""
    topics = load_topics()
    tuned, judged = (scores(topics, texts(half)) for half in ("tune", "test"))
    print(f"{'topic':14} {'tuning half P   R':>18}    {'test half P   R':>18}")
    for topic in topics.names:
        a, b = tuned[topic], judged[topic]
        print(f"{topic:14} {a[0]:13.2f} {a[1]:5.2f}   {b[0]:15.2f} {b[1]:5.2f}")
    for name, half in (("tuning", tuned), ("test", judged)):
        precision, recall = macro(half)
        figure(f"topics, {name} half: macro precision", round(precision, 3))
        figure(f"topics, {name} half: macro recall", round(recall, 3))


def across_table() -> None:
    """Precision, recall and F1 of "same event" over the labelled English-Ukrainian pairs."""
    for name, half in (("tuning", "tune"), ("test", "test")):
        precision, recall, both = paired(labelled_pairs(half))
        figure(f"across languages, {name} half: precision", round(precision, 3))
        figure(f"across languages, {name} half: recall", round(recall, 3))
        figure(f"across languages, {name} half: F1", round(both, 3))


def set_table(sets: list[Labelled]) -> dict[str, float]:
    """Both folds of every set, and the figure at the thresholds that the bot runs with."""
    means = {}
    for each in sets:
        one, other = each.two_fold(METHOD)
        means[each.name] = mean = round((one + other) / 2, 3)
        shipped = each.shipped(METHOD)
        print(
            f"{each.name:8} folds {one:.3f} {other:.3f}; at the bot's own thresholds {shipped:.3f}"
        )
        if (landed := each.landed(METHOD)) is not None:
            print(
                f"{each.name:8} by landing in one story, at the bot's own thresholds {landed:.3f}"
            )
        figure(f"{each.name}: F1, two-fold", mean, f">= {each.aim}", ok=mean >= each.aim)
    return means


def ablations(sets: list[Labelled], means: Mapping[str, float]) -> None:
    """What every part is worth: the two-fold figure without it, against the whole."""
    print(f"{'without':32}" + "".join(f"{each.name:>16}" for each in sets))
    print(
        f"{'(the whole method)':32}" + "".join(f"{means[each.name]:10.3f}      " for each in sets)
    )
    for part, method in WITHOUT.items():
        row = [sum(each.two_fold(method)) / 2 for each in sets]
        cells = (
            f"{f:10.3f} {f - means[each.name]:+.3f}" for f, each in zip(row, sets, strict=True)
        )
        print(f"{part:32}" + "".join(cells), flush=True)


def main() -> int:
    """Prints every figure beside its aim."""
    topic_table()
    across_table()
    sets = labelled()
    if not sets:
        print(f"no sets in {DATA}: name their folder in DATA")
        return 0
    means = set_table(sets)
    if "--brief" not in sys.argv:
        ablations(sets, means)
    return 0


if __name__ == "__main__":
    sys.exit(main())
