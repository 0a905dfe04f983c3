"""Stories are followed and muted: what followers know, story news, and editions that leave stories out.

Revision: 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digests.storage.schema import Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BEFORE = ["taste_id", "window_start", "window_end"]


def upgrade() -> None:
    """Upwards."""
    op.create_table(
        "story_news",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("story_id", NUMBER, nullable=False),
        sa.Column("was_revision", NUMBER, nullable=False),
        sa.Column("now_revision", NUMBER, nullable=False),
        sa.Column("revision", NUMBER, nullable=False),
        sa.Column("news_at", Instant(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name=op.f("fk_story_news_story_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story_news")),
        sa.UniqueConstraint(
            "story_id",
            "was_revision",
            "now_revision",
            name=op.f("uq_story_news_story_id_was_revision_now_revision"),
        ),
    )
    with op.batch_alter_table("story_news") as batch_op:
        batch_op.create_index("ix_story_news_made_at", ["made_at"], unique=False)
    with op.batch_alter_table("alert") as batch_op:
        batch_op.create_index(
            "ix_alert_story",
            ["story_id"],
            unique=False,
            sqlite_where=sa.text("story_id IS NOT NULL"),
            postgresql_where=sa.text("story_id IS NOT NULL"),
        )
    with op.batch_alter_table("dispatch") as batch_op:
        batch_op.add_column(sa.Column("since_revision", NUMBER, nullable=True))
    with op.batch_alter_table("edition") as batch_op:
        batch_op.add_column(sa.Column("left_out", sa.Text(), server_default="", nullable=False))
        batch_op.drop_constraint(op.f(f"uq_edition_{'_'.join(BEFORE)}"), type_="unique")
        batch_op.create_unique_constraint(
            op.f(f"uq_edition_{'_'.join(BEFORE)}_left_out"), [*BEFORE, "left_out"]
        )
    _follow()


def _follow() -> None:
    with op.batch_alter_table("following") as batch_op:
        batch_op.add_column(sa.Column("message_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("told_revision", NUMBER, nullable=True))
        batch_op.add_column(sa.Column("told_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("asleep_until", Instant(), nullable=True))
        batch_op.create_index(
            "ix_following_told",
            ["about", "told_revision"],
            unique=False,
            sqlite_where=sa.text("told_revision IS NOT NULL"),
            postgresql_where=sa.text("told_revision IS NOT NULL"),
        )
    # Who follows a story already is told of what comes from now on.
    op.execute(
        "UPDATE following SET told_revision = (SELECT story.revision FROM story "
        "WHERE 'story:' || story.id = following.about) "
        "WHERE wish = 'follow' AND about LIKE 'story:%'"
    )
