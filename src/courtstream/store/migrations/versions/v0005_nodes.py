"""Machines of a cluster and hearings that moved between them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nodes",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("cordoned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cordoned_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_nodes")),
    )
    op.create_table(
        "hearing_nodes",
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_hearing_nodes_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("hearing_id", "epoch", name=op.f("pk_hearing_nodes")),
    )


def downgrade() -> None:
    op.drop_table("hearing_nodes")
    op.drop_table("nodes")
