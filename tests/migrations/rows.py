"""A row in every table of a database as it stands, made up from its columns alone.

Nothing of the code's nouns is used: an old revision's tables are not those the code describes.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    insert,
    select,
)

Rows = dict[str, list[dict[str, Any]]]

AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
_OURS = ("alembic_version",)


def tables(connection: Connection) -> list[Table]:
    """Every table of ours, parents before children; neither indexes' own nor a table's partitions."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [
        table
        for table in metadata.sorted_tables
        if table.name not in _OURS and "_terms" not in table.name and "receipt_" not in table.name
    ]


def fill(connection: Connection) -> None:
    """Writes one row into each table, every column set."""
    for table in tables(connection):
        connection.execute(insert(table).values(row_for(table)))


def row_for(table: Table) -> dict[str, Any]:
    """One row, every column set."""
    return {column.name: _value(column) for column in table.columns}


def read(connection: Connection) -> Rows:
    """All there is, by table."""
    return {
        table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
        for table in tables(connection)
    }


def _value(column: Column[Any]) -> Any:
    """Something that fits the type; a key and whatever refers to it are 1."""
    kind = column.type
    if isinstance(kind, Integer) and (column.primary_key or column.foreign_keys):
        return 1
    match kind:
        case Boolean():
            return True
        case DateTime():
            return AT if kind.timezone else AT.replace(tzinfo=None)
        case Date():
            return date(2026, 11, 23)
        case JSON():
            return {"word": "слово"}
        case Float():
            return 1.5
        case Integer():
            return 7
        case LargeBinary():
            return b"\x00\xff"
        case String() | Text():
            return _text(column)
    raise TypeError(f"{column}: no value for {kind!r}")


def _text(column: Column[Any]) -> str:
    longest = getattr(column.type, "length", None) or 200
    return f"{column.name} — слово"[:longest]
