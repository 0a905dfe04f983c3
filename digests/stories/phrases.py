"""The language of topic phrases (rule): what an operator may write, and where it stands in a text.

missile strike        these words in this order, in any inflected form
(strike/attack) on    either word
=arms                 this very form and no other; with a capital, written just so (=US)
missil*               any word that begins so
ask ~4 air defence    both, in any order, at most four words between them
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, product
from typing import NamedTuple

from digests.errors import TopicsFileError
from digests.stories.words import KNOWN_FORMS, keys_of, phrase_keys, tokens

_NEAR = re.compile(r"\s+~(\d+)\s+")
_ALTERNATIVES = re.compile(r"\([^()]*\)|\S+")
_WORD = re.compile(r"=?[^\W_]+(?:['’ʼ][^\W_]+)*\*?", re.UNICODE)
SHORTEST_PREFIX = 3

Run = tuple[frozenset[str], ...]
"""Words that stand side by side: for each the terms of which one must be met."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One rule as written, and its parts with the most words allowed between each and the next.

    A part is met by any of its runs.
    """

    source: str
    parts: tuple[tuple[Run, ...], ...]
    gaps: tuple[int, ...]


def read_phrase(source: str, language: str) -> Phrase:
    """Understand one phrase; raises TopicsFileError saying which part is not understood."""
    pieces = _NEAR.split(source.strip())
    parts = tuple(tuple(_read_part(piece, source, language)) for piece in pieces[::2])
    return Phrase(source, parts, tuple(int(gap) for gap in pieces[1::2]))


def _read_part(part: str, source: str, language: str) -> Iterator[Run]:
    items = [_read_item(item, source, language) for item in _ALTERNATIVES.findall(part)]
    if not items:
        raise _unreadable(source, "nothing stands here to look for")
    for choice in product(*items):
        yield tuple(chain.from_iterable(choice))


def _read_item(item: str, source: str, language: str) -> list[Run]:
    """The runs any of which meets this item; single words share one run, which is quicker."""
    choices = item[1:-1].split("/") if item.startswith("(") and item.endswith(")") else [item]
    # "anti-air" in a text is two words, so it is two in a phrase as well.
    runs = [
        tuple(_read_word(word, source, language) for word in re.split(r"[\s-]+", choice.strip()))
        for choice in choices
    ]
    single = [run[0] for run in runs if len(run) == 1]
    merged: list[Run] = [(frozenset().union(*single),)] if single else []
    return merged + [run for run in runs if len(run) > 1]


def _read_word(word: str, source: str, language: str) -> frozenset[str]:
    if not _WORD.fullmatch(word):
        raise _unreadable(source, f"{word!r} is not a word")
    bare = tokens(word.strip("=*"))[0]
    if word.endswith("*"):
        if len(bare) < SHORTEST_PREFIX:
            raise _unreadable(source, f"{word!r} would match almost any word")
        return frozenset((f"{bare.lower()}*",))
    if word.startswith("="):
        return frozenset((f"={bare}",))
    keys = phrase_keys(bare.lower(), language)
    return frozenset(f"^{key}" for key in keys) if bare[0].isupper() else keys


def _unreadable(source: str, why: str) -> TopicsFileError:
    return TopicsFileError(f"phrase {source!r}: {why}")


class Hit(NamedTuple):
    """A phrase met in a text: the places of its words."""

    phrase: int
    places: tuple[int, ...]


class Phrasebook:
    """All phrases of one language, laid out so that one pass over a text meets them all.

    Words no phrase speaks of cost one dictionary look-up.
    """

    def __init__(self, phrases: Sequence[Phrase], language: str) -> None:
        self._phrases = phrases
        self._keys = keys_of(language)
        self._runs: dict[Run, int] = {}
        self._phrases_with: list[list[int]] = []
        """Of each run, by its number: the phrases that begin with it, for all parts must be met."""
        self._by_first_term: dict[str, list[tuple[int, Run]]] = {}
        for number, phrase in enumerate(phrases):
            for run in chain.from_iterable(phrase.parts):
                self._note(run)
            for run in dict.fromkeys(phrase.parts[0]):
                self._phrases_with[self._runs[run]].append(number)
        self._parts = [
            [[self._runs[run] for run in part] for part in phrase.parts] for phrase in phrases
        ]
        self._terms = {term for run in self._runs for word in run for term in word}
        lengths = {len(term) - 1 for term in self._terms if term.endswith("*")}
        self._prefix_lengths = sorted(lengths)
        self._terms_met = lru_cache(maxsize=KNOWN_FORMS)(self._terms_of)

    def _note(self, run: Run) -> None:
        if run not in self._runs:
            self._runs[run] = len(self._runs)
            self._phrases_with.append([])
            for term in run[0]:
                self._by_first_term.setdefault(term, []).append((self._runs[run], run))

    def _terms_of(self, form: str) -> frozenset[str]:
        lower = form.lower()
        keys = self._keys(lower)
        candidates = {*keys, f"={form}", f"={lower}"}
        if form[0].isupper():
            candidates |= {f"^{key}" for key in keys}
        candidates |= {f"{lower[:length]}*" for length in self._prefix_lengths}
        return frozenset(candidates & self._terms)

    def hits(self, words: Sequence[str]) -> list[Hit]:
        """Where each phrase stands in these words; one occurrence may be met by many phrases."""
        spans = self._spans([*map(self._terms_met, words)])
        found: list[Hit] = []
        in_parts: set[int] = set()
        for run, places in spans.items():
            for number in self._phrases_with[run]:
                if len(self._parts[number]) > 1:
                    in_parts.add(number)
                else:
                    found += [Hit(number, span) for span in places]
        for number in in_parts:
            gaps = self._phrases[number].gaps
            found += [Hit(number, span) for span in _joined(self._parts[number], gaps, spans)]
        return sorted(found)

    def _spans(self, met: Sequence[frozenset[str]]) -> _Spans:
        spans: _Spans = {}
        # Most words are in no phrase.
        for start in [place for place, terms in enumerate(met) if terms]:
            for term in met[start]:
                for number, run in self._by_first_term.get(term, ()):
                    end = start + len(run)
                    if len(run) == 1 or (end <= len(met) and all(map(_share, run, met[start:end]))):
                        places = tuple(range(start, end))
                        if number not in spans:
                            spans[number] = [places]
                        elif spans[number][-1] != places:
                            spans[number].append(places)
        return spans


_Spans = dict[int, list[tuple[int, ...]]]
"""Of each run, by its number, where it stands."""


def _share(wanted: frozenset[str], met: frozenset[str]) -> bool:
    return not wanted.isdisjoint(met)


def _joined(
    parts: Sequence[Sequence[int]], gaps: Sequence[int], spans: _Spans
) -> list[tuple[int, ...]]:
    """The places of a whole phrase: its parts, each near enough to what came before."""
    found = _places(parts[0], spans)
    for part, gap in zip(parts[1:], gaps, strict=True):
        if not found:
            break
        following = _places(part, spans)
        found = [
            before + places
            for before in found
            for places in following
            if 0 <= _words_between(before, places) <= gap
        ]
    return found


def _places(part: Sequence[int], spans: _Spans) -> list[tuple[int, ...]]:
    return [places for run in part for places in spans.get(run, ())]


def _words_between(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    """How many words lie between two spans; negative where they overlap."""
    return max(min(other) - max(one), min(one) - max(other)) - 1
