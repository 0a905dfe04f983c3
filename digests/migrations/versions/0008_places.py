"""Where an alert happened, and who says so put right: places, labels of corrections, chosen stories.

Revision: 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upwards. What was written before names no place, and keeps its label."""
    for table in ("alert_revision", "alert_update"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(_places())
    with op.batch_alter_table("correction") as batch_op:
        batch_op.add_column(_places())
        batch_op.add_column(sa.Column("standing", sa.String(16), nullable=True))
        batch_op.add_column(sa.Column("attribution", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column("attributions", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
        )
    with op.batch_alter_table("alert") as batch_op:
        batch_op.add_column(
            sa.Column("story_chosen", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    # Nobody knows any more whether a rule or a person said so: it stays.
    op.execute("UPDATE alert SET story_chosen = true WHERE story_id IS NOT NULL")


def _places() -> sa.Column[list[str]]:
    return sa.Column("places", sa.JSON(), nullable=False, server_default=sa.text("'[]'"))
