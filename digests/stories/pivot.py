"""A pivot (noun): one thing that texts of any language speak of, a letter for its kind and its name."""

from __future__ import annotations

PLACE, COUNTRY, NAME, NUMBER, MATTER = "@", "!", "~", "#", "="
WEIGHTS = {PLACE: 1.6, COUNTRY: 1.0, NAME: 1.5, NUMBER: 1.5, MATTER: 1.0}
"""What each kind says of an event, before rarity is known; the kind is a pivot's first letter."""

COUNTS_FROM = 10
"""A smaller number is in every other report, and proves nothing."""

EVERYWHERE = frozenset(
    {f"{COUNTRY}Ukraine", f"{COUNTRY}Russia", f"{COUNTRY}United States"}
    | {f"{PLACE}{capital}" for capital in ("Moscow", "Washington", "Brussels")}
)
"""Who acts or speaks in news of every place: says nothing of where something happened."""

SEATS = frozenset(
    f"{PLACE}{capital}"
    for capital in (
        "Kyiv", "Minsk", "Warsaw", "Vilnius", "Riga", "Tallinn", "Helsinki", "Budapest", "Bratislava",
        "Prague", "Berlin", "Paris", "London", "Rome", "Ankara", "Beijing", "Seoul", "Pyongyang", "Tokyo",
        "Taipei", "New Delhi", "Tehran", "Riyadh", "Doha", "Belgrade", "Bucharest",
    )
)  # fmt: skip
"""Capitals that stand for their governments: a title that names one may tell of anywhere."""


def proves(pivot: str) -> bool:
    """Whether two reports that share it hardly do so by chance: a place, a name, a large number."""
    return pivot[0] in (PLACE, NAME) or (pivot[0] == NUMBER and float(pivot[1:]) >= COUNTS_FROM)
