"""The words somebody looks for, as the terms that stories are found by (rule)."""

from __future__ import annotations

from digests.stories.words import query_terms, tokens

_MOST_WORDS = 8


def terms_of(said: str) -> list[str]:
    """One term a word; a question may mix languages, so each word speaks for itself."""
    terms = (query_terms(word, _language(word)) for word in tokens(said)[:_MOST_WORDS])
    return [term for words in terms for term in words]


def _language(word: str) -> str:
    return "en" if word.isascii() else "uk"
