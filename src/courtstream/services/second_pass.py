"""第二遍复核: what the second pass found, what people say of it, whether a replay may go out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.control.protocol import HideOrder, JournalRow, ModelSpec, SecondPassSpec
from courtstream.domain.errors import Conflict, InvalidInput, NotFound, SecondPassOpen
from courtstream.domain.time import to_seconds
from courtstream.domain.trial import HearingState
from courtstream.services import audit, corrections, listening
from courtstream.services.scope import hearing_for
from courtstream.services.views import UserView
from courtstream.settings import Settings
from courtstream.store.tables import (
    Hearing,
    MomentRow,
    MomentVerdict,
    PassState,
    SecondPassRow,
    Segment,
)

QUIET = timedelta(seconds=60)
"""A second pass nobody has heard of for this long is asked for again."""

_GOES_ON = (PassState.WAITING, PassState.RUNNING, PassState.DONE)


@dataclass(frozen=True, slots=True)
class MomentView:
    """One moment; times in seconds. `settled`: nothing of it is left to do."""

    n: int
    start: float
    end: float
    t: float
    why: str
    score: float
    visible: float
    verdict: MomentVerdict | None
    by: str
    at: datetime | None
    remade: bool

    @property
    def settled(self) -> bool:
        """Harmless, or hidden in what is published."""
        return self.verdict is MomentVerdict.HARMLESS or self.remade


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


def begin(session: Session, hearing: Hearing, now: datetime) -> bool:
    """Ask for a second pass of a hearing that has ended; False when nothing was published."""
    if session.get(SecondPassRow, hearing.id) is not None:
        return True
    published = select(Segment.n).where(Segment.hearing_id == hearing.id).limit(1)
    if session.scalars(published).first() is None:
        return False
    session.add(SecondPassRow(hearing_id=hearing.id, state=PassState.WAITING, asked_at=now))
    return True


def settled(session: Session, hearing_id: str) -> bool:
    """Whether it is done and every moment is, too (or a person has waived one that failed)."""
    row = session.get(SecondPassRow, hearing_id)
    if row is None or row.state is PassState.WAIVED:
        return True
    return row.state is PassState.DONE and all(
        _moment(m).settled for m in _moments(session, hearing_id)
    )


def require_settled(session: Session, hearing_id: str) -> None:
    """Raises SecondPassOpen when the replay has to wait."""
    if not settled(session, hearing_id):
        raise SecondPassOpen(hearing=hearing_id)


def empty(session: Session, hearing_id: str) -> bool:
    """Whether it is done and has found nothing: a replay may then go out by policy."""
    row = session.get(SecondPassRow, hearing_id)
    return row is None or (row.state is PassState.DONE and not _moments(session, hearing_id))


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


def judge(
    session: Session,
    actor: UserView,
    hearing_id: str,
    n: int,
    verdict: MomentVerdict,
    now: datetime,
) -> MomentView:
    """A person says what a moment is. What is hidden in the replay already stays hidden.

    Raises NotFound, Forbidden, Conflict.
    """
    hearing_for(session, actor, Action.PUBLISH, hearing_id)
    moment = session.get(MomentRow, (hearing_id, n))
    if moment is None:
        raise NotFound
    if moment.remade and verdict is not MomentVerdict.HIDE:
        raise Conflict("已在录播中屏蔽，不能撤销 / it is hidden in the replay already")
    moment.verdict, moment.by, moment.at = verdict, actor.id, now
    detail = {"moment": n, "verdict": verdict.value}
    audit.append(session, actor.id, "moment_judged", hearing_id, detail, now)
    return _moment(moment)


def again(session: Session, actor: UserView, hearing_id: str, now: datetime) -> None:
    """Try a second pass that failed once more. Raises NotFound, Forbidden, Conflict."""
    row = _failed(session, actor, hearing_id)
    row.state = PassState.DONE if row.finished_at else PassState.WAITING
    row.code, row.told_at = "", None
    audit.append(session, actor.id, "second_pass_again", hearing_id, {}, now)


def waive(session: Session, actor: UserView, hearing_id: str, why: str, now: datetime) -> None:
    """A person answers for a replay without a second pass, which failed; with a reason.

    Raises NotFound, Forbidden, InvalidInput, and Conflict when it did not fail.
    """
    if len(why.strip()) < 4:
        raise InvalidInput("须说明理由 / say why")
    row = _failed(session, actor, hearing_id)
    row.state, row.by, row.why = PassState.WAIVED, actor.id, why.strip()[:500]
    audit.append(session, actor.id, "second_pass_waived", hearing_id, {"code": row.code}, now)


# -- what the journal says ------------------------------------------------------------------------


def told(session: Session, hearing: Hearing, row: JournalRow, at: datetime) -> None:
    """A journal row about the second pass: how far it is, that it is over, what was made anew."""
    known = session.get(SecondPassRow, hearing.id)
    if known is None:
        known = SecondPassRow(hearing_id=hearing.id, state=PassState.WAITING, asked_at=at)
        session.add(known)
    body, state = row.body, str(row.body.get("state", ""))
    known.told_at = at
    if listening.told(session, hearing, body, at):
        return
    if state == "remade":
        known.replaced = [*(known.replaced or []), *map(str, body.get("replaced", ()))]
        corrections.made(session, hearing.id, map(str, body.get("sounds", ())), at)
        for n in body.get("moments", ()):
            moment = session.get(MomentRow, (hearing.id, int(n)))
            if moment is not None:
                moment.remade, moment.verdict = True, MomentVerdict.HIDE
    elif state == "failed":
        known.state, known.code = PassState.FAILED, str(body.get("code", ""))[:64]
    elif state in {"running", "done"}:
        known.state = PassState(state)
        known.done, known.length = float(body.get("done", 0)), float(body.get("of", 0))
        known.finished_at = at if state == "done" else None


def found(session: Session, hearing: Hearing, body: Mapping[str, Any]) -> None:
    """A journal row of one moment."""
    session.merge(
        MomentRow(
            hearing_id=hearing.id,
            n=int(body["n"]),
            start=int(body["start"]),
            end=int(body["end"]),
            t=int(body.get("t", body["start"])),
            why=str(body["why"])[:32],
            score=float(body.get("score", 0.0)),
            visible=float(body.get("visible", 0.0)),
            box=list(body.get("box", ())),
            image=str(body.get("image", ""))[:40],
            verdict=None,
            remade=False,
        )
    )


# -- what is to be done ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Errand:
    """Something a node has to do or goes on doing. `ask` False: only listen to its journal."""

    node: str
    spec: SecondPassSpec
    ask: bool


def errands(session: Session, settings: Settings, now: datetime) -> tuple[Errand, ...]:
    """Second passes to start or to go on with, and hidings to carry out, the oldest first."""
    query = (
        select(SecondPassRow, Hearing)
        .join(Hearing, Hearing.id == SecondPassRow.hearing_id)
        .where(Hearing.node != "")
        .order_by(SecondPassRow.asked_at)
    )
    wanted = []
    for row, hearing in session.execute(query):
        hide, sound = _to_hide(session, hearing.id), corrections.orders(session, hearing.id)
        text, listens = (
            listening.caption_order(session, hearing.id),
            listening.wanted(session, hearing.id),
        )
        looks = row.state in _GOES_ON
        if not (sound or text or listens) and (
            not looks or (row.state is PassState.DONE and not hide)
        ):
            continue
        quiet = row.told_at is None or now - row.told_at > QUIET
        ask = row.state not in {PassState.RUNNING, PassState.FAILED} or quiet
        order = spec(hearing.id, settings, hide).model_copy(
            update={"sound": sound, "text": text, "listen": listens, "look": looks}
        )
        wanted.append(Errand(hearing.node, order, ask))
    return tuple(wanted)


def spec(
    hearing_id: str, settings: Settings, hide: tuple[HideOrder, ...] = (), *, again: bool = False
) -> SecondPassSpec:
    """The order for one hearing, with this machine's paths."""
    return SecondPassSpec(
        hearing_id=hearing_id,
        folder=(settings.hearings / hearing_id).absolute(),
        public=(settings.public / hearing_id).absolute(),
        master_key_file=settings.master_key.absolute(),
        models=ModelSpec.model_validate(
            settings.models.model_dump(include=set(ModelSpec.model_fields))
        ),
        hide=hide,
        again=again,
    )


