"""Recordings that were brought after the hearing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "late_uploads",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("length", sa.Double(), nullable=False),
        sa.Column("done", sa.Double(), nullable=False),
        sa.Column("began", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clock", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clock_from", sa.String(length=40), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_late_uploads_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_uploads")),
    )
    with op.batch_alter_table("late_uploads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_late_uploads_hearing_id"), ["hearing_id"])


def downgrade() -> None:
    op.drop_table("late_uploads")
