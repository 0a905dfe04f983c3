"""Texts and who says so in each language, and photos that change, in updates and corrections.

Revision: 0005, after 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"
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
    for column in ("attribution", "photo"):
        op.execute(
            f"UPDATE alert_update SET {column} = (SELECT was.{column} FROM alert_revision AS was "
            "WHERE was.alert_id = alert_update.alert_id "
            "AND was.revision = alert_update.was_revision)"
        )


def _by_language(name: str) -> sa.Column[dict[str, str]]:
    return sa.Column(name, sa.JSON(), nullable=False, server_default=sa.text("'{}'"))


def _no(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
