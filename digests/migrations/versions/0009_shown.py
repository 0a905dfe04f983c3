"""Who is in quiet hours is counted from an index of their own, a card may wait for its number, and the
archive has photos.

Revision: 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digests.storage.schema import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HOURS = ("quiet_from", "quiet_until", "timezone", "alerts", "at_night")


def upgrade() -> None:
    """Upwards."""
    nights = sa.text("quiet_from IS NOT NULL")
    with op.batch_alter_table("subscriber", schema=None) as batch_op:
        batch_op.drop_index("ix_subscriber_hours")
        batch_op.create_index(
            "ix_subscriber_nights",
            ["state", *HOURS, "taste_id", "breaking_taste_id"],
            unique=False,
            sqlite_where=nights,
            postgresql_where=nights,
        )
    wanted = sa.text("message_id IS NULL OR dealing_until IS NOT NULL")
    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.drop_index("ix_card_wanted")
        batch_op.create_index(
            "ix_card_wanted", ["id"], unique=False, sqlite_where=wanted, postgresql_where=wanted
        )
    op.create_table(
        "public_photo",
        sa.Column("alert_id", NUMBER, nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("tries", NUMBER, nullable=False),
        sa.Column("tried_at", Instant(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=True),
        sa.Column("width", NUMBER, nullable=True),
        sa.Column("height", NUMBER, nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_public_photo_alert_id")),
        sa.PrimaryKeyConstraint("alert_id", "name", name=op.f("pk_public_photo")),
    )
