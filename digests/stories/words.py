"""A text as words (noun): its tokens, and the keys under which two forms are the same word.

English and Russian words are stemmed (Snowball); Ukrainian words, for which Snowball has
nothing, are looked up in pymorphy3's dictionary, which also guesses what it does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from sys import intern

LANGUAGES_WITH_KEYS = ("en", "uk", "ru")
"""The languages whose inflected forms we can bring together."""

KNOWN_FORMS = 30_000
"""Word forms whose keys are remembered for each language; about 6 MB when full."""

_APOSTROPHES = re.compile("[’ʼ‘`]")
_ACCENT = "\u0301"
_INITIALISM = re.compile(r"\b(?:[A-Z]\.){2,}")
_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+(?:[.,]\d+)*")
_DOUBLED = re.compile(r"(.)\1+")
_POSSESSIVE = re.compile(r"'s$|s'$", re.IGNORECASE)


def tokens(text: str) -> list[str]:
    """The words and numbers of a text in order, as written, without punctuation.

    "U.S." becomes "US", "Seoul's" becomes "Seoul", "F-16" becomes "F" and "16".
    """
    return list(_tokens(text))


LONGEST_OPENING = 400
"""Words of an article that anything looks at; the heart of any report lies within."""


def opening(text: str, words: int) -> list[str]:
    """The first words of a text, at most 400."""
    # Nobody's words are twelve letters on average: no need to cut a whole page.
    longest = LONGEST_OPENING * 12
    return list(_opening(text if len(text) <= longest else text[:longest])[:words])


# A batch of articles is asked for by several rules, one after another.
@lru_cache(maxsize=600)
def _opening(text: str) -> tuple[str, ...]:
    return tuple(map(intern, _cut(text)[:LONGEST_OPENING]))


@lru_cache(maxsize=600)
def _tokens(text: str) -> tuple[str, ...]:
    return tuple(_cut(text))


def _cut(text: str) -> list[str]:
    plain = _APOSTROPHES.sub("'", text).replace(_ACCENT, "")
    plain = _INITIALISM.sub(lambda match: match[0].replace(".", "") + " ", plain)
    found: list[str] = _TOKEN.findall(plain)
    if "'" not in plain:
        return found
    return [_POSSESSIVE.sub("", word) if "'" in word else word for word in found]


def in_headline_case(words: Sequence[str]) -> bool:
    """Whether nearly every word is capitalised ("Drones Hit Port"): then a capital says nothing."""
    return sum([word[0].isupper() for word in words]) > 0.6 * len(words)


Keys = Callable[[str], frozenset[str]]
"""What gives a lower-case word form its keys; two forms that share a key are one word."""


@cache
def keys_of(language: str) -> Keys:
    """The keys of a language's words; of a language we do not know, the form itself."""
    if language == "uk":
        return _ukrainian_keys
    if language in {"en", "ru"}:
        return _stemmed_keys("english" if language == "en" else "russian")
    return _form_itself


def _form_itself(form: str) -> frozenset[str]:
    return frozenset((form,))


_LATIN = str.maketrans(
    {"а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "є": "e", "ё": "e", "ж": "z",
     "з": "z", "и": "i", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o",
     "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "s", "ч": "s", "ш": "s",
     "щ": "s", "ы": "i", "э": "e", "ю": "u", "я": "a", "ь": "", "ъ": "", "'": ""}
)  # fmt: skip
_SOUNDS = (
    ("shch", "s"), ("shh", "s"), ("sch", "s"), ("sh", "s"), ("ch", "s"), ("zh", "z"), ("kh", "h"),
    ("ts", "s"), ("tc", "s"), ("c", "s"), ("x", "h"), ("yu", "u"), ("ya", "a"), ("ju", "u"), ("ja", "a"),
    ("iu", "u"), ("ia", "a"), ("yo", "e"), ("ye", "e"), ("j", "i"), ("y", "i"), ("w", "v"),
)  # fmt: skip
_GLIDE = re.compile("i(?=[aeu])")
"""Some write the glide, some do not: vyplatiat, vyplatyat, vyplatjat, vyplatat."""

