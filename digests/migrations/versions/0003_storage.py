"""How PostgreSQL keeps what changes all the time, and the ledger by months. SQLite needs neither.

Revision: 0003.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Rows that are written over and over: room for new versions beside the old ones, and dead ones swept
# by their number, not by the table's size.
HOT = (
    "fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500, "
    "autovacuum_vacuum_insert_scale_factor = 0.2, autovacuum_analyze_scale_factor = 0.05, "
    "autovacuum_vacuum_cost_delay = 0"
)


def upgrade() -> None:
    """Upwards."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    for table in ("outbox", "gate", "chat_pace", "dispatch"):
        op.execute(f"ALTER TABLE {table} SET ({HOT})")
    _partition(connection)


def _partition(connection: sa.Connection) -> None:
    indexes = connection.execute(
        sa.text(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() "
            "AND tablename = 'receipt' AND indexname LIKE 'ix%'"
        )
    ).all()
    for name, _ in indexes:
        op.execute(f'DROP INDEX "{name}"')
    op.execute("ALTER TABLE receipt DROP CONSTRAINT pk_receipt")
    op.execute("ALTER TABLE receipt RENAME TO receipt_before")
    op.execute(
        "CREATE TABLE receipt (LIKE receipt_before INCLUDING DEFAULTS INCLUDING CONSTRAINTS, "
        "CONSTRAINT pk_receipt PRIMARY KEY (id, sent_at)) PARTITION BY RANGE (sent_at)"
    )
    op.execute("ALTER SEQUENCE receipt_id_seq OWNED BY receipt.id")
    for _, definition in indexes:
        op.execute(definition)
    op.execute("CREATE TABLE receipt_rest PARTITION OF receipt DEFAULT")
    for month in _months(connection):
        until = _next(month)
        op.execute(
            f"CREATE TABLE receipt_{month:%Y_%m} PARTITION OF receipt "
            f"FOR VALUES FROM ('{month.isoformat()}') TO ('{until.isoformat()}')"
        )
    op.execute("INSERT INTO receipt SELECT * FROM receipt_before")
    op.execute("DROP TABLE receipt_before")


def _months(connection: sa.Connection) -> list[datetime]:
    """From the first receipt's month to the one after next."""
    first, now = connection.execute(
        sa.text("SELECT coalesce(min(sent_at), now()), now() FROM receipt_before")
    ).one()
    month, end = _start(min(first, now)), _next(_next(_start(now)))
    months = [month]
    while months[-1] < end:
        months.append(_next(months[-1]))
    return months


def _start(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _next(month: datetime) -> datetime:
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
