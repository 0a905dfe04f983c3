"""Edge: a JSON Feed (jsonfeed.org, 1.0 and 1.1) becomes entries. Any field may be of a wrong type."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson

from digests.errors import NotAFeed, TooLarge
from digests.intake.canonical import web_address
from digests.intake.clean import title_of
from digests.intake.entry import MOST_ENTRIES, Entry, Feed
from digests.intake.markup import first_image


def parse(text: str, *, url: str) -> Feed:
    """The feed in this JSON. Raises NotAFeed or TooLarge as ``feed.parse`` does."""
    try:
        said = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise NotAFeed("broken JSON") from error
    if not isinstance(said, dict) or not _is_feed(said):
        raise NotAFeed("JSON, but no feed")
    items = said.get("items")
    whole = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    if len(whole) > MOST_ENTRIES:
        raise TooLarge(f"more than {MOST_ENTRIES} entries")
    language = _text(said.get("language"))
    damaged = not isinstance(items, list) or len(whole) < len(items)
    return Feed(
        title=title_of(_text(said.get("title"))),
        language=language,
        entries=tuple(_entry(item, url, language) for item in whole),
        asks_for=None,
        flaw="items that are no objects" if damaged else None,
    )


def moment(said: object) -> datetime | None:
    """A time from RFC 3339 text or seconds since 1970, in UTC; None where it is neither."""
    try:
        if isinstance(said, int | float) and not isinstance(said, bool):
            return datetime.fromtimestamp(said, UTC)
        if not isinstance(said, str):
            return None
        found = datetime.fromisoformat(said.strip())
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _is_feed(said: dict[str, Any]) -> bool:
    version = said.get("version")
    return isinstance(version, str) and "jsonfeed.org" in version


def _entry(item: dict[str, Any], url: str, language: str | None) -> Entry:
    markup = _text(item.get("content_html")) or ""
    content = markup or _text(item.get("content_text")) or ""
    link = web_address(_text(item.get("url")), url)
    image = web_address(_text(item.get("image")) or _text(item.get("banner_image")), url)
    return Entry(
        guid=_identifier(item.get("id")),
        url=link or web_address(_text(item.get("external_url")), url),
        title=_text(item.get("title")) or "",
        summary=_text(item.get("summary")) or "",
        content=content,
        published_at=moment(item.get("date_published")) or moment(item.get("date_modified")),
        language=_text(item.get("language")) or language,
        image_url=image or first_image(markup, url),
    )


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _identifier(value: object) -> str | None:
    if isinstance(value, bool):
        return None
    return str(value) if isinstance(value, int | float) else _text(value)