BEGINS = "-"
"""Before every beginning: none is taken for a stem."""

BEGINNING = 4
"""Letters of a word's beginning that count beside its stem."""

BEGINNINGS = (3, 5, 7)
"""The same where we cannot bring a word's forms together: endings come later."""


@lru_cache(maxsize=KNOWN_FORMS)
def sound_of(form: str) -> str:
    """How a word sounds, alike in Cyrillic and in the many ways to write it in Latin."""
    form = form.translate(_LATIN)
    for letters, sound in _SOUNDS:
        form = form.replace(letters, sound)
    return _DOUBLED.sub(r"\1", _GLIDE.sub("", _DOUBLED.sub(r"\1", form)))


@dataclass(frozen=True, slots=True)
class Term:
    """What a word as written says of an event."""

    stem: str
    """Empty in a language whose forms we cannot bring together."""
    beginnings: tuple[str, ...]
    is_capital: bool
    is_number: bool


@cache
def terms_of(language: str, without: frozenset[str]) -> Callable[[str], Term | None]:
    """What gives a word as written its term; nothing for those ``without`` and for single letters."""
    key = keys_of(language)
    has_keys = language in LANGUAGES_WITH_KEYS

    @lru_cache(maxsize=KNOWN_FORMS)
    def term(word: str) -> Term | None:
        form = word.lower()
        if form in without or (len(word) == 1 and not word.isdigit()):
            return None
        stem = intern(min(key(form))) if has_keys else ""
        begun = (beginning(form, BEGINNING),) if has_keys else _beginnings(form)
        return Term(stem, begun, word[0].isupper(), word[0].isdigit())

    return term


def _beginnings(form: str) -> tuple[str, ...]:
    sound = sound_of(form)
    return tuple(dict.fromkeys(beginning(sound, letters) for letters in BEGINNINGS))


def beginning(form: str, letters: int) -> str:
    """The term by which words that begin alike meet."""
    return intern(f"{BEGINS}{letters}{form[:letters]}")


def _stemmed_keys(algorithm: str) -> Keys:
    import Stemmer

    # Its own cache would keep 10,000 forms beside ours.
    stem = Stemmer.Stemmer(algorithm, 0).stemWord

    @lru_cache(maxsize=KNOWN_FORMS)
    def keys(form: str) -> frozenset[str]:
        return frozenset((stem(form.replace("ё", "е")),))

    return keys


@lru_cache(maxsize=KNOWN_FORMS)
def _ukrainian_keys(form: str) -> frozenset[str]:
    # A form has several readings ("вибори": an election, choices); any of them may be meant.
    return frozenset(parse.normal_form for parse in _morphology().parse(form))


@cache
def _morphology():  # type: ignore[no-untyped-def]  # pymorphy3 is untyped and imported late
    import pymorphy3

    return pymorphy3.MorphAnalyzer(lang="uk")


def phrase_keys(word: str, language: str) -> frozenset[str]:
    """The keys a rule's word stands for: itself where it is a dictionary form, else its readings."""
    keys = keys_of(language)(word)
    return frozenset((word,)) if word in keys else keys


def index_terms(text: str, language: str) -> str:
    """Everything a text can be found by: its words' keys, each once, separated by blanks."""
    return " ".join(indexed(opening(text, LONGEST_OPENING), language))


def indexed(words: Iterable[str], language: str) -> dict[str, None]:
    """The keys of these words, each once, in their order."""
    keys = keys_of(language)
    found: dict[str, None] = {}
    for word in dict.fromkeys(map(str.lower, words)):
        readings = keys(word)
        found.update(dict.fromkeys(sorted(readings) if len(readings) > 1 else readings))
    return found


def query_terms(said: str, language: str) -> list[str]:
    """What to look for where somebody says these words: of each word its likeliest key."""
    words = [word.lower() for word in tokens(said)]
    if language != "uk":
        keys = keys_of(language)
        return [min(keys(word)) for word in words]
    return [str(_morphology().parse(word)[0].normal_form) for word in words]
