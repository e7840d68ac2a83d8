"""The judges of some courts and whether each is covered: in the order of courts and names, a page
at a time.

A province has more than a thousand; the state is a filter, never an order: nobody is ranked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.rules import indicators as ind
from courtstream.services.paging import Page, cut
from courtstream.store.tables import Court, Judge

PAGE = 50
STATES = ("covered", "open", "na")
COUNTS = ("held", "closed", "eligible", "broadcast", "valid")
"""What a row shows, and all that coverage of judges is counted from."""


@dataclass(frozen=True, slots=True)
class JudgesAsked:
    """Which judges to list: those of one state (empty: all), whose name holds `name`, and the
    page of them; page 0 is the whole list, for reports."""

    state: str = ""
    name: str = ""
    page: int = 0


EVERYONE = JudgesAsked()
_Named = tuple[str, str, str, bool]
"""Judge, name, court's name, whether a leader."""


@dataclass(frozen=True, slots=True)
class JudgeRow:
    """A judge's coverage: `covered`, `open`, or `na` when the law closes every sitting."""

    judge_id: str
    name: str
    court_name: str
    leader: bool
    tally: ind.Tally

    @property
    def state(self) -> str:
        """Covered by a valid broadcast, still open, or not applicable."""
        return _state([self.tally])


@dataclass(frozen=True, slots=True)
class JudgeList:
    """A part of the judges. `states` counts all of them, `part.total` those asked for."""

    part: Page[JudgeRow]
    states: Mapping[str, int]
    asked: JudgesAsked


def listed(session: Session, cells: Sequence[ind.Cell], asked: JudgesAsked) -> JudgeList:
    """The judges of some cells who held a sitting. A page past the end is the last one."""
    own = ind.grouped((c for c in cells if c.judge and c.tally.held), lambda c: c.judge)
    states = {judge: _state([c.tally for c in group]) for judge, group in own.items()}
    named = _ordered(session, cells, asked.name)
    wanted = [j for j in named if _fits(states.get(j[0]), asked.state)]
    part = cut(wanted, asked.page, PAGE if asked.page else max(1, len(wanted)))
    rows = part.showing(JudgeRow(*j, ind.total(c.tally for c in own[j[0]])) for j in part.rows)
    counts = Counter(states.values())
    return JudgeList(rows, {s: counts[s] for s in STATES}, asked)


def _state(tallies: Sequence[ind.Tally]) -> str:
    if any(t.valid for t in tallies):
        return "covered"
    return "open" if any(t.eligible for t in tallies) else "na"


def _fits(state: str | None, asked: str) -> bool:
    return state is not None and asked in {"", state}


def _ordered(session: Session, cells: Sequence[ind.Cell], name: str) -> Sequence[_Named]:
    """The courts' judges, by court and name."""
    query = (
        select(Judge.id, Judge.name, Court.name, Judge.leader)
        .join(Court, Court.id == Judge.court_id)
        .where(Judge.court_id.in_({c.court for c in cells}))
        .order_by(Court.code, Judge.name, Judge.id)
    )
    if name:
        query = query.where(Judge.name.contains(name, autoescape=True))
    return [(i, n, court, leader) for i, n, court, leader in session.execute(query)]
