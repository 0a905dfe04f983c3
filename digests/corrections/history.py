"""What was corrected so far (verb): for whoever shows an alert or a story as it stands now."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from digests.alerts.release import ProposalState
from digests.corrections.correction import CorrectedSubject, Correction


async def history(
    session: AsyncSession, subject: CorrectedSubject, subject_id: int, revision: int
) -> Sequence[Correction]:
    """The approved corrections that ``revision`` shows, newest first."""
    wanted = select(Correction).where(
        Correction.subject == subject,
        Correction.subject_id == subject_id,
        Correction.state == ProposalState.APPROVED,
        Correction.now_revision <= revision,
    )
    return (await session.scalars(wanted.order_by(Correction.id.desc()))).all()
