"""The machines of an installation: which are closed to new hearings, and who had which hearing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from courtstream.store.base import Base


class NodeRow(Base):
    """A node that a person has closed to new hearings; one that is not listed is open."""

    __tablename__ = "nodes"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    cordoned_at: Mapped[datetime | None]
    cordoned_by: Mapped[str] = mapped_column(String(64), default="")


class HearingNode(Base):
    """A node's stay with a hearing: under `epoch`, from the journal's row after `seq` on.

    Only hearings that moved have such rows.
    """

    __tablename__ = "hearing_nodes"

    hearing_id: Mapped[str] = mapped_column(ForeignKey("hearings.id"), primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    node: Mapped[str] = mapped_column(String(64))
    seq: Mapped[int]
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(40), default="")
