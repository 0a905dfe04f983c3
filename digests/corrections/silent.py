"""Whether what a source changed without a word changes what it says (rule).

A typo, another case, "(updated)" and a sentence more are nobody's business. A number, a name or a word of
the headline that stands there no more, a "not" more or less, and the word "withdrawn" are an editor's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from digests.stories.lead import sentences
from digests.stories.words import Keys, keys_of, tokens

COMPARED = 4_000
"""Characters of a text that are looked at; its heart lies within."""

A_TYPO = 82
"""Likeness in per cent of two words, of five letters or more, that are one: two letters exchanged."""

ABOUT_THE_SAME = 60
"""Likeness of two sentences of which one could be the other's new wording."""

_UPDATED = re.compile(
    r"[(\[]?\b(?:updated?|live|developing|оновлено|оновлюється|доповнено|наживо)\b"
    r"(?:\s+(?:at\s+|о\s+)?\d{1,2}[:.]\d{2})?[)\]:]?",
    re.IGNORECASE,
)
_WITHDRAWN = re.compile(
    r"\b(?:withdrawn|retracted|retraction|story removed"
    r"|відкликан\w*|знято з публікації|новину видалено|спростування)\b",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:not|no|never|none|nobody|without|\w+n't|den(?:y|ies|ied)|refut\w+"
    r"|не|ні|немає|нема|ніхто|ніколи|без|жодн\w+|запереч\w+|спросту\w+|спростов\w+)\b",
    re.IGNORECASE,
)
_SPLIT_THOUSANDS = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}\b)")
_THOUSAND = re.compile(r"(?:thousand|тис|тисяч\w*)")
_NUMBER_WORDS = {
    word: str(number)
    for number, words in enumerate(
        (
            "two два дві двох двом двоє",
            "three три трьох трьом троє",
            "four чотири чотирьох чотирьом четверо",
            "five п'ять п'ятьох п'яти п'ятеро",
            "six шість шістьох шести шестеро",
            "seven сім сімох семи семеро",
            "eight вісім вісьмох восьми восьмеро",
            "nine дев'ять дев'ятьох дев'яти",
            "ten десять десятьох десяти",
            "eleven одинадцять одинадцятьох",
            "twelve дванадцять дванадцятьох",
        ),
        start=2,
    )
    for word in words.split()
}


class Weight(StrEnum):
    """What a change touches; the gravest first."""

    WITHDRAWN = "withdrawn"
    NEGATION = "negation"
    NUMBER = "number"
    NAME = "name"
    HEADLINE = "headline"


@dataclass(frozen=True, slots=True)
class Version:
    """What a source says of an event."""

    title: str
    text: str = ""


def weight(was: Version, now: Version, language: str) -> Weight | None:
    """What the change from ``was`` to ``now`` touches; None where it says the same."""
    if _WITHDRAWN.search(now.title) and not _WITHDRAWN.search(was.title):
        return Weight.WITHDRAWN
    found = {
        _in_title(_said(was.title, language), _said(now.title, language)),
        _in_text(was.text[:COMPARED], now.text[:COMPARED], language),
    }
    return next((kind for kind in Weight if kind in found), None)


@dataclass(frozen=True, slots=True)
class _Said:
    """A passage taken apart."""

    words: tuple[str, ...]
    numbers: frozenset[str]
    negations: int
    keys: Keys

    def holds(self, word: str) -> bool:
        """Whether the word stands here, in whatever form."""
        return self.place(word) is not None

    def place(self, word: str) -> int | None:
        """Where it stands."""
        mine = self.keys(word.lower())
        for at, other in enumerate(self.words):
            if mine & self.keys(other.lower()) or _is_typo(word, other):
                return at
        return None


def _said(text: str, language: str) -> _Said:
    plain = _UPDATED.sub(" ", text.replace("’", "'").replace("ʼ", "'"))
    found = tokens(_SPLIT_THOUSANDS.sub("", plain))
    return _Said(
        words=tuple(word for word in found if not _is_number(word)),
        numbers=frozenset(_numbers(found)),
        negations=len(_NOT.findall(plain)),
        keys=keys_of(language),
    )


def _in_title(was: _Said, now: _Said) -> Weight | None:
    if not now.words:
        return None
    if was.negations != now.negations:
        return Weight.NEGATION
    if was.numbers - now.numbers:
        return Weight.NUMBER
    places = [now.place(word) for word in was.words]
    lost = [word for word, at in zip(was.words, places, strict=True) if at is None]
    if any(word in _names(was.words) for word in lost):
        return Weight.NAME
    kept = [at for at in places if at is not None]
    # The same words in another order: who struck whom?
    turned = kept != sorted(kept) and len(set(kept)) == len(kept)
    return Weight.HEADLINE if turned or any(_matters(word) for word in lost) else None


def _in_text(was: str, now: str, language: str) -> Weight | None:
    """Only what was said and is said no more, or otherwise: a story that grows is no error."""
    if not was or len(now) < len(was) / 2:
        # Half of it is gone: that is a feed which begins to tell less.
        return None
    before, after = sentences(was), sentences(now)
    known = {_folded(sentence) for sentence in after}
    whole = _said(now, language)
    for sentence in before:
        if _folded(sentence) not in known:
            changed = _reworded(_said(sentence, language), _twin(sentence, after, language), whole)
            if changed is not None:
                return changed
    return None


def _reworded(was: _Said, twin: _Said | None, whole: _Said) -> Weight | None:
    if twin is not None and was.negations != twin.negations:
        return Weight.NEGATION
    if was.numbers - whole.numbers:
        return Weight.NUMBER
    lost = any(not whole.holds(word) for word in _names(was.words[1:]))
    return Weight.NAME if lost else None


def _twin(sentence: str, after: Sequence[str], language: str) -> _Said | None:
    from rapidfuzz import process

    best = process.extractOne(
        _folded(sentence), [_folded(one) for one in after], score_cutoff=ABOUT_THE_SAME
    )
    return _said(after[best[2]], language) if best else None


def _names(words: Sequence[str]) -> list[str]:
    """The capitalised words; none of a headline that capitalises everything."""
    named = [word for word in words if word[0].isupper()]
    return named if len(named) <= len(words) / 2 else []


def _matters(word: str) -> bool:
    return len(word) >= 4 or word[0].isupper()


def _is_typo(word: str, other: str) -> bool:
    if min(len(word), len(other)) < 5:
        return False
    from rapidfuzz import fuzz

    return fuzz.ratio(word.lower(), other.lower()) >= A_TYPO


def _is_number(word: str) -> bool:
    return word[0].isdigit() or word.lower() in _NUMBER_WORDS


def _numbers(found: Sequence[str]) -> Iterator[str]:
    for word, following in zip(found, [*found[1:], ""], strict=True):
        if word[0].isdigit():
            thousands = "000" if _THOUSAND.fullmatch(following.lower()) else ""
            yield re.sub(r"[.,]", "", word) + thousands
        elif word.lower() in _NUMBER_WORDS:
            yield _NUMBER_WORDS[word.lower()]


def _folded(sentence: str) -> str:
    return " ".join(tokens(sentence.casefold()))
