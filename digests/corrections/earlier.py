"""Which errors of earlier digests a new one admits (verb)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.release import ProposalState
from digests.corrections.correction import CorrectedSubject, Correction
from digests.editions.edition import Edition, EditionStory

MOST = 3
"""Errors named in one digest: each was told in a message of its own already."""


async def earlier_errors(
    session: AsyncSession, edition: Edition
) -> Sequence[tuple[Correction, Edition]]:
    """Errors in stories of earlier digests for this taste that were put right since the last one, and
    the newest digest that held each."""
    rows = await session.execute(
        select(Correction, Edition)
        .join(EditionStory, EditionStory.story_id == Correction.subject_id)
        .join(Edition, Edition.id == EditionStory.edition_id)
        .where(
            Correction.subject == CorrectedSubject.STORY,
            Correction.state == ProposalState.APPROVED,
            Correction.decided_at > edition.window_start,
            Correction.decided_at <= edition.window_end,
            Edition.taste_id == edition.taste_id,
            Edition.window_end <= edition.window_start,
        )
        .order_by(Correction.id.desc(), Edition.window_end.desc())
    )
    found: dict[int, tuple[Correction, Edition]] = {}
    for correction, digest in rows:
        found.setdefault(correction.id, (correction, digest))
    return list(found.values())[:MOST]
