"""What the desk, the readers and the ledger came to need.

Revision: 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digests.storage.schema import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upwards."""
    with op.batch_alter_table("gate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stopped_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("stopped_told_at", Instant(), nullable=True))

    with op.batch_alter_table("subscriber", schema=None) as batch_op:
        batch_op.add_column(sa.Column("suspension_told_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("added_by", sa.BigInteger(), nullable=True))
