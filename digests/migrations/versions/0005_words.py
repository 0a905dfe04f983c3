"""Texts and who says so in each language, and photos that change, in updates and corrections; and a
million readers counted at once.

Revision: 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upwards. An update that waits for its answer keeps the alert's photo and who says so."""
    with op.batch_alter_table("alert_revision", schema=None) as batch_op:
        batch_op.add_column(_by_language("attributions"))
        batch_op.add_column(_no("photo_changed"))
    with op.batch_alter_table("alert_update", schema=None) as batch_op:
        batch_op.add_column(_by_language("others"))
        batch_op.add_column(sa.Column("attribution", sa.Text(), nullable=True))
        batch_op.add_column(_by_language("attributions"))
        batch_op.add_column(sa.Column("photo", sa.Text(), nullable=True))
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.add_column(sa.Column("photo", sa.Text(), nullable=True))
        batch_op.add_column(_no("drops_photo"))
    _carry_over()
    _widen()


def _carry_over() -> None:
    for column in ("attribution", "photo"):
        kept: sa.Select[tuple[str]] = sa.select(sa.column(column)).select_from(
            sa.table("alert_revision")
        )
        was = (
            sa.text("alert_revision.alert_id = alert_update.alert_id"),
            sa.text("alert_revision.revision = alert_update.was_revision"),
        )
        updates = sa.table("alert_update", sa.column(column))
        said = kept.where(*was).correlate(updates).scalar_subquery()
        op.execute(sa.update(updates).values({column: said}))


HOURS = ("timezone", "quiet_from", "quiet_until", "alerts", "at_night")


def _widen() -> None:
    """Whom an alert would reach, and in whose night, is counted from an index alone."""
    with op.batch_alter_table("subscriber", schema=None) as batch_op:
        batch_op.create_index(
            "ix_subscriber_hours", ["taste_id", "breaking_taste_id", *HOURS, "state"], unique=False
        )
    if op.get_bind().dialect.name == "postgresql":
        # Every digest changes its reader: only while they are swept often does the index answer alone.
        op.execute(
            "ALTER TABLE subscriber SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01, "
            "autovacuum_vacuum_threshold = 1000, autovacuum_analyze_scale_factor = 0.05, "
            "autovacuum_vacuum_cost_delay = 0)"
        )


def _by_language(name: str) -> sa.Column[dict[str, str]]:
    return sa.Column(name, sa.JSON(), nullable=False, server_default=sa.text("'{}'"))


def _no(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
