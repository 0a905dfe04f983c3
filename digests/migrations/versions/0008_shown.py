"""Who is in quiet hours is counted from an index of their own, and a card may wait for its number.

Revision: 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None

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
