"""What every mapped class starts from: the declarative base, names for constraints, and time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, Integer, MetaData
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, TypeEngine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def microseconds(moment: datetime) -> int:
    """Since 1970: how SQLite keeps a moment."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC, aware in Python: timestamptz on PostgreSQL, microseconds since 1970 on SQLite.

    SQLite has no time type: text would drop the zone and sort by luck, an integer does neither.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column type of this engine."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuses naive times: they are always a mistake here."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time reached the database")
        return microseconds(value) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Back to an aware UTC time."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return _EPOCH + timedelta(microseconds=value)
        return value.astimezone(UTC)  # type: ignore[no-any-return]


def word(kind: type[Any]) -> Enum:
    """A column for a ``StrEnum``, stored as its value in plain text, so that a new word needs no DDL."""
    return Enum(
        kind, native_enum=False, length=16, values_callable=lambda e: [member.value for member in e]
    )


class Base(DeclarativeBase):
    """Every table's parent."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own spelling
        datetime: Instant,
        int: BigInteger().with_variant(Integer(), "sqlite"),
    }
