"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from courtstream.store.migrations import privacy_tables, publication_tables, transcript_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_hash")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_subject"), ["subject"], unique=False)

    op.create_table(
        "courts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "high", "intermediate", "basic", name="courtlevel", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("parent_id", sa.String(length=40), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("scoring", sa.Boolean(), nullable=False),
        sa.Column("approval_chain", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["courts.id"], name=op.f("fk_courts_parent_id_courts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courts")),
        sa.UniqueConstraint("name", name=op.f("uq_courts_name")),
    )
    with op.batch_alter_table("courts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courts_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "cases",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("court_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=False),
        sa.Column("cause", sa.String(length=200), nullable=False),
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
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["court_id"], ["courts.id"], name=op.f("fk_cases_court_id_courts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("court_id", "number", name=op.f("uq_cases_court_id_number")),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cases_cause"), ["cause"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_court_id"), ["court_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_number"), ["number"], unique=False)

    op.create_table(
        "courtrooms",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("court_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["court_id"], ["courts.id"], name=op.f("fk_courtrooms_court_id_courts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courtrooms")),
        sa.UniqueConstraint("court_id", "name", name=op.f("uq_courtrooms_court_id_name")),
    )
    with op.batch_alter_table("courtrooms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courtrooms_court_id"), ["court_id"], unique=False)

    op.create_table(
        "divisions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("court_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["court_id"], ["courts.id"], name=op.f("fk_divisions_court_id_courts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_divisions")),
        sa.UniqueConstraint("court_id", "name", name=op.f("uq_divisions_court_id_name")),
    )
    with op.batch_alter_table("divisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_divisions_court_id"), ["court_id"], unique=False)

    op.create_table(
        "hearings",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.String(length=40), nullable=False),
        sa.Column("court_id", sa.String(length=40), nullable=False),
        sa.Column("courtroom_id", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
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
        sa.Column("scheduled_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scheduled_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actual_start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("actual_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wall_zero", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duration", sa.BigInteger(), nullable=False),
        sa.Column("sole_judge", sa.Boolean(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("closure_codes", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("applications", sa.JSON(), nullable=False),
        sa.Column("waived", sa.JSON(), nullable=False),
        sa.Column("notice_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column(
            "minute_state",
            sa.Enum(
                "LIVE",
                "DELAYED",
                "MUTED",
                "CLOSED",
                "RECESS",
                "OFF",
                name="minutestate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("minute_by", sa.String(length=64), nullable=False),
        sa.Column("minute_why", sa.String(length=200), nullable=False),
        sa.Column("worker_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker_gone", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_hearings_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["court_id"], ["courts.id"], name=op.f("fk_hearings_court_id_courts")
        ),
        sa.ForeignKeyConstraint(
            ["courtroom_id"], ["courtrooms.id"], name=op.f("fk_hearings_courtroom_id_courtrooms")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearings")),
    )
    with op.batch_alter_table("hearings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hearings_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hearings_court_id"), ["court_id"], unique=False)
        batch_op.create_index(
            "ix_hearings_courtroom_id_scheduled_start",
            ["courtroom_id", "scheduled_start"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_hearings_scheduled_start"), ["scheduled_start"], unique=False
        )
        batch_op.create_index(
            "ix_hearings_state_scheduled_start", ["state", "scheduled_start"], unique=False
        )

    op.create_table(
        "ingest_keys",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("courtroom_id", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("last4", sa.String(length=4), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["courtroom_id"], ["courtrooms.id"], name=op.f("fk_ingest_keys_courtroom_id_courtrooms")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ingest_keys")),
        sa.UniqueConstraint("sha256", name=op.f("uq_ingest_keys_sha256")),
    )
    with op.batch_alter_table("ingest_keys", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_ingest_keys_courtroom_id"), ["courtroom_id"], unique=False
        )

    op.create_table(
        "pull_sources",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("courtroom_id", sa.String(length=40), nullable=False),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("url", sa.String(length=600), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("last_code", sa.String(length=64), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["courtroom_id"],
            ["courtrooms.id"],
            name=op.f("fk_pull_sources_courtroom_id_courtrooms"),
        ),
        sa.ForeignKeyConstraint(
            ["key_id"], ["ingest_keys.id"], name=op.f("fk_pull_sources_key_id_ingest_keys")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pull_sources")),
    )
    with op.batch_alter_table("pull_sources", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_pull_sources_courtroom_id"), ["courtroom_id"], unique=False
        )

    op.create_table(
        "judges",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("court_id", sa.String(length=40), nullable=False),
        sa.Column("division_id", sa.String(length=40), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("leader", sa.Boolean(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["court_id"], ["courts.id"], name=op.f("fk_judges_court_id_courts")
        ),
        sa.ForeignKeyConstraint(
            ["division_id"], ["divisions.id"], name=op.f("fk_judges_division_id_divisions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judges")),
        sa.UniqueConstraint("court_id", "name", name=op.f("uq_judges_court_id_name")),
    )
    with op.batch_alter_table("judges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_judges_court_id"), ["court_id"], unique=False)

    op.create_table(
        "participants",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
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
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("side", sa.String(length=20), nullable=False),
        sa.Column("protected", sa.Boolean(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_participants_case_id_cases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participants")),
    )
    with op.batch_alter_table("participants", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participants_case_id"), ["case_id"], unique=False)

    op.create_table(
        "assets",
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("uri", sa.String(length=200), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_assets_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("hearing_id", "seq", name=op.f("pk_assets")),
    )
    with op.batch_alter_table("assets", schema=None) as batch_op:
        batch_op.create_index("ix_assets_hearing_id_kind", ["hearing_id", "kind"], unique=False)

    op.create_table(
        "gate_decisions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column("allowed", sa.JSON(), nullable=False),
        sa.Column(
            "effect",
            sa.Enum(
                "NO_HEARING_PUBLIC",
                "NO_BROADCAST",
                "SEGMENT_CLOSED",
                "MASK",
                "ALWAYS_PUBLIC",
                name="closureeffect",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_gate_decisions_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_decisions")),
    )
    with op.batch_alter_table("gate_decisions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_gate_decisions_hearing_id"), ["hearing_id"], unique=False
        )

    op.create_table(
        "guard_closures",
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_guard_closures_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("hearing_id", "seq", name=op.f("pk_guard_closures")),
    )
    op.create_table(
        "hearing_judges",
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column("judge_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_hearing_judges_hearing_id_hearings")
        ),
        sa.ForeignKeyConstraint(
            ["judge_id"], ["judges.id"], name=op.f("fk_hearing_judges_judge_id_judges")
        ),
        sa.PrimaryKeyConstraint("hearing_id", "judge_id", name=op.f("pk_hearing_judges")),
    )
    with op.batch_alter_table("hearing_judges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hearing_judges_judge_id"), ["judge_id"], unique=False)

    op.create_table(
        "marks",
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("t", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_marks_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("hearing_id", "seq", name=op.f("pk_marks")),
    )
    with op.batch_alter_table("marks", schema=None) as batch_op:
        batch_op.create_index("ix_marks_hearing_id_kind", ["hearing_id", "kind"], unique=False)

    op.create_table(
        "measures",
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("lufs", sa.Double(), nullable=True),
        sa.Column("peak_db", sa.Double(), nullable=True),
        sa.Column("snr_db", sa.Double(), nullable=True),
        sa.Column("black", sa.Boolean(), nullable=False),
        sa.Column("frozen", sa.Boolean(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("clipped", sa.Boolean(), nullable=False),
        sa.Column("faces", sa.Integer(), nullable=False),
        sa.Column("skew", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_measures_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("hearing_id", "seq", name=op.f("pk_measures")),
    )
    op.create_table(
        "minute_changes",
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("t", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "LIVE",
                "DELAYED",
                "MUTED",
                "CLOSED",
                "RECESS",
                "OFF",
                name="minutestate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_minute_changes_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("hearing_id", "seq", name=op.f("pk_minute_changes")),
    )
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_by", sa.String(length=64), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_legal_holds_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
    )
    with op.batch_alter_table("legal_holds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_legal_holds_hearing_id"), ["hearing_id"])
    op.create_table(
        "privacy_policies",
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column("delay", sa.Double(), nullable=False),
        sa.Column("delay_min", sa.Double(), nullable=False),
        sa.Column("delay_max", sa.Double(), nullable=False),
        sa.Column("faces", sa.String(length=16), nullable=False),
        sa.Column("bleep", sa.String(length=16), nullable=False),
        sa.Column("identity_window", sa.Boolean(), nullable=False),
        sa.Column("replay_release", sa.String(length=16), nullable=False),
        sa.Column("picture_text", sa.String(length=16), nullable=False),
        sa.Column("start", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_privacy_policies_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("hearing_id", name=op.f("pk_privacy_policies")),
    )
    op.create_table(
        "publications",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column(
            "mode",
            sa.Enum(
                "live",
                "replay",
                "picture_text",
                "text_clips",
                "verdict",
                name="publicationmode",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "released",
                "withdrawn",
                name="publicationstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_publications_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publications")),
        sa.UniqueConstraint("hearing_id", "mode", name=op.f("uq_publications_hearing_id_mode")),
    )
    with op.batch_alter_table("publications", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_publications_hearing_id"), ["hearing_id"], unique=False
        )

    op.create_table(
        "redactions",
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.Column("track", sa.Integer(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_redactions_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("hearing_id", "seq", name=op.f("pk_redactions")),
    )
    with op.batch_alter_table("redactions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_redactions_hearing_id_start", ["hearing_id", "start"], unique=False
        )

    op.create_table(
        "scorecards",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column("standard", sa.String(length=64), nullable=False),
        sa.Column("standard_version", sa.String(length=64), nullable=False),
        sa.Column("profile", sa.String(length=64), nullable=False),
        sa.Column("total", sa.Double(), nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "suggested",
                "confirmed",
                "contested",
                "final",
                name="scorestate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("barred", sa.JSON(), nullable=False),
        sa.Column("cap", sa.Double(), nullable=False),
        sa.Column("contest_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("final_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_scorecards_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scorecards")),
    )
    with op.batch_alter_table("scorecards", schema=None) as batch_op:
        batch_op.create_index(
            "ix_scorecards_hearing_id_current", ["hearing_id", "current"], unique=False
        )

    op.create_table(
        "segments",
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("uri", sa.String(length=200), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("pdt", sa.String(length=40), nullable=False),
        sa.Column("discontinuity", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_segments_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("hearing_id", "n", name=op.f("pk_segments")),
    )
    op.create_table(
        "streams",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column("courtroom_id", sa.String(length=40), nullable=False),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.Column("protocol", sa.String(length=16), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_code", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["courtroom_id"], ["courtrooms.id"], name=op.f("fk_streams_courtroom_id_courtrooms")
        ),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_streams_hearing_id_hearings")
        ),
        sa.ForeignKeyConstraint(
            ["key_id"], ["ingest_keys.id"], name=op.f("fk_streams_key_id_ingest_keys")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_streams")),
    )
    with op.batch_alter_table("streams", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_streams_courtroom_id"), ["courtroom_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_streams_hearing_id"), ["hearing_id"], unique=False)

    op.create_table(
        "users",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "clerk",
                "judge",
                "head",
                "office",
                "admin",
                name="staffrole",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("court_id", sa.String(length=40), nullable=True),
        sa.Column("judge_id", sa.String(length=40), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["court_id"], ["courts.id"], name=op.f("fk_users_court_id_courts")),
        sa.ForeignKeyConstraint(["judge_id"], ["judges.id"], name=op.f("fk_users_judge_id_judges")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("login", name=op.f("uq_users_login")),
    )
    op.create_table(
        "utterances",
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
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
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft_asr",
                "checked",
                "signed",
                name="transcriptstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_utterances_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("hearing_id", "seq", name=op.f("pk_utterances")),
    )
    with op.batch_alter_table("utterances", schema=None) as batch_op:
        batch_op.create_index(
            "ix_utterances_hearing_id_start", ["hearing_id", "start"], unique=False
        )

    op.create_table(
        "findings",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("scorecard_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("title_zh", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "met",
                "not_found",
                "unclear",
                "not_applicable",
                name="outcome",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("points", sa.Double(), nullable=False),
        sa.Column("method", sa.String(length=200), nullable=False),
        sa.Column("basis", sa.String(length=300), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column(
            "suggested",
            sa.Enum(
                "met",
                "not_found",
                "unclear",
                "not_applicable",
                name="outcome",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("loss", sa.Double(), nullable=False),
        sa.Column("critical", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["scorecard_id"], ["scorecards.id"], name=op.f("fk_findings_scorecard_id_scorecards")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
    )
    with op.batch_alter_table("findings", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_findings_scorecard_id"), ["scorecard_id"], unique=False
        )

    op.create_table(
        "web_sessions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_web_sessions_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_sessions")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_web_sessions_token_sha256")),
    )
    with op.batch_alter_table("web_sessions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_web_sessions_expires_at"), ["expires_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_web_sessions_user_id"), ["user_id"], unique=False)

    op.create_table(
        "reviews",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("finding_id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "confirm",
                "correct",
                "contest",
                "explain",
                "uphold",
                "dismiss",
                "bonus",
                name="reviewverdict",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("points", sa.Double(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "met",
                "not_found",
                "unclear",
                "not_applicable",
                name="outcome",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["findings.id"], name=op.f("fk_reviews_finding_id_findings")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_reviews_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reviews_finding_id"), ["finding_id"], unique=False)

    op.create_table(
        "standards",
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("based_on", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_standards")),
    )
    op.create_table(
        "leaks",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_leaks_hearing_id_hearings")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_leaks_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaks")),
    )
    with op.batch_alter_table("leaks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_leaks_hearing_id"), ["hearing_id"], unique=False)

    op.create_table(
        "false_positives",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("finding_id", sa.String(length=40), nullable=False),
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("standard_version", sa.String(length=64), nullable=False),
        sa.Column(
            "suggested",
            sa.Enum(
                "met",
                "not_found",
                "unclear",
                "not_applicable",
                name="outcome",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["findings.id"], name=op.f("fk_false_positives_finding_id_findings")
        ),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_false_positives_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_false_positives")),
    )
    with op.batch_alter_table("false_positives", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_false_positives_hearing_id"), ["hearing_id"], unique=False
        )

    publication_tables.create()
    transcript_tables.create()
    privacy_tables.create()


def downgrade() -> None:
    privacy_tables.drop()
    transcript_tables.drop()
    publication_tables.drop()
    with op.batch_alter_table("false_positives", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_false_positives_hearing_id"))

    op.drop_table("false_positives")
    with op.batch_alter_table("leaks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_leaks_hearing_id"))

    op.drop_table("leaks")
    op.drop_table("standards")
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reviews_finding_id"))

    op.drop_table("reviews")
    with op.batch_alter_table("web_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_web_sessions_user_id"))
        batch_op.drop_index(batch_op.f("ix_web_sessions_expires_at"))

    op.drop_table("web_sessions")
    with op.batch_alter_table("findings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_findings_scorecard_id"))

    op.drop_table("findings")
    with op.batch_alter_table("utterances", schema=None) as batch_op:
        batch_op.drop_index("ix_utterances_hearing_id_start")

    op.drop_table("utterances")
    op.drop_table("users")
    with op.batch_alter_table("streams", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_streams_hearing_id"))
        batch_op.drop_index(batch_op.f("ix_streams_courtroom_id"))

    op.drop_table("streams")
    op.drop_table("segments")
    with op.batch_alter_table("scorecards", schema=None) as batch_op:
        batch_op.drop_index("ix_scorecards_hearing_id_current")

    op.drop_table("scorecards")
    with op.batch_alter_table("redactions", schema=None) as batch_op:
        batch_op.drop_index("ix_redactions_hearing_id_start")

    op.drop_table("redactions")
    with op.batch_alter_table("publications", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_publications_hearing_id"))

    op.drop_table("publications")
    op.drop_table("privacy_policies")
    with op.batch_alter_table("legal_holds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_legal_holds_hearing_id"))
    op.drop_table("legal_holds")
    op.drop_table("minute_changes")
    op.drop_table("measures")
    with op.batch_alter_table("marks", schema=None) as batch_op:
        batch_op.drop_index("ix_marks_hearing_id_kind")

    op.drop_table("marks")
    with op.batch_alter_table("hearing_judges", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hearing_judges_judge_id"))

    op.drop_table("hearing_judges")
    op.drop_table("guard_closures")
    with op.batch_alter_table("gate_decisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_gate_decisions_hearing_id"))

    op.drop_table("gate_decisions")
    with op.batch_alter_table("assets", schema=None) as batch_op:
        batch_op.drop_index("ix_assets_hearing_id_kind")

    op.drop_table("assets")
    with op.batch_alter_table("participants", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_participants_case_id"))

    op.drop_table("participants")
    with op.batch_alter_table("judges", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_judges_court_id"))

    op.drop_table("judges")
    with op.batch_alter_table("ingest_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ingest_keys_courtroom_id"))

    op.drop_table("ingest_keys")
    with op.batch_alter_table("hearings", schema=None) as batch_op:
        batch_op.drop_index("ix_hearings_state_scheduled_start")
        batch_op.drop_index(batch_op.f("ix_hearings_scheduled_start"))
        batch_op.drop_index("ix_hearings_courtroom_id_scheduled_start")
        batch_op.drop_index(batch_op.f("ix_hearings_court_id"))
        batch_op.drop_index(batch_op.f("ix_hearings_case_id"))

    op.drop_table("hearings")
    with op.batch_alter_table("divisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_divisions_court_id"))

    op.drop_table("divisions")
    with op.batch_alter_table("courtrooms", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_courtrooms_court_id"))

    op.drop_table("courtrooms")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cases_number"))
        batch_op.drop_index(batch_op.f("ix_cases_court_id"))
        batch_op.drop_index(batch_op.f("ix_cases_cause"))

    op.drop_table("cases")
    with op.batch_alter_table("courts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_courts_parent_id"))

    op.drop_table("courts")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_subject"))
        batch_op.drop_index(batch_op.f("ix_audit_action"))

    op.drop_table("audit")
