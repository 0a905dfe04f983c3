"""Verbs: articles that are brought to us: files, pushes, posts of channels, forwarded messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.intake.article import Article
from digests.intake.clean import first_sentence, text_of, title_of
from digests.intake.draft import Draft, Origin, draft_of_record
from digests.intake.keep import Kept, keep
from digests.intake.record import Record
from digests.intake.source import Source, SourceKind, SourceState
from digests.intake.sources import find_or_add

_LONGEST_HEADLINE = 200


@dataclass(frozen=True, slots=True)
class Post:
    """A post of a channel, or a message forwarded from one, as plain data.

    ``channel`` is the channel's id as text, ``number`` the post's own, ``link`` its public address
    where it has one. An edited post comes again under the same number.
    """

    channel: str
    channel_title: str
    number: int
    text: str
    posted_at: datetime
    link: str | None = None


async def receive(
    session: AsyncSession,
    records: Iterable[Record],
    *,
    kind: SourceKind,
    sender: str,
    now: datetime,
) -> Kept:
    """Keeps records under the source each names, else under ``sender``.

    What a paused source sends is not kept, and counts as known.
    """
    by_source: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_source[record.source or sender].append(record)
    kept = Kept()
    for name, some in by_source.items():
        source = await find_or_add(session, kind, name, title=name, now=now)
        kept += await _keep_from(session, source, some, now)
    return kept


async def receive_post(session: AsyncSession, post: Post, *, now: datetime) -> Article | None:
    """The article that this post became, or already was; None where it says nothing to keep."""
    source = await find_or_add(
        session,
        SourceKind.CHANNEL,
        post.channel,
        title=title_of(post.channel_title) or post.channel,
        now=now,
    )
    record = _record(post)
    if record is None:
        return None
    await _keep_from(session, source, [record], now)
    draft = draft_of_record(record, origin_of(source), now)
    return (await session.scalars(_same_as(draft, source))).first()


def origin_of(source: Source) -> Origin:
    """What this source lends to its articles."""
    return Origin(source.id, source.language, tuple(source.topics), tuple(source.affixes))


async def _keep_from(
    session: AsyncSession, source: Source, records: list[Record], now: datetime
) -> Kept:
    if source.state in (SourceState.PAUSED, SourceState.GONE):
        return Kept(known=len(records))
    drafts = [draft_of_record(record, origin_of(source), now) for record in records]
    kept = await keep(session, source.id, drafts, now=now)
    source.last_read_at = source.last_ok_at = now
    if kept.new:
        source.last_new_at = now
    return kept


def _record(post: Post) -> Record | None:
    lines = text_of(post.text).split("\n")
    if not lines[0]:
        return None
    headline = lines[0]
    body = "\n".join(lines[1:])
    if len(headline) > _LONGEST_HEADLINE:
        # No headline of its own: the first sentence stands for it, and the text stays whole.
        headline, body = first_sentence(headline, _LONGEST_HEADLINE), "\n".join(lines)
    return Record(
        title=headline,
        url=post.link,
        text=body,
        published_at=post.posted_at,
        guid=f"post {post.number}",
    )


def _same_as(draft: Draft, source: Source) -> Select[Article]:
    known: ColumnElement[bool] = Article.identity == draft.identity
    if draft.text_key:
        known |= (Article.source_id == source.id) & (Article.text_key == draft.text_key)
    return select(Article).where(known).order_by(Article.id).limit(1)
