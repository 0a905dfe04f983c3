"""Whose fault an error is (rule): the database's, which passes, or that of what was asked of it."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError

_PASSING = {"08", "25", "40", "53", "55", "57", "58"}
"""PostgreSQL's classes: connection, transaction, rolled back, full, locked, stopped, system."""


def is_passing(error: Exception) -> bool:
    """The database is away, full, locked or in a deadlock: the same may succeed a moment later."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, OSError)
    if error.connection_invalidated:
        return True
    if isinstance(error, OperationalError):
        return getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR
    return str(getattr(error.orig, "sqlstate", None))[:2] in _PASSING
