"""What may have arrived before says when it leaves again.

Revision: 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upwards."""
    with op.batch_alter_table("outbox") as table:
        table.add_column(
            sa.Column("departed", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
