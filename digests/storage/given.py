"""Rows handed to a statement as parameters, on both engines: the statement stays the same however many.

PostgreSQL gets one array for each column, SQLite one JSON text. Unlike ``executemany`` it is one
statement, so that it may also join, return and insert.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ARRAY, FromClause, Text, bindparam, func, select, type_coerce
from sqlalchemy.types import TypeEngine

from digests.storage.schema import Instant, microseconds


class Given:
    """A table of what a call is about. Make one at import, for statements that are compiled once."""

    def __init__(self, **columns: TypeEngine[Any]) -> None:
        self._columns = columns
        self._times = [isinstance(kind, Instant) for kind in columns.values()]

    def table(self, dialect: str) -> FromClause:
        """What statements join."""
        return self._from_json() if dialect == "sqlite" else self._from_arrays()

    def bound(self, dialect: str, rows: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
        """The parameters that hold ``rows``, each with a value for every column, in order."""
        if dialect != "sqlite":
            return dict(zip(self._parameters(), map(list, zip(*rows, strict=True)), strict=True))
        if any(self._times):
            rows = [tuple(map(_plain, row)) for row in rows]
        return {"given": orjson.dumps(rows).decode()}

    def _parameters(self) -> list[str]:
        return [f"given_{name}" for name in self._columns]

    def _from_arrays(self) -> FromClause:
        arrays = [
            bindparam(parameter, type_=ARRAY(kind))
            for parameter, kind in zip(self._parameters(), self._columns.values(), strict=True)
        ]
        return func.unnest(*arrays).table_valued(*self._columns).render_derived(name="given")

    def _from_json(self) -> FromClause:
        each = func.json_each(bindparam("given", type_=Text)).table_valued("value")
        found = [
            type_coerce(func.json_extract(each.c.value, f"$[{place}]"), kind).label(name)
            for place, (name, kind) in enumerate(self._columns.items())
        ]
        return select(*found).subquery("given")


def _plain(value: Any) -> Any:
    return microseconds(value) if isinstance(value, datetime) else value
