"""Every word of the templates is in every catalog, whole; and nothing else is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from gettext import GNUTranslations

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from bot.rendering.catalogs import TEMPLATES, catalog_path, translations
from digests.vocabulary import Language

OTHERS = [language for language in Language if language is not Language.ENGLISH]
PLACEHOLDER = re.compile(r"%\(\w+\)s")
TAG = re.compile(r"</?[a-z-]+")
HOW = {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}
NOT_UKRAINIAN = re.compile("[ыэёъЫЭЁЪ]")

Said = str | tuple[str, ...]


@cache
def said() -> dict[Said, str]:
    """Every message of the templates, and the first that says it."""
    found: dict[Said, str] = {}
    for path in sorted(TEMPLATES.rglob("*.html")):
        with path.open("rb") as file:
            for _line, message, _comments, _context in extract(
                "jinja2.ext:babel_extract", file, options=HOW
            ):
                found.setdefault(_key(message), str(path.relative_to(TEMPLATES)))
    return found


def _key(message: str | tuple[str | None, ...]) -> Said:
    if isinstance(message, str):
        return message
    words = tuple(word for word in message if word)
    return words if len(words) > 1 else words[0]


@cache
def catalog(language: Language) -> Catalog:
    with catalog_path(language).open("rb") as file:
        return read_po(file, locale=str(language), abort_invalid=True)


def entries(language: Language) -> Iterator[tuple[Said, Message]]:
    for message in catalog(language):
        if message.id:
            yield (tuple(message.id) if message.pluralizable else message.id), message


def forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


@pytest.mark.parametrize("language", OTHERS)
def test_every_word_of_the_templates_is_in_the_catalog(language: Language) -> None:
    there = {key for key, _ in entries(language)}
    assert {key: where for key, where in said().items() if key not in there} == {}


@pytest.mark.parametrize("language", OTHERS)
def test_the_catalog_holds_nothing_that_no_template_says(language: Language) -> None:
    assert [key for key, _ in entries(language) if key not in said()] == []
    assert not catalog(language).obsolete


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_empty_or_to_be_looked_at_again(language: Language) -> None:
    assert [key for key, entry in entries(language) if entry.fuzzy or not all(forms(entry))] == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_plural_has_all_the_forms_of_the_language(language: Language) -> None:
    needed = catalog(language).num_plurals
    plurals = [(key, entry) for key, entry in entries(language) if isinstance(key, tuple)]
    assert [key for key, entry in plurals if len(forms(entry)) != needed] == []
    assert plurals


@pytest.mark.parametrize("language", OTHERS)
def test_each_form_says_the_same_values_and_the_same_markup(language: Language) -> None:
    """The last of the English forms has every value: the singular may say "one"."""
    different = {}
    for key, entry in entries(language):
        english = key[-1] if isinstance(key, tuple) else key
        for form in forms(entry):
            for pattern in (PLACEHOLDER, TAG):
                if sorted(set(pattern.findall(form))) != sorted(set(pattern.findall(english))):
                    different[key] = form
    assert different == {}


@pytest.mark.parametrize("language", OTHERS)
def test_a_lone_percent_sign_is_written_twice(language: Language) -> None:
    texts = [form for _, entry in entries(language) for form in forms(entry)]
    texts += [word for key in said() for word in ([key] if isinstance(key, str) else key)]
    assert [text for text in texts if "%" in PLACEHOLDER.sub("", text).replace("%%", "")] == []


def test_ukrainian_has_no_letters_of_other_languages() -> None:
    texts = {form for _, entry in entries(Language.UKRAINIAN) for form in forms(entry)}
    assert {text for text in texts if NOT_UKRAINIAN.search(text)} == set()


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (1, "джерело"),
        (2, "джерела"),
        (5, "джерел"),
        (11, "джерел"),
        (21, "джерело"),
        (24, "джерела"),
    ],
)
def test_the_catalog_is_the_one_that_readers_get(number: int, word: str) -> None:
    words = translations(Language.UKRAINIAN)
    assert isinstance(words, GNUTranslations)
    assert words.ngettext("%(num)s source", "%(num)s sources", number) == f"%(num)s {word}"
