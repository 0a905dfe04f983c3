"""Whose fault an error is (rule): the database's, which passes, or that of what was asked of it."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

TROUBLE = (DBAPIError, NoConnectionFree, OSError)
"""What a database raises, or the pool before it: whoever works on and on catches these and tries again."""

_PASSING = {"08", "25", "40", "53", "55", "57", "58"}
"""PostgreSQL's classes: connection, transaction, rolled back, full, locked, stopped, system."""


def is_passing(error: Exception) -> bool:
    """The database is away, full, locked or in a deadlock: the same may succeed a moment later."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, TROUBLE)
    if error.connection_invalidated:
        return True
    if isinstance(error, OperationalError):
        return getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR
    return str(getattr(error.orig, "sqlstate", None))[:2] in _PASSING
