"""Tables of seat zones and of the second pass, made by the first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

_STATES = ("waiting", "running", "done", "failed", "waived")


def create() -> None:
    """Make them; courtrooms and hearings must be there."""
    op.create_table(
        "zone_maps",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("courtroom_id", sa.String(length=40), nullable=False),
        sa.Column("hearing_id", sa.String(length=40), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["courtroom_id"], ["courtrooms.id"], name=op.f("fk_zone_maps_courtroom_id_courtrooms")
        ),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_zone_maps_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone_maps")),
    )
    op.create_index(
        "ix_zone_maps_courtroom_id_hearing_id", "zone_maps", ["courtroom_id", "hearing_id"]
    )
    op.create_table(
        "view_stills",
        sa.Column("courtroom_id", sa.String(length=40), nullable=False),
        sa.Column("view", sa.String(length=40), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.JSON(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["courtroom_id"],
            ["courtrooms.id"],
            name=op.f("fk_view_stills_courtroom_id_courtrooms"),
        ),
        sa.PrimaryKeyConstraint("courtroom_id", "view", name=op.f("pk_view_stills")),
    )
    op.create_table(
        "second_passes",
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*_STATES, name="passstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("done", sa.Double(), nullable=False),
        sa.Column("length", sa.Double(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("replaced", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_second_passes_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("hearing_id", name=op.f("pk_second_passes")),
    )
    op.create_table(
        "moments",
        sa.Column("hearing_id", sa.String(length=40), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("t", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(length=32), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("visible", sa.Double(), nullable=False),
        sa.Column("box", sa.JSON(), nullable=False),
        sa.Column("image", sa.String(length=40), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum("harmless", "hide", name="momentverdict", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remade", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_moments_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("hearing_id", "n", name=op.f("pk_moments")),
    )


def drop() -> None:
    """Take them away again."""
    for table in ("moments", "second_passes", "view_stills", "zone_maps"):
        op.drop_table(table)
