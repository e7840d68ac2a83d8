"""第二遍复核: what nodes and the command line have to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.control.protocol import HideOrder, ModelSpec, SecondPassSpec
from courtstream.domain.errors import Conflict, NotFound
from courtstream.domain.trial import HearingState
from courtstream.services.sealed import late_uploads, late_work
from courtstream.services.second_pass.moments import moments_of
from courtstream.services.transcripts import corrections, listening
from courtstream.settings import Settings
from courtstream.store.tables import (
    Hearing,
    LateState,
    LateUpload,
    MomentVerdict,
    PassState,
    SecondPassRow,
)

QUIET = timedelta(seconds=60)
"""A second pass nobody has heard of for this long is asked for again."""


_GOES_ON = (PassState.WAITING, PassState.RUNNING, PassState.DONE)


@dataclass(frozen=True, slots=True)
class Errand:
    """Something a node has to do or goes on doing. `ask` False: only listen to its journal."""

    node: str
    spec: SecondPassSpec
    ask: bool


def errands(session: Session, settings: Settings, now: datetime) -> tuple[Errand, ...]:
    """What came late, second passes to start or to go on with, hidings to carry out."""
    late = tuple(_late(session, settings, *pair, now) for pair in late_work.at_work(session))
    busy = {errand.spec.hearing_id for errand in late}
    query = (
        select(SecondPassRow, Hearing)
        .join(Hearing, Hearing.id == SecondPassRow.hearing_id)
        .where(Hearing.node != "")
        .order_by(SecondPassRow.asked_at)
    )
    found = (_errand(session, settings, row, h, now) for row, h in session.execute(query))
    passes = (e for e in found if e is not None and e.spec.hearing_id not in busy)
    return (*late, *passes)


def _late(
    session: Session, settings: Settings, row: LateUpload, hearing: Hearing, now: datetime
) -> Errand:
    order = spec(hearing.id, settings).model_copy(
        update={"late": late_uploads.order(session, row, hearing, settings)}
    )
    quiet = row.told_at is None or now - row.told_at > QUIET
    return Errand(hearing.node, order, row.state is LateState.WAITING or quiet)


def _errand(
    session: Session, settings: Settings, row: SecondPassRow, hearing: Hearing, now: datetime
) -> Errand | None:
    hide, looks = _to_hide(session, hearing.id), row.state in _GOES_ON
    besides = {
        "sound": corrections.orders(session, hearing.id),
        "text": listening.caption_order(session, hearing.id),
        "listen": listening.wanted(session, hearing.id),
    }
    looked = not looks or (row.state is PassState.DONE and not hide)
    if looked and not any(besides.values()):
        return None
    quiet = row.told_at is None or now - row.told_at > QUIET
    ask = row.state not in {PassState.RUNNING, PassState.FAILED} or quiet
    order = spec(hearing.id, settings, hide).model_copy(update={**besides, "look": looks})
    return Errand(hearing.node, order, ask)


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


def _to_hide(session: Session, hearing_id: str) -> tuple[HideOrder, ...]:
    return tuple(
        HideOrder(n=m.n, by=m.by)
        for m in moments_of(session, hearing_id)
        if m.verdict is MomentVerdict.HIDE and not m.remade
    )
