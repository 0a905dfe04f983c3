"""What was written and never read is kept no longer; a dialogue is with one person, in their private chat.

Revision: 0010.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

UNREAD = {
    "alert": ["author_id"],
    "dispatch": ["created_by", "done_at"],
    "matter": ["settled_by"],
    "report": ["answered_by"],
    "worker": ["roles"],
}


def upgrade() -> None:
    """Upwards. Who did what stands in the audit log; PostgreSQL rewrites no table for this."""
    for table, columns in UNREAD.items():
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.drop_column(column)
    _one_dialogue_a_person()


def _one_dialogue_a_person() -> None:
    newest = "SELECT max(id) FROM dialogue WHERE chat_id = user_id GROUP BY user_id"
    op.execute(f"DELETE FROM dialogue WHERE id NOT IN ({newest})")  # noqa: S608 - nothing from outside
    last = _last_number()
    with op.batch_alter_table("dialogue", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint(op.f("uq_dialogue_chat_id_user_id"), type_="unique")
        batch_op.drop_column("user_id")
        batch_op.create_unique_constraint(op.f("uq_dialogue_chat_id"), ["chat_id"])
    if last is not None:
        # Made anew, the table would count from its rows: an old button could answer a new question.
        op.execute("DELETE FROM sqlite_sequence WHERE name = 'dialogue'")
        counted = sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('dialogue', :last)")
        op.execute(counted.bindparams(last=last))


def _last_number() -> int | None:
    """SQLite's, of the newest dialogue there ever was."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return None
    wanted = sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'dialogue'")
    last: int | None = connection.scalar(wanted)
    return last
