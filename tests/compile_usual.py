"""Compiles digests/stories/usual.tsv.gz from wordfreq (Robyn Speer and others; its data CC BY-SA 4.0).

    pip install wordfreq; python -m tests.compile_usual

A row is a stem, or the beginning of words, with the share of texts in any of whose 100 words it is to be
expected: English, Ukrainian and Russian one under the other. It is not in the tests' lock: 60 MB.
"""

from __future__ import annotations

import gzip
import math
from collections import defaultdict
from pathlib import Path

from digests.stories.matching import COMMON_WORDS
from digests.stories.words import LANGUAGES_WITH_KEYS, terms_of

TABLE = Path(__file__).parents[1] / "digests" / "stories" / "usual.tsv.gz"
FORMS = 20_000
"""Word forms of each language, the commonest; rarer ones change no share that is kept."""

WORDS = 100
"""As many of an article are read."""

LEAST = 0.003
"""A share below says no more than that a word was never met."""


def shares(language: str) -> dict[str, float]:
    """The share of texts in which each stem and each beginning stands."""
    import wordfreq

    term_of = terms_of(language, COMMON_WORDS)
    often: defaultdict[str, float] = defaultdict(float)
    for form in wordfreq.top_n_list(language, FORMS):
        term = term_of(form) if form[0].isalpha() else None
        for each in (term.stem, *term.beginnings) if term else ():
            often[each] += wordfreq.word_frequency(form, language)
    found = {term: 1 - math.exp(-WORDS * times) for term, times in often.items()}
    return {term: share for term, share in found.items() if share >= LEAST}


def main() -> None:
    """Writes the table."""
    lines = [
        f"{language}\t{term}\t{share:.3f}\n"
        for language in LANGUAGES_WITH_KEYS
        for term, share in sorted(shares(language).items())
    ]
    # Without a time in it, so that the same words make the same file.
    with TABLE.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write("".join(lines).encode())
    print(f"{len(lines)} terms, {TABLE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
