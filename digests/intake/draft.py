"""Noun and rule: an article cleaned and identified, ready to be kept."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from digests.intake.affixes import (
    FEWEST_TITLES,
    recurring_affixes,
    recurring_lines,
    stripped,
    without_lines,
)
from digests.intake.canonical import canonical
from digests.intake.clean import LONGEST_SUMMARY, body_of, first_sentence, title_of
from digests.intake.entry import Entry, Feed
from digests.intake.fingerprint import digest, fingerprint, normal, telling
from digests.intake.record import Record

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""No news site is older: an earlier date is a date of nothing."""
_MOST_AHEAD = timedelta(days=1)
_LONGEST_IDENTITY = 500
# A description beyond this is the article itself, not a summary of it.
_LONGEST_TEASER = 1_000
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}")


@dataclass(frozen=True, slots=True)
class Draft:
    """What will be an article. Without a title it needs its page before it can be kept."""

    identity: str
    text_key: str | None
    url: str | None
    title: str
    summary: str
    text: str
    language: str | None
    topics: tuple[str, ...]
    image_url: str | None
    published_at: datetime
    date_doubtful: bool

    @property
    def is_bare(self) -> bool:
        """Whether there is a page to read but nothing said about it."""
        return self.url is not None and not self.summary and not self.text


@dataclass(frozen=True, slots=True)
class Origin:
    """What a source lends to all its articles."""

    source_id: int
    language: str | None = None
    topics: tuple[str, ...] = ()
    affixes: tuple[str, ...] = ()


def drafts_of_feed(
    feed: Feed, origin: Origin, now: datetime
) -> tuple[list[Draft], tuple[str, ...]]:
    """The feed's entries as drafts, and the title affixes that recur in it.

    An entry that says nothing at all (no title, no text, no address) makes no draft.
    """
    titles = [title_of(entry.title) for entry in feed.entries]
    bodies = [_bodies(entry) for entry in feed.entries]
    affixes = origin.affixes
    if len(titles) >= FEWEST_TITLES:
        affixes = tuple(recurring_affixes([title for title in titles if title]))
    boilerplate = recurring_lines(["\n".join(body) for body in bodies])
    crowded = _crowded(feed.entries, titles)
    drafts = []
    for entry, title, (summary, text) in zip(feed.entries, titles, bodies, strict=True):
        draft = _draft(
            Record(
                title=stripped(title, affixes),
                url=entry.url,
                text=without_lines(text, boilerplate),
                summary=without_lines(summary, boilerplate),
                published_at=entry.published_at,
                language=entry.language,
                guid=entry.guid,
            ),
            origin,
            now,
            image_url=entry.image_url,
            shares_address=entry.url is not None and canonical(entry.url) in crowded,
        )
        if draft.title or draft.is_bare:
            drafts.append(draft)
    return drafts, affixes


def draft_of_record(record: Record, origin: Origin, now: datetime) -> Draft:
    """A record as a draft; its title and texts are cleaned like a feed's."""
    cleaned = replace(
        record,
        title=title_of(record.title),
        text=body_of(record.text),
        summary=body_of(record.summary, LONGEST_SUMMARY),
    )
    return _draft(cleaned, origin, now)


def with_page(draft: Draft, title: str, text: str, summary: str, image_url: str | None) -> Draft:
    """The draft with what its page says; what the feed said itself stays."""
    text = text or draft.text
    return replace(
        draft,
        title=draft.title or title or first_sentence(text),
        text=text,
        summary=draft.summary or summary,
        text_key=_text_key(draft.title or title, draft.summary or summary, text),
        image_url=draft.image_url or image_url,
    )


def judged_date(said: datetime | None, now: datetime) -> tuple[datetime, bool]:
    """When it was published, and whether that is doubtful and therefore the time of reading.

    Never later than ``now``: up to a day ahead is a clock or zone gone wrong.
    """
    if said is None or said < EARLIEST or said > now + _MOST_AHEAD:
        return now, True
    return min(said, now), False


def primary_language(tag: str | None) -> str | None:
    """``uk`` for ``uk-UA``; None for what is no language tag."""
    primary = (tag or "").replace("_", "-").split("-")[0].strip()
    return primary.lower() if _LANGUAGE.fullmatch(primary) else None


def _draft(
    record: Record,
    origin: Origin,
    now: datetime,
    *,
    image_url: str | None = None,
    shares_address: bool = False,
) -> Draft:
    title = record.title or first_sentence(record.summary or record.text)
    published_at, doubtful = judged_date(record.published_at, now)
    return Draft(
        identity=_identity(record, title, origin.source_id, shares_address),
        text_key=_text_key(title, record.summary, record.text),
        url=record.url,
        title=title,
        summary=record.summary,
        text=record.text,
        language=origin.language or primary_language(record.language),
        topics=tuple(dict.fromkeys([*origin.topics, *record.topics])),
        image_url=image_url,
        published_at=published_at,
        date_doubtful=doubtful,
    )


def _bodies(entry: Entry) -> tuple[str, str]:
    """(summary, text): a long description without content is the text itself."""
    summary, text = body_of(entry.summary, LONGEST_SUMMARY), body_of(entry.content)
    if not text and len(summary) > _LONGEST_TEASER:
        return "", body_of(entry.summary)
    if normal(summary) == normal(text):
        summary = ""
    return summary, text


def _crowded(entries: Sequence[Entry], titles: Sequence[str]) -> frozenset[str | None]:
    """Addresses that several different entries share: a live page with anchors, a home page."""
    said: dict[str | None, set[str]] = defaultdict(set)
    for entry, title in zip(entries, titles, strict=True):
        if entry.url:
            said[canonical(entry.url)].add(normal(title) or entry.guid or "")
    return frozenset(url for url, names in said.items() if len(names) > 1)


def _identity(record: Record, title: str, source_id: int, shares_address: bool) -> str:
    url = canonical(record.url) if record.url else None
    if url and not shares_address and _leads_to_an_article(url):
        return _bounded(url)
    if record.guid:
        return _bounded(f"{source_id}:{record.guid}")
    return f"{source_id}#{fingerprint(' '.join((url or '', title, record.summary, record.text)))}"


def _leads_to_an_article(url: str) -> bool:
    """A bare home page identifies nothing that is published on it."""
    parts = urlsplit(url)
    return parts.path != "/" or bool(parts.query) or bool(parts.fragment)


def _bounded(identity: str) -> str:
    # PostgreSQL's index rows hold 2,700 bytes and its texts no NUL; a feed's own name may be anything.
    if len(identity) <= _LONGEST_IDENTITY and identity.isascii() and identity.isprintable():
        return identity
    return f"{''.join(filter(_is_plain, identity))[: _LONGEST_IDENTITY - 33]}~{digest(identity)}"


def _is_plain(sign: str) -> bool:
    return sign.isascii() and sign.isprintable()


def _text_key(title: str, summary: str, text: str) -> str | None:
    """A full text speaks for itself; a summary only with its title, since feeds repeat teasers."""
    return telling(text) or telling(f"{title} {summary}")
