"""Courts, courtrooms with their ingest keys, judges, staff accounts and their sign-ins."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courtstream.domain.staff import StaffRole
from courtstream.domain.trial import CourtLevel
from courtstream.store.base import Base, word


class Court(Base):
    """法院. `parent_id` makes the tree of the province; `code` begins its case numbers.

    `scoring`: whether hearings are scored here at all; a court may switch it off.
    `approval_chain`: the stages of the broadcast approval; None: those of the court above.
    """

    __tablename__ = "courts"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    name_en: Mapped[str] = mapped_column(default="")
    level: Mapped[CourtLevel] = mapped_column(word(CourtLevel))
    code: Mapped[str] = mapped_column(String(20), default="")
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("courts.id"), index=True)
    demo: Mapped[bool] = mapped_column(default=False)
    scoring: Mapped[bool] = mapped_column(default=True)
    approval_chain: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))


class Division(Base):
    """庭室."""

    __tablename__ = "divisions"
    __table_args__ = (UniqueConstraint("court_id", "name"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"), index=True)
    name: Mapped[str]


class Courtroom(Base):
    """法庭. `seats`: whose microphone each channel of its sound is: `{channel, role, label}`."""

    __tablename__ = "courtrooms"
    __table_args__ = (UniqueConstraint("court_id", "name"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"), index=True)
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    seats: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")

    court: Mapped[Court] = relationship()
    keys: Mapped[list[IngestKey]] = relationship(order_by="IngestKey.created_at")


class IngestKey(Base):
    """推流密钥: only its SHA-256 is kept, and the last four characters to tell keys apart."""

    __tablename__ = "ingest_keys"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    courtroom_id: Mapped[str] = mapped_column(ForeignKey("courtrooms.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    last4: Mapped[str] = mapped_column(String(4))
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(default="")
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str] = mapped_column(default="")
    purpose: Mapped[str] = mapped_column(String(8), default="push")


class PullSource(Base):
    """拉流信号源. `url` has no login in it; `login` is sealed with the installation's secret."""

    __tablename__ = "pull_sources"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    courtroom_id: Mapped[str] = mapped_column(ForeignKey("courtrooms.id"), index=True)
    key_id: Mapped[str] = mapped_column(ForeignKey("ingest_keys.id"))
    url: Mapped[str] = mapped_column(String(600))
    login: Mapped[str] = mapped_column(Text, default="")
    enabled: Mapped[bool] = mapped_column(default=True)
    last_code: Mapped[str] = mapped_column(String(64), default="")
    last_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(default="")


class Judge(Base):
    """法官. `leader`: president, vice-president or division head (院庭长)."""

    __tablename__ = "judges"
    __table_args__ = (UniqueConstraint("court_id", "name"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    court_id: Mapped[str] = mapped_column(ForeignKey("courts.id"), index=True)
    division_id: Mapped[str | None] = mapped_column(ForeignKey("divisions.id"))
    name: Mapped[str]
    title: Mapped[str] = mapped_column(default="审判员")
    leader: Mapped[bool] = mapped_column(default=False)
    demo: Mapped[bool] = mapped_column(default=False)

    court: Mapped[Court] = relationship()


class User(Base):
    """A staff account. `court_id` is its scope; a judge's account points at the judge."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[StaffRole] = mapped_column(word(StaffRole))
    court_id: Mapped[str | None] = mapped_column(ForeignKey("courts.id"))
    judge_id: Mapped[str | None] = mapped_column(ForeignKey("judges.id"))
    active: Mapped[bool] = mapped_column(default=True)
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    last_login_at: Mapped[datetime | None]

    court: Mapped[Court | None] = relationship()
    judge: Mapped[Judge | None] = relationship()


class WebSession(Base):
    """A sign-in. The cookie's random token is kept only as its SHA-256.

    `stage`: `full`, or what is still missing: `second` (a code), `enrol` (a factor to set up).
    `how`: `password`, `totp`, `recovery` or `oidc`. `device`: the kind of browser, not its address.
    """

    __tablename__ = "web_sessions"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime]
    idle_until: Mapped[datetime]
    stage: Mapped[str] = mapped_column(String(8), default="full")
    how: Mapped[str] = mapped_column(String(16), default="password")
    device: Mapped[str] = mapped_column(String(40), default="")
    id_token: Mapped[str] = mapped_column(Text, default="")

    user: Mapped[User] = relationship()
