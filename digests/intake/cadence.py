"""Rule: when a source is read again."""

from __future__ import annotations

from datetime import datetime, timedelta

LONGEST_WAIT = timedelta(hours=12)
LONGEST_ASKED = timedelta(hours=24)
"""The most we let a source put us off, whatever it asks for."""
LONGEST_STRETCH = timedelta(hours=6)


def after_success(now: datetime, every: timedelta, asked: timedelta | None = None) -> datetime:
    """The next reading: our interval, or the feed's own when that is longer and not absurd."""
    return now + max(every, min(asked or every, LONGEST_STRETCH))


def after_failure(
    now: datetime, every: timedelta, failures: int, asked: float | None = None, spread: int = 0
) -> datetime:
    """The next try after ``failures`` in a row (1 for the first): doubling, at most 12 hours.

    ``asked`` is the server's Retry-After in seconds and is never undercut, up to a day. ``spread``
    (the source's id) moves tries apart by up to a tenth, so that sources that failed together do
    not come back together.
    """
    wait = min(every * (1 << min(max(failures - 1, 0), 10)), LONGEST_WAIT)
    wait += wait / 10 * ((spread * 7919) % 100) / 100
    if asked is not None:
        wait = max(wait, min(timedelta(seconds=max(asked, 0)), LONGEST_ASKED))
    return now + wait
