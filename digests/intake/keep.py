"""Verb: keep what is new, once; notice what a source changed after publishing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only

from digests.intake.article import Article
from digests.intake.draft import Draft
from digests.intake.fingerprint import normal
from digests.intake.source import Source
from digests.storage.insertion import insertion

# What stands between a title and its feed's affix, behind it and before it.
_OPENING = tuple("-–—|·•»([")
_CLOSING = tuple("-–—|·•»:)]")
# Each draft takes up to two parameters of a query, and asyncpg allows 32,767 in one.
_AT_ONCE = 1_000
_SAID = (
    Article.identity, Article.title, Article.summary, Article.text,
    Article.later_title, Article.later_summary, Article.later_text,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of drafts: articles new, articles whose source changed them, articles known."""

    new: int = 0
    changed: int = 0
    known: int = 0

    def __add__(self, other: Kept) -> Kept:
        return Kept(self.new + other.new, self.changed + other.changed, self.known + other.known)


async def keep(
    session: AsyncSession, source_id: int, drafts: Sequence[Draft], *, now: datetime
) -> Kept:
    """Keeps each draft that has a title and is not known by address or by text."""
    kept = Kept()
    for start in range(0, len(drafts), _AT_ONCE):
        kept += await _keep_some(session, source_id, drafts[start : start + _AT_ONCE], now)
    return kept


async def unknown(session: AsyncSession, source_id: int, drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts that are not kept yet, each once."""
    present = await _present(session, source_id, drafts)
    identities = {row.identity for row in present}
    texts = {row.text_key for row in present if row.source_id == source_id and row.text_key}
    fresh = []
    for draft in drafts:
        if draft.identity in identities or draft.text_key in texts:
            continue
        identities.add(draft.identity)
        if draft.text_key:
            texts.add(draft.text_key)
        fresh.append(draft)
    return fresh


async def _keep_some(
    session: AsyncSession, source_id: int, drafts: Sequence[Draft], now: datetime
) -> Kept:
    titled = [draft for draft in drafts if draft.title]
    fresh = await unknown(session, source_id, titled)
    new = await _insert(session, source_id, fresh, now) if fresh else 0
    chosen = set(map(id, fresh))
    changed = await _note_changes(
        session, source_id, [draft for draft in titled if id(draft) not in chosen], now
    )
    return Kept(new, changed, len(titled) - new - changed)


async def _present(
    session: AsyncSession, source_id: int, drafts: Sequence[Draft]
) -> Sequence[Row[str, int, str | None]]:
    texts = [draft.text_key for draft in drafts if draft.text_key]
    found = await session.execute(
        select(Article.identity, Article.source_id, Article.text_key).where(
            or_(
                Article.identity.in_([draft.identity for draft in drafts]),
                (Article.source_id == source_id) & Article.text_key.in_(texts),
            )
        )
    )
    return found.all()


async def _insert(
    session: AsyncSession, source_id: int, drafts: Sequence[Draft], now: datetime
) -> int:
    """How many went in: another worker may have kept the same article a moment ago."""
    # In one order everywhere: two workers that wait for each other's rows would never end.
    in_order = sorted(drafts, key=lambda draft: draft.identity)
    rows = [_row(source_id, draft, now) for draft in in_order]
    statement = insertion(session, Article).on_conflict_do_nothing().returning(Article.id)
    return len((await session.scalars(statement, rows)).all())


def _row(source_id: int, draft: Draft, now: datetime) -> dict[str, object]:
    return {
        "source_id": source_id,
        "identity": draft.identity,
        "text_key": draft.text_key,
        "url": draft.url,
        "title": draft.title,
        "summary": draft.summary,
        "text": draft.text,
        "language": draft.language,
        "topics": list(draft.topics),
        "image_url": draft.image_url,
        "published_at": draft.published_at,
        "date_doubtful": draft.date_doubtful,
        "read_at": now,
    }


async def _note_changes(
    session: AsyncSession, source_id: int, drafts: Sequence[Draft], now: datetime
) -> int:
    """Only the source that published an article can change it; another's version is its own."""
    said = {draft.identity: draft for draft in drafts}
    if not said:
        return 0
    rows = await session.execute(
        select(Article, Source.full_text)
        .join(Source, Source.id == Article.source_id)
        .where(Article.identity.in_(said), Article.source_id == source_id)
        .options(load_only(*_SAID, raiseload=True))
    )
    changed = 0
    for article, has_pages in rows.all():
        later = _later(article, said[article.identity])
        if has_pages:
            # Its text is the page's, and the feed tells less.
            later.pop("later_text", None)
        if later:
            statement = update(Article).where(Article.id == article.id)
            await session.execute(
                statement.values(changed_at=now, **later),
                execution_options={"synchronize_session": False},
            )
            changed += 1
    return changed


def _later(article: Article, draft: Draft) -> dict[str, str]:
    """What the source says now where it differs from what it last said."""
    was_and_is = {
        "later_title": (article.later_title or article.title, draft.title),
        "later_summary": (article.later_summary or article.summary, draft.summary),
        "later_text": (article.later_text or article.text, draft.text),
    }
    return {
        name: after
        for name, (before, after) in was_and_is.items()
        if after and _differs(before, after)
    }


def _differs(before: str, after: str) -> bool:
    """Whether words changed. What was not there, an affix or a cut at another place is no change."""
    if not before or before == after or normal(before) == normal(after):
        return False
    short, long = sorted((before, after), key=len)
    if long.startswith(short.removesuffix("…")):
        rest = long[len(short) :].lstrip()
        return not short.endswith("…") and rest[:1] not in _OPENING
    return not (long.endswith(short) and long[: -len(short)].rstrip()[-1:] in _CLOSING)
