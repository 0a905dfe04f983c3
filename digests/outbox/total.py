"""What the ledger holds in all: counted on as it grows, so that nobody has to count a million receipts.

A total is of everything that was ever sent: it does not shrink when old receipts are let go.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Row, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from digests.outbox.receipt import Outcome, Receipt
from digests.storage.insertion import insertion
from digests.storage.schema import Base, word

SETTLED = timedelta(minutes=1)
"""By then every receipt of a moment is in the ledger, whichever worker wrote it."""

_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)


class LedgerTotal(Base):
    """The receipts of one outcome up to a moment, which is the same in every row."""

    __tablename__ = "ledger_total"

    outcome: Mapped[Outcome] = mapped_column(word(Outcome), primary_key=True)
    receipts: Mapped[int] = mapped_column(BigInteger, default=0)
    ambiguous: Mapped[int] = mapped_column(BigInteger, default=0)
    """Of these, sent again after an answer was lost."""
    counted_until: Mapped[datetime]


async def count_on(session: AsyncSession, *, now: datetime) -> None:
    """Adds what was settled since the last time. The first time it counts the whole ledger."""
    until = now - SETTLED
    stored = await _locked(session)
    for outcome, receipts, ambiguous in await _counted(session, _moment(stored), until):
        stored[outcome].receipts += receipts
        stored[outcome].ambiguous += ambiguous
    for total in stored.values():
        # A clock that was set back counts nothing twice.
        total.counted_until = max(total.counted_until, until)
    await session.flush()


async def totals(session: AsyncSession) -> tuple[dict[str, int], int]:
    """Receipts by outcome, and the ambiguous among them, up to this moment."""
    stored = {total.outcome: total for total in await session.scalars(select(LedgerTotal))}
    receipts = {str(outcome): total.receipts for outcome, total in stored.items() if total.receipts}
    ambiguous = sum(total.ambiguous for total in stored.values())
    for outcome, more, doubtful in await _counted(session, _moment(stored), None):
        receipts[str(outcome)] = receipts.get(str(outcome), 0) + more
        ambiguous += doubtful
    return receipts, ambiguous


async def _locked(session: AsyncSession) -> dict[Outcome, LedgerTotal]:
    """One worker at a time; made where they are missing."""
    empty = [
        {"outcome": one, "receipts": 0, "ambiguous": 0, "counted_until": _BEFORE_ALL}
        for one in Outcome
    ]
    await session.execute(insertion(session, LedgerTotal).values(empty).on_conflict_do_nothing())
    wanted = select(LedgerTotal).order_by(LedgerTotal.outcome).with_for_update()
    found = await session.scalars(wanted.execution_options(populate_existing=True))
    return {total.outcome: total for total in found}


def _moment(stored: dict[Outcome, LedgerTotal]) -> datetime:
    return min((total.counted_until for total in stored.values()), default=_BEFORE_ALL)


async def _counted(
    session: AsyncSession, since: datetime, until: datetime | None
) -> list[Row[Outcome, int, int]]:
    doubtful = func.sum(case((Receipt.ambiguous, 1), else_=0))
    counted = (
        select(Receipt.outcome, func.count(), doubtful)
        .where(Receipt.sent_at > since)
        .group_by(Receipt.outcome)
    )
    if until is not None:
        counted = counted.where(Receipt.sent_at <= until)
    return list((await session.execute(counted)).all())