# -- at the command line --------------------------------------------------------------------------


def require_ended(session: Session, hearing_id: str) -> None:
    """Raises NotFound, and Conflict while the hearing goes on."""
    hearing = session.get(Hearing, hearing_id)
    if hearing is None:
        raise NotFound
    if hearing.state is not HearingState.ENDED:
        raise Conflict("庭审尚未结束 / the hearing is not over")


def order_of(
    session: Session, hearing_id: str, settings: Settings, *, again: bool
) -> SecondPassSpec:
    """The order for one hearing, with what people want hidden."""
    return spec(hearing_id, settings, _to_hide(session, hearing_id), again=again)


def replaced(session: Session, hearing_id: str) -> frozenset[str]:
    """Published files that were made anew: the old ones must not be served."""
    row = session.get(SecondPassRow, hearing_id)
    return frozenset(row.replaced or ()) if row else frozenset()


def _to_hide(session: Session, hearing_id: str) -> tuple[HideOrder, ...]:
    return tuple(
        HideOrder(n=m.n, by=m.by)
        for m in _moments(session, hearing_id)
        if m.verdict is MomentVerdict.HIDE and not m.remade
    )


def _failed(session: Session, actor: UserView, hearing_id: str) -> SecondPassRow:
    hearing_for(session, actor, Action.PUBLISH, hearing_id)
    row = session.get(SecondPassRow, hearing_id)
    if row is None or row.state is not PassState.FAILED:
        raise Conflict("第二遍复核没有失败 / the second pass has not failed")
    return row


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
        tuple(_moment(m) for m in _moments(session, hearing.id)),
        settled(session, hearing.id),
    )


def _moments(session: Session, hearing_id: str) -> list[MomentRow]:
    query = select(MomentRow).where(MomentRow.hearing_id == hearing_id)
    return list(session.scalars(query.order_by(MomentRow.start, MomentRow.n)))


def _moment(row: MomentRow) -> MomentView:
    return MomentView(
        row.n,
        to_seconds(row.start),
        to_seconds(row.end),
        to_seconds(row.t),
        row.why,
        row.score,
        row.visible,
        row.verdict,
        row.by,
        row.at,
        row.remade,
    )
