"""Indexes by which a province's lists are paged and its year is counted."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COUNTED_BY = [
    *("month", "court_id", "day", "judge_id"),
    *("held", "closed", "eligible", "broadcast", "scored", "points", "reason"),
]


def upgrade() -> None:
    with op.batch_alter_table("sitting_facts", schema=None) as batch_op:
        for name in ("day", "judge_id", "month_court_id"):
            batch_op.drop_index(f"ix_sitting_facts_{name}")
        batch_op.create_index("ix_sitting_facts_month_court_id", COUNTED_BY)
        batch_op.create_index("ix_sitting_facts_judge_id_month", ["judge_id", "month"])
    with op.batch_alter_table("hearings", schema=None) as batch_op:
        batch_op.drop_index("ix_hearings_court_id")
        batch_op.drop_index("ix_hearings_scheduled_start")
        batch_op.create_index(
            "ix_hearings_court_id_scheduled_start", ["court_id", "scheduled_start"]
        )
        batch_op.create_index(
            "ix_hearings_scheduled_start_id", ["scheduled_start", "id", "court_id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("hearings", schema=None) as batch_op:
        batch_op.drop_index("ix_hearings_scheduled_start_id")
        batch_op.drop_index("ix_hearings_court_id_scheduled_start")
        batch_op.create_index("ix_hearings_scheduled_start", ["scheduled_start"])
        batch_op.create_index("ix_hearings_court_id", ["court_id"])
    with op.batch_alter_table("sitting_facts", schema=None) as batch_op:
        batch_op.drop_index("ix_sitting_facts_judge_id_month")
        batch_op.drop_index("ix_sitting_facts_month_court_id")
        batch_op.create_index("ix_sitting_facts_month_court_id", ["month", "court_id"])
        batch_op.create_index("ix_sitting_facts_judge_id", ["judge_id"])
        batch_op.create_index("ix_sitting_facts_day", ["day"])
