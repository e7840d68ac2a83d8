"""第二遍复核: what people see of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import NotFound
from courtstream.services.people import audit
from courtstream.services.people.scope import hearing_for
from courtstream.services.second_pass.moments import MomentView, moment_view, moments_of
from courtstream.services.second_pass.standing import settled
from courtstream.services.views import UserView
from courtstream.settings import Settings
from courtstream.store.tables import Hearing, MomentRow, PassState, SecondPassRow


@dataclass(frozen=True, slots=True)
class SecondPassView:
    """The second pass of one hearing; `state` None where there is none to do."""

    hearing_id: str
    title: str
    case_number: str
    state: PassState | None
    done: float = 0.0
    length: float = 0.0
    code: str = ""
    by: str = ""
    why: str = ""
    moments: tuple[MomentView, ...] = ()
    settled: bool = True

    @property
    def share(self) -> float:
        """How far it is, 0 to 1."""
        return min(1.0, self.done / self.length) if self.length > 0 else 0.0

    @property
    def waiting(self) -> int:
        """Moments nobody has judged yet."""
        return sum(m.verdict is None for m in self.moments)


def page(session: Session, actor: UserView, hearing_id: str, now: datetime) -> SecondPassView:
    """The list, for those who may release the replay; looking at it goes into the audit chain."""
    hearing = hearing_for(session, actor, Action.PUBLISH, hearing_id)
    view = _view(session, hearing)
    if view.moments:
        audit.append(session, actor.id, "second_pass_seen", hearing_id, {}, now)
    return view


def overview(session: Session, hearing_id: str) -> SecondPassView:
    """The same without an act: for other pages' figures. Raises NotFound."""
    hearing = session.get(Hearing, hearing_id)
    if hearing is None:
        raise NotFound
    return _view(session, hearing)


def image(
    session: Session,
    actor: UserView,
    hearing_id: str,
    n: int,
    settings: Settings,
    now: datetime,
    *,
    large: bool,
) -> Path:
    """The file with a moment's picture. Looking at the list is one act (`page`), at a picture
    `large` another: each goes into the audit chain. Raises NotFound, Forbidden."""
    hearing_for(session, actor, Action.PUBLISH, hearing_id)
    moment = session.get(MomentRow, (hearing_id, n))
    if moment is None or not moment.image:
        raise NotFound
    if large:
        audit.append(session, actor.id, "moment_seen", hearing_id, {"moment": n}, now)
    return settings.hearings / hearing_id / "secondpass" / Path(moment.image).name


def _view(session: Session, hearing: Hearing) -> SecondPassView:
    row = session.get(SecondPassRow, hearing.id)
    base = SecondPassView(hearing.id, hearing.title, hearing.case.number, None)
    if row is None:
        return base
    return SecondPassView(
        hearing.id,
        hearing.title,
        hearing.case.number,
        row.state,
        row.done,
        row.length,
        row.code,
        row.by,
        row.why,
        tuple(moment_view(m) for m in moments_of(session, hearing.id)),
        settled(session, hearing.id),
    )
