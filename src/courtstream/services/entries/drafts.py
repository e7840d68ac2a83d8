"""图文直播 drafts: stable masked words and redacted stills, cut at speaker and step changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courtstream.domain.ids import new_id
from courtstream.domain.time import SECOND, MediaTime, to_seconds
from courtstream.domain.trial import HearingState, PublicationMode
from courtstream.services.publication import heard, shape
from courtstream.services.publication.heard import HeardLine
from courtstream.services.scoring.steps_now import StepsNow, step_at
from courtstream.store.tables import Asset, EntryRow, EntryState, Hearing

LONGEST = 180
"""Characters after which a monologue becomes the next entry, at a line's end."""

BREATH: MediaTime = 4 * SECOND
"""Without known speakers a pause this long begins a new entry."""

SETTLED: MediaTime = 8 * SECOND
"""An entry is drafted once this much has aired after it, or another speaker has begun."""


@dataclass(slots=True)
class Passage:
    """Lines of one speaker within one step."""

    step: str
    lines: list[HeardLine] = field(default_factory=list)

    @property
    def start(self) -> MediaTime:
        """When its first line begins."""
        return self.lines[0].start

    @property
    def end(self) -> MediaTime:
        """When its last line ends."""
        return self.lines[-1].end

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "".join(line.text for line in self.lines)


def draft(session: Session, hearing_id: str, steps: StepsNow, now: datetime) -> int:
    """Draft what has aired and settled since the last time; how many entries were made.

    Nothing is drafted where the policy says so, where the gate keeps the mode closed, or of words
    the public could not hear. With the policy `automatic` drafts are released at once.
    """
    hearing = session.get(Hearing, hearing_id)
    if hearing is None or not wanted(hearing):
        return 0
    covered = _covered(session, hearing_id)
    lines = heard.heard_lines(session, hearing, start=covered)
    aired, over = heard.reached(session, hearing), hearing.state is HearingState.ENDED
    found = steps.of(session, hearing) if lines else ()
    passages = list(cut(lines, [(line.start, step_at(found, line.start)) for line in lines]))
    ready = [p for n, p in enumerate(passages) if _settled(p, n, passages, aired, over)]
    for passage in ready:
        session.add(_entry(session, hearing, passage))
    session.flush()
    return len(ready)


def wanted(hearing: Hearing) -> bool:
    """Whether entries may be drafted and released at all."""
    policy = shape.policy_view(hearing.policy)
    allowed = hearing.gate_decisions[-1].allowed if hearing.gate_decisions else []
    may = PublicationMode.PICTURE_TEXT.value in allowed and hearing.public
    return may and policy.picture_text != "off" and not shape.withdrawn(hearing)


def cut(lines: Sequence[HeardLine], steps: Iterable[tuple[MediaTime, str]]) -> Iterator[Passage]:
    """Passages of the lines, new at a change of speaker or step, a pause, or enough words."""
    current: Passage | None = None
    for line, (_, step) in zip(lines, steps, strict=True):
        if current is not None and _breaks(current, line, step):
            yield current
            current = None
        current = current or Passage(step)
        current.lines.append(line)
    if current is not None:
        yield current


def _breaks(passage: Passage, line: HeardLine, step: str) -> bool:
    last = passage.lines[-1]
    if (last.role, last.speaker) != (line.role, line.speaker) or passage.step != step:
        return True
    return line.start - last.end > BREATH or len(passage.text) >= LONGEST


def _settled(
    passage: Passage, n: int, passages: Sequence[Passage], aired: MediaTime, over: bool
) -> bool:
    return over or n + 1 < len(passages) or passage.end + SETTLED <= aired


def _covered(session: Session, hearing_id: str) -> MediaTime:
    query = select(func.max(EntryRow.end)).where(EntryRow.hearing_id == hearing_id)
    return session.scalar(query) or 0


def _entry(session: Session, hearing: Hearing, passage: Passage) -> EntryRow:
    first = passage.lines[0]
    zero = hearing.wall_zero or hearing.scheduled_start
    return EntryRow(
        id=new_id("en"),
        hearing_id=hearing.id,
        at=zero + timedelta(seconds=to_seconds(passage.start)),
        start=passage.start,
        end=passage.end,
        role=first.role,
        speaker=first.speaker,
        text=passage.text,
        still=still_near(session, hearing.id, passage.start, passage.end),
        step=passage.step,
        lines=[line.seq for line in passage.lines],
        state=EntryState.DRAFT,
    )


def still_near(session: Session, hearing_id: str, start: MediaTime, end: MediaTime) -> str:
    """The name of the last redacted still before `end` that is not long before `start`."""
    query = (
        select(Asset.uri)
        .where(Asset.hearing_id == hearing_id, Asset.kind == "still")
        .where(Asset.start <= end, Asset.start >= start - 15 * SECOND)
        .order_by(Asset.start.desc())
        .limit(1)
    )
    uri = session.scalars(query).first()
    return uri.rsplit("/", 1)[-1] if uri else ""
