"""文字加短视频: the editor's timeline of passages."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from courtstream.auth.policy import Action, may
from courtstream.domain.time import to_seconds
from courtstream.domain.trial import HearingState, Role
from courtstream.services.clips.rows import MODE, allowed, rows_of, stale
from courtstream.services.people.scope import hearing_for, target_of
from courtstream.services.publication import shape
from courtstream.services.scoring.names import step_titles
from courtstream.services.scoring.steps_now import found_steps
from courtstream.services.views import HearingCard, UserView
from courtstream.store.tables import ClipRow, ClipState, Hearing


@dataclass(frozen=True, slots=True)
class ClipView:
    """A passage. Times in seconds of the recording; `film` is empty until it is cut."""

    id: str
    position: int
    title: str
    text: str
    step_zh: str
    step_en: str
    roles: tuple[Role, ...]
    start: float
    end: float
    why: str
    chosen: bool
    state: ClipState
    film: str
    stale: bool


@dataclass(frozen=True, slots=True)
class StepMark:
    """A step on the timeline; seconds."""

    title_zh: str
    title_en: str
    start: float


@dataclass(frozen=True, slots=True)
class ClipDesk:
    """The editor's timeline of one hearing."""

    card: HearingCard
    duration: float
    clips: tuple[ClipView, ...]
    steps: tuple[StepMark, ...]
    open_by_gate: bool
    may_act: bool
    released: bool
    checked: bool

    @property
    def ready(self) -> bool:
        """Whether every chosen passage has its film and there is one at least."""
        chosen = [c for c in self.clips if c.chosen]
        return bool(chosen) and all(c.state is ClipState.READY and not c.stale for c in chosen)

    @property
    def cutting(self) -> bool:
        """Whether a film is being made."""
        return any(c.state is ClipState.CUTTING for c in self.clips)


def desk(session: Session, actor: UserView, hearing_id: str) -> ClipDesk:
    """The editor's page. Raises NotFound, Forbidden."""
    hearing = hearing_for(session, actor, Action.SEE_COURTROOM, hearing_id)
    found = found_steps(session, hearing) if hearing.state is HearingState.ENDED else ()
    marks = [(step_titles(hearing.procedure, s.code), s.span) for s in found]
    return ClipDesk(
        card=shape.card_view(session, hearing),
        duration=to_seconds(hearing.duration),
        clips=tuple(view(session, hearing, row) for row in rows_of(session, hearing_id)),
        steps=tuple(StepMark(t[0], t[1], to_seconds(s.start)) for t, s in marks if s is not None),
        open_by_gate=allowed(hearing),
        may_act=may(actor, Action.PUBLISH, target_of(session, hearing)),
        released=shape.released(hearing, MODE),
        checked=shape.replay_open(hearing),
    )


def view(session: Session, hearing: Hearing, row: ClipRow) -> ClipView:
    """One passage."""
    zh, en = step_titles(hearing.procedure, row.step) if row.step else ("", "")
    return ClipView(
        id=row.id,
        position=row.position,
        title=row.title,
        text=row.text,
        step_zh=zh,
        step_en=en,
        roles=tuple(Role(r) for r in row.roles),
        start=to_seconds(row.start),
        end=to_seconds(row.end),
        why=row.why,
        chosen=row.chosen,
        state=row.state,
        film=row.file if row.state is ClipState.READY else "",
        stale=stale(session, row),
    )
