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
    op.create_table(
        "held",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dispatch_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger(), nullable=True),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("held_at", Instant(), nullable=False),
        sa.Column("wakes_at", Instant(), nullable=False),
        sa.Column("woken_by", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held")),
    )
    with op.batch_alter_table("held", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_held_chat_id"), ["chat_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_held_dispatch_id"), ["dispatch_id"], unique=False)
        batch_op.create_index("ix_held_subject", ["subject_id", "subscriber_id"], unique=False)
        batch_op.create_index(
            "ix_held_waiting",
            ["subscriber_id"],
            unique=False,
            sqlite_where=sa.text("state = 'held'"),
            postgresql_where=sa.text("state = 'held'"),
        )
        batch_op.create_index(
            "ix_held_waking",
            ["wakes_at"],
            unique=False,
            sqlite_where=sa.text("state = 'held'"),
            postgresql_where=sa.text("state = 'held'"),
        )
        batch_op.create_index(
            "ix_held_woken",
            ["woken_by", "subscriber_id"],
            unique=False,
            sqlite_where=sa.text("woken_by IS NOT NULL"),
            postgresql_where=sa.text("woken_by IS NOT NULL"),
        )

    op.create_table(
        "invitation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_invitation_code_hash")),
    )
    op.create_table(
        "ledger_total",
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("receipts", sa.BigInteger(), nullable=False),
        sa.Column("ambiguous", sa.BigInteger(), nullable=False),
        sa.Column("counted_until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("outcome", name=op.f("pk_ledger_total")),
    )
    op.create_table(
        "matter",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=96), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("told_at", Instant(), nullable=True),
        sa.Column("waits_until", Instant(), nullable=True),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("settled_by", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_matter_kind_key")),
    )
    with op.batch_alter_table("matter", schema=None) as batch_op:
        batch_op.create_index(
            "ix_matter_open",
            ["kind", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "waking",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=512), nullable=False),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waking")),
        sa.UniqueConstraint("key", name=op.f("uq_waking_key")),
    )
    op.create_table(
        "matter_notice",
        sa.Column(
            "matter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "notice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["matter_id"],
            ["matter.id"],
            name=op.f("fk_matter_notice_matter_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["notice.id"],
            name=op.f("fk_matter_notice_notice_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("matter_id", "notice_id", name=op.f("pk_matter_notice")),
    )
    with op.batch_alter_table("matter_notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_matter_notice_notice_id"), ["notice_id"], unique=False)

    op.create_table(
        "alert_update",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("alert_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column(
            "was_revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "now_revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("standing", sa.String(length=16), nullable=False),
        sa.Column("sounds", sa.Boolean(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=True),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_update_alert_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_update")),
    )
    with op.batch_alter_table("alert_update", schema=None) as batch_op:
        batch_op.create_index("ix_alert_update_alert", ["alert_id", "id"], unique=False)

    op.create_table(
        "dropped_article",
        sa.Column(
            "article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("dropped_at", Instant(), nullable=False),
        sa.Column("look_at", Instant(), nullable=True),
        sa.Column("missing_since", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f("fk_dropped_article_article_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_dropped_article")),
    )
    with op.batch_alter_table("dropped_article", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dropped_article_look_at"), ["look_at"], unique=False)

    op.create_table(
        "following",
        sa.Column(
            "subscriber_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("about", sa.String(length=32), nullable=False),
        sa.Column("wish", sa.String(length=16), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_following_subscriber_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "about", name=op.f("pk_following")),
    )
    with op.batch_alter_table("following", schema=None) as batch_op:
        batch_op.create_index(
            "ix_following_about", ["about", "wish", "subscriber_id"], unique=False
        )
        batch_op.create_index("ix_following_until", ["until"], unique=False)

    op.create_table(
        "waking_alert",
        sa.Column(
            "waking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("alert_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "alert_revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_waking_alert_alert_id")),
        sa.ForeignKeyConstraint(
            ["waking_id"], ["waking.id"], name=op.f("fk_waking_alert_waking_id")
        ),
        sa.PrimaryKeyConstraint("waking_id", "alert_id", name=op.f("pk_waking_alert")),
    )
    with op.batch_alter_table("waking_alert", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waking_alert_alert_id"), ["alert_id"], unique=False)

    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.add_column(sa.Column("proposed_by", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("proposed_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("refused_by", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("refusal", sa.Text(), nullable=True))
        batch_op.create_index(
            "ix_alert_undecided",
            ["id"],
            unique=False,
            sqlite_where=sa.text("state IN ('proposed', 'scheduled')"),
            postgresql_where=sa.text("state IN ('proposed', 'scheduled')"),
        )

    with op.batch_alter_table("alert_revision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("photo", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("release_at", Instant(), nullable=True))

    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.add_column(sa.Column("later_text", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_at", Instant(), nullable=True))
        batch_op.create_index(
            "ix_article_changed_at",
            ["changed_at"],
            unique=False,
            sqlite_where=sa.text("changed_at IS NOT NULL"),
            postgresql_where=sa.text("changed_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_article_source_published", ["source_id", "published_at"], unique=False
        )

    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.add_column(sa.Column("other_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(
            sa.Column("other_print", sa.String(length=64), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("shape", sa.String(length=64), server_default="1", nullable=False)
        )
        batch_op.add_column(sa.Column("dealing_until", Instant(), nullable=True))
        batch_op.alter_column("preview_id", existing_type=sa.BIGINT(), nullable=True)
        batch_op.alter_column("message_id", existing_type=sa.BIGINT(), nullable=True)
        batch_op.create_index(
            "ix_card_wanted",
            ["id"],
            unique=False,
            sqlite_where=sa.text("message_id IS NULL"),
            postgresql_where=sa.text("message_id IS NULL"),
        )

    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asked_at", Instant(), nullable=True))

    with op.batch_alter_table("dispatch", schema=None) as batch_op:
        batch_op.add_column(sa.Column("about", sa.String(length=32), nullable=True))

    with op.batch_alter_table("gate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stopped_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("stopped_told_at", Instant(), nullable=True))

    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "revision",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                server_default="1",
                nullable=False,
            )
        )

    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.create_index(
            "ix_receipt_not_arrived",
            ["sent_at"],
            unique=False,
            sqlite_where=sa.text("outcome IN ('failed', 'unknown')"),
            postgresql_where=sa.text("outcome IN ('failed', 'unknown')"),
        )

    with op.batch_alter_table("story", schema=None) as batch_op:
        batch_op.add_column(sa.Column("set_standing", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("set_severity", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("judged_standing", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("judged_severity", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("places", sa.JSON(), server_default="[]", nullable=False))

    with op.batch_alter_table("subscriber", schema=None) as batch_op:
        batch_op.add_column(sa.Column("suspension_told_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("set_up_by", sa.BigInteger(), nullable=True))
        batch_op.add_column(
            sa.Column("at_night", sa.String(length=16), server_default="qqq", nullable=False)
        )
        batch_op.add_column(
            sa.Column(
                "breaking_taste_id",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                nullable=True,
            )
        )
        batch_op.add_column(
            sa.Column("length", sa.String(length=16), server_default="usual", nullable=False)
        )
        batch_op.add_column(
            sa.Column("wants_map", sa.Boolean(), server_default=sa.text("(false)"), nullable=False)
        )
        batch_op.drop_index(batch_op.f("ix_subscriber_taste_id"))
        batch_op.create_index(
            "ix_subscriber_breaking_taste", ["breaking_taste_id", "state", "alerts"], unique=False
        )
        batch_op.create_index(
            "ix_subscriber_not_active",
            ["state"],
            unique=False,
            sqlite_where=sa.text("state <> 'active'"),
            postgresql_where=sa.text("state <> 'active'"),
        )
        batch_op.create_index(
            "ix_subscriber_taste",
            ["taste_id", "breaking_taste_id", "state", "alerts"],
            unique=False,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_subscriber_breaking_taste_id"), "taste", ["breaking_taste_id"], ["id"]
        )

    with op.batch_alter_table("taste", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("length", sa.String(length=16), server_default="usual", nullable=False)
        )
        batch_op.add_column(
            sa.Column("has_map", sa.Boolean(), server_default=sa.text("(false)"), nullable=False)
        )
