"""Whose microphone each channel of a courtroom's sound is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("courtrooms", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seats", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("courtrooms", schema=None) as batch_op:
        batch_op.drop_column("seats")
