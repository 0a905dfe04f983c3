"""The words somebody searches for, as the terms that stories are found by (rule)."""

from __future__ import annotations

from digests.stories.words import keys_of, tokens

_MOST_WORDS = 8


def query_terms(said: str) -> list[str]:
    """One term a word: its dictionary form or stem."""
    return [min(keys_of(_language(word))(word.lower())) for word in tokens(said)[:_MOST_WORDS]]


def _language(word: str) -> str:
    return "en" if word.isascii() else "uk"
