"""The gate says by how much the worker that claimed last was late.

Revision: 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upwards."""
    with op.batch_alter_table("gate") as table:
        table.add_column(sa.Column("late", sa.Float(), server_default="0", nullable=False))
