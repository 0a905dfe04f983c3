"""A number as a text writes it, in full (rule): "120 тисяч" and "120 000" are 120000."""

from __future__ import annotations

import re
from collections.abc import Sequence

from digests.stories.meaning import Meaning

_SCALES = {
    "thousand": 3, "тис": 3, "тисяча": 3, "тыс": 3, "million": 6, "млн": 6, "мільйон": 6,
    "billion": 9, "bn": 9, "млрд": 9, "мільярд": 9,
}  # fmt: skip
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
_YEAR = re.compile(r"(?:19|20)\d\d")


def number_at(words: Sequence[str], meant: Sequence[Meaning], at: int) -> tuple[str, int]:
    """The number that begins here, empty where it proves nothing, and the word it swallowed."""
    written, skip = words[at], -1
    written = (
        written.replace(",", "") if _THOUSANDS.fullmatch(written) else written.replace(",", ".")
    )
    if _YEAR.fullmatch(written) or written.count(".") > 1:
        return "", skip
    number = float(written)
    following = words[at + 1] if at + 1 < len(words) else ""
    if len(following) == 3 and following.isdecimal() and len(words[at]) <= 3 and number:
        number, skip = number * 1_000 + float(following), at + 1
    elif following and (scale := meant[at + 1].readings & _SCALES.keys()):
        number, skip = number * 10 ** _SCALES[min(scale)], at + 1
    return f"{number:g}" if number > 1 else "", skip
