"""Tables of the publication file and of the text modes, made by the first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def create() -> None:
    """Make them; courts, hearings and participants must be there."""
    op.create_table(
        "approvals",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column("chain", sa.JSON(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "publish", "do_not_publish", name="approvaloutcome", native_enum=False, length=32
            ),
            nullable=True,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_approvals_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sa.UniqueConstraint("hearing_id", name=op.f("uq_approvals_hearing_id")),
    )
    op.create_table(
        "clips",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "cutting",
                "ready",
                "failed",
                name="clipstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("file", sa.String(length=80), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("upto", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(length=64), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_clips_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clips")),
    )
    with op.batch_alter_table("clips", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clips_hearing_id"), ["hearing_id"], unique=False)

    op.create_table(
        "closure_changes",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("added", sa.JSON(), nullable=False),
        sa.Column("removed", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_closure_changes_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure_changes")),
    )
    with op.batch_alter_table("closure_changes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_closure_changes_hearing_id"), ["hearing_id"], unique=False
        )

    op.create_table(
        "entries",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=True),
        sa.Column("end", sa.BigInteger(), nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "J",
                "K",
                "P",
                "D",
                "T",
                "PR",
                "DF",
                "V",
                "L",
                "W",
                "?",
                name="role",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("speaker", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("still", sa.String(length=200), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft", "released", "dropped", name="entrystate", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_entries_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
    )
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.create_index("ix_entries_hearing_id_at", ["hearing_id", "at"], unique=False)

    op.create_table(
        "objections",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column("by_side", sa.String(length=16), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filed_by", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_objections_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
    )
    with op.batch_alter_table("objections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_objections_hearing_id"), ["hearing_id"], unique=False)

    op.create_table(
        "party_notices",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column("participant_id", sa.String(length=40), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_party_notices_hearing_id_hearings")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_party_notices_participant_id_participants"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_notices")),
    )
    with op.batch_alter_table("party_notices", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_party_notices_hearing_id"), ["hearing_id"], unique=False
        )

    op.create_table(
        "verdicts",
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "not_published",
                name="verdictstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("operative", sa.Text(), nullable=False),
        sa.Column("appeal", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("masked", sa.Text(), nullable=False),
        sa.Column("keep", sa.JSON(), nullable=False),
        sa.Column("hide", sa.JSON(), nullable=False),
        sa.Column("clip_id", sa.String(length=40), nullable=False),
        sa.Column("reason_code", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_verdicts_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("hearing_id", name=op.f("pk_verdicts")),
    )
    op.create_table(
        "view_counts",
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_view_counts_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("hearing_id", "day", name=op.f("pk_view_counts")),
    )
    op.create_table(
        "approval_steps",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("approval_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "division",
                "office",
                "vice_president",
                "higher_court",
                name="stage",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "publish", "do_not_publish", name="approvaloutcome", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approvals.id"], name=op.f("fk_approval_steps_approval_id_approvals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_steps")),
    )
    with op.batch_alter_table("approval_steps", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_approval_steps_approval_id"), ["approval_id"], unique=False
        )
    op.create_table(
        "hearing_index",
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("court_id", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "civil",
                "criminal",
                "administrative",
                "compensation",
                "enforcement",
                name="casekind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "procedure",
            sa.Enum(
                "CIV1_ORD",
                "CIV1_SUM",
                "CRI1_ORD",
                "CRI1_SUM",
                "CRI1_FAST",
                "ADM1",
                "CIV2",
                "CRI2",
                "ADM2",
                name="procedure",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "scheduled",
                "admitted",
                "live",
                "interrupted",
                "ended",
                "cancelled",
                name="hearingstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("modes", sa.String(length=200), nullable=False),
        sa.Column("judges", sa.String(length=400), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_hearing_index_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("hearing_id", name=op.f("pk_hearing_index")),
    )
    with op.batch_alter_table("hearing_index", schema=None) as batch_op:
        batch_op.create_index("ix_hearing_index_open_start", ["open", "start"], unique=False)


def drop() -> None:
    """Take them away again."""
    for name in (
        "hearing_index",
        "approval_steps",
        "view_counts",
        "verdicts",
        "party_notices",
        "objections",
        "entries",
        "closure_changes",
        "clips",
        "approvals",
    ):
        op.drop_table(name)
