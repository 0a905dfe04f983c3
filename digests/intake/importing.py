"""Import of a file: read in batches, each kept in a transaction of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from digests.intake.files import BadLine, Batch, batches
from digests.intake.keep import Kept
from digests.intake.receive import receive
from digests.intake.source import SourceKind
from digests.storage.database import Database

MOST_REPORTED = 1_000
"""Bad lines held in a report; all are counted, and all pass through ``progress``."""


@dataclass(slots=True)
class ImportReport:
    """What became of a file."""

    kept: Kept = field(default_factory=Kept)
    bad: list[BadLine] = field(default_factory=list)
    bad_count: int = 0


async def import_articles(
    database: Database,
    stream: BinaryIO,
    *,
    name: str,
    now: Callable[[], datetime],
    progress: Callable[[Batch], None] | None = None,
) -> ImportReport:
    """Keeps the good lines of a JSON Lines file under the source ``name``, or the one a line names.

    Importing the same file again changes nothing. ``progress`` is called after each batch.
    """
    report = ImportReport()
    pending = batches(stream)
    while (batch := await asyncio.to_thread(next, pending, None)) is not None:
        if batch.records:
            async with database.write() as session:
                report.kept += await receive(
                    session, batch.records, kind=SourceKind.FILE, sender=name, now=now()
                )
        report.bad_count += len(batch.bad)
        report.bad += batch.bad[: MOST_REPORTED - len(report.bad)]
        if progress is not None:
            progress(batch)
    return report
