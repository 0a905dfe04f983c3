"""Noun: one article as a file or a push gives it, and the shape that is demanded of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from digests.errors import ArticleError
from digests.intake.canonical import web_address
from digests.intake.clean import title_of
from digests.intake.json_feed import moment

_TOPIC = re.compile(r"[a-z0-9-]{1,32}")
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Record:
    """``url, title, text, summary, published_at, source, language, topics``: a title, and url or text.

    ``guid`` is the sender's own name for it, where it has one.
    """

    title: str
    url: str | None = None
    text: str = ""
    summary: str = ""
    published_at: datetime | None = None
    source: str | None = None
    language: str | None = None
    topics: tuple[str, ...] = ()
    guid: str | None = None


def read_record(said: object) -> Record:
    """The record in a JSON value. Raises ArticleError with the reason, naming the field."""
    if not isinstance(said, Mapping):
        raise ArticleError("not an object")
    title, text = _words(said, "title"), _words(said, "text")
    if not title:
        raise ArticleError("title is missing")
    url = _address(said)
    if not url and not text:
        raise ArticleError("url or text is missing")
    return Record(
        title=title,
        url=url,
        text=text,
        summary=_words(said, "summary"),
        published_at=_moment(said),
        source=title_of(_words(said, "source"))[:_LONGEST_NAME] or None,
        language=_words(said, "language") or None,
        topics=_topics(said),
        guid=_words(said, "guid") or None,
    )


def _words(said: Mapping[str, object], field: str) -> str:
    value = said.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ArticleError(f"{field} is not text")
    return value.strip()


def _address(said: Mapping[str, object]) -> str | None:
    words = _words(said, "url")
    url = web_address(words)
    if words and url is None:
        raise ArticleError("url is not an http or https address")
    return url


def _moment(said: Mapping[str, object]) -> datetime | None:
    value = said.get("published_at")
    if value is None or value == "":
        return None
    found = moment(value)
    if found is None:
        raise ArticleError("published_at is not a time (RFC 3339, or seconds since 1970)")
    return found


def _topics(said: Mapping[str, object]) -> tuple[str, ...]:
    value = said.get("topics")
    if value is None:
        return ()
    if not isinstance(value, list):
        raise ArticleError("topics is not a list")
    for name in value:
        if not isinstance(name, str) or not _TOPIC.fullmatch(name):
            raise ArticleError("topics holds something that is no topic's name")
    return tuple(dict.fromkeys(value))
