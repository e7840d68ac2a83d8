"""Errors of the system that people found: kept with the facts, counted, replayed by tests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courtstream.domain.ids import new_id
from courtstream.domain.scoring import HearingFacts, Outcome
from courtstream.services.scoring.facts import facts_of
from courtstream.store.tables import (
    FalsePositive,
    FindingRow,
    Hearing,
    Review,
    ReviewVerdict,
    ScorecardRow,
)

FACTS: TypeAdapter[HearingFacts] = TypeAdapter(HearingFacts)


@dataclass(frozen=True, slots=True)
class SystemErrors:
    """How often people contested a finding, and how often they were right."""

    contested: int
    upheld: int
    dismissed: int

    @property
    def rate(self) -> float | None:
        """Share of answered contests that were right; None before the first answer."""
        answered = self.upheld + self.dismissed
        return self.upheld / answered if answered else None


def keep(session: Session, card: ScorecardRow, finding: FindingRow, now: datetime) -> None:
    """Put a finding that an appeal overturned on file with the facts it came from."""
    hearing = session.get_one(Hearing, card.hearing_id)
    session.add(
        FalsePositive(
            id=new_id("fp"),
            finding_id=finding.id,
            hearing_id=hearing.id,
            item=finding.item,
            standard_version=card.standard_version,
            suggested=finding.suggested,
            facts=nameless(facts_of(session, hearing)),
            at=now,
        )
    )


def nameless(facts: HearingFacts) -> dict[str, Any]:
    """The facts as JSON, without the names of persons and the hearing's number."""
    people = tuple(replace(p, name=p.label) for p in facts.participants)
    plain = replace(facts, hearing_id="", participants=people)
    result: dict[str, Any] = FACTS.dump_python(plain, mode="json")
    return result


def replayable(session: Session) -> list[dict[str, Any]]:
    """Every case as `{item, standard, suggested, facts}`, oldest first, for the test set."""
    return [
        {
            "id": row.id,
            "item": row.item,
            "standard": row.standard_version,
            "suggested": row.suggested.value,
            "right": Outcome.MET.value,
            "facts": row.facts,
        }
        for row in session.scalars(select(FalsePositive).order_by(FalsePositive.at))
    ]


def counted(session: Session) -> SystemErrors:
    """The quality of the system in numbers."""

    def many(verdict: ReviewVerdict) -> int:
        return session.scalar(select(func.count()).where(Review.verdict == verdict)) or 0

    return SystemErrors(
        many(ReviewVerdict.CONTEST), many(ReviewVerdict.UPHOLD), many(ReviewVerdict.DISMISS)
    )
