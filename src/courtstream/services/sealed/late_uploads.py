"""补录: a recorder's file brought after its hearing, from the first byte to the worker's order.

It becomes the sealed original, goes through the redaction that a live hearing goes through, then
through the second pass, and waits for a person's release. It is never a live broadcast in any
figure, and why it came late stays on file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.control.protocol import LateSpec, late_file
from courtstream.domain.errors import (
    Conflict,
    DiskPressure,
    FileTooLarge,
    InvalidInput,
    NotFound,
    RecordingPresent,
)
from courtstream.domain.ids import new_id
from courtstream.domain.trial import HearingState, MinuteState
from courtstream.rules.supervision.late_clock import clock_rule, told
from courtstream.services.courtroom import admission, zone_maps
from courtstream.services.docket import lifecycle
from courtstream.services.gate import gatekeeping
from courtstream.services.people import audit
from courtstream.services.people.scope import hearing_for
from courtstream.services.sealed import late_rows
from courtstream.services.supervision.sittings import law_closes
from courtstream.services.views import UserView
from courtstream.settings import Settings
from courtstream.store.tables import Asset, Hearing, LateState, LateUpload

NEAR = timedelta(minutes=30)
"""A file's clock this near the planned start is taken for the recording's beginning."""

GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Intake:
    """An upload under way: where its bytes go, and how many there will be."""

    id: str
    hearing_id: str
    file: Path
    size: int


@dataclass(frozen=True, slots=True)
class Probed:
    """What a look at the whole file has found; `length` in seconds."""

    length: float
    clock: datetime | None
    clock_from: str
    sha256: str


def begin(
    session: Session,
    actor: UserView,
    hearing_id: str,
    settings: Settings,
    *,
    size: int,
    began: datetime | None,
    why: str,
    free: int,
    now: datetime,
) -> Intake:
    """Announce a file of `size` bytes; the same announcement again goes on with it.

    `began`: when the recording begins, None: by its clock or the plan; `free`: bytes of disk.
    Raises NotFound, Forbidden, Conflict, RecordingPresent, InvalidInput, FileTooLarge,
    DiskPressure.
    """
    hearing = hearing_for(session, actor, Action.BRING_LATE, hearing_id)
    require_wanted(session, hearing, now)
    if not why.strip():
        raise InvalidInput("须说明未能直播的原因 / say why it was not live")
    if size <= 0:
        raise InvalidInput("文件为空 / the file is empty")
    if size > settings.late.most_gb * GIB:
        raise FileTooLarge(f"{settings.late.most_gb:g} GiB")
    if free - 3 * size < settings.admission.least_free_gb * GIB:  # the file, sealed, and redacted
        raise DiskPressure
    row = late_rows.latest(session, hearing_id)
    if row is None or row.state is not LateState.RECEIVING or row.size != size:
        if row is not None and row.state is LateState.RECEIVING:
            row.state, row.code = LateState.REFUSED, "begun_anew"
        row = LateUpload(
            id=new_id("lu"), hearing_id=hearing_id, state=LateState.RECEIVING, size=size, at=now
        )
        session.add(row)
    row.began, row.why, row.by = began, why.strip()[:200], actor.id
    session.flush()
    audit.append(session, actor.id, "late_begun", hearing_id, {"size": size, "why": row.why}, now)
    return _intake(row, settings)


def require_wanted(session: Session, hearing: Hearing, now: datetime) -> None:
    """Raises Conflict for a hearing that is not over, was cancelled or is worked on, and
    RecordingPresent for one that was recorded."""
    if hearing.state is HearingState.CANCELLED:
        raise Conflict("庭审已取消 / the hearing was cancelled")
    query = select(Asset.seq).where(Asset.hearing_id == hearing.id, Asset.kind == "sealed")
    sealed = session.scalars(query.limit(1)).first() is not None
    if sealed or hearing.wall_zero is not None or hearing.duration:
        raise RecordingPresent(hearing=hearing.id)
    row = late_rows.latest(session, hearing.id)
    if row is not None and row.state in late_rows.AT_WORK:
        raise Conflict("补传的录像正在处理 / a recording that was brought is worked on")
    running = hearing.state in {HearingState.LIVE, HearingState.INTERRUPTED}
    if running or hearing.scheduled_start > now:
        raise Conflict("庭审尚未结束 / the hearing is not over")


def intake(
    session: Session, actor: UserView, hearing_id: str, upload_id: str, settings: Settings
) -> Intake:
    """An upload that is being received. Raises NotFound, Forbidden."""
    hearing_for(session, actor, Action.BRING_LATE, hearing_id)
    row = session.get(LateUpload, upload_id)
    if row is None or row.hearing_id != hearing_id or row.state is not LateState.RECEIVING:
        raise NotFound
    return _intake(row, settings)


def accept(
    session: Session,
    actor: UserView,
    upload_id: str,
    probed: Probed,
    node: str,
    now: datetime,
) -> None:
    """The whole file is here and can be read: the hearing was held, its recording is taken in.

    `node`: the machine that has the file. Raises NotFound, Conflict, InvalidInput when the
    recording would end in the future.
    """
    row = session.get(LateUpload, upload_id)
    if row is None or row.state is not LateState.RECEIVING:
        raise NotFound
    hearing = hearing_for(session, actor, Action.BRING_LATE, row.hearing_id)
    require_wanted(session, hearing, now)
    row.length, row.sha256 = probed.length, probed.sha256
    row.clock, row.clock_from = probed.clock, probed.clock_from
    row.began = row.began or _beginning(hearing, probed.clock)
    end = row.began + timedelta(seconds=row.length)
    if end > now:
        raise InvalidInput("录像结束时间晚于现在 / the recording would end in the future")
    row.state, row.told_at = LateState.WAITING, None
    hearing.node, hearing.worker_gone = node, False
    hearing.actual_start, hearing.actual_end = row.began, end
    hearing.minute_state = MinuteState.OFF
    gatekeeping.decide(session, hearing, now)
    lifecycle.move(session, hearing, HearingState.ENDED, actor.id, now, "brought_late")
    off = late_rows.clock_off(row, hearing)
    detail = {
        "sha256": row.sha256,
        "seconds": round(row.length),
        "clock": row.clock_from or "none",
        "clock_off_minutes": round(off.total_seconds() / 60) if off else 0,
    }
    audit.append(session, actor.id, "late_taken", hearing.id, detail, now)


def refuse(session: Session, actor: UserView, upload_id: str, code: str, now: datetime) -> None:
    """The file cannot be taken; why stays on file."""
    row = session.get(LateUpload, upload_id)
    if row is not None and row.state is LateState.RECEIVING:
        row.state, row.code = LateState.REFUSED, code[:64]
        audit.append(session, actor.id, "late_refused", row.hearing_id, {"code": code}, now)


def again(session: Session, actor: UserView, hearing_id: str, now: datetime) -> None:
    """Try once more what failed. Raises NotFound, Forbidden."""
    hearing_for(session, actor, Action.BRING_LATE, hearing_id)
    row = late_rows.latest(session, hearing_id)
    if row is None or row.state is not LateState.FAILED:
        raise NotFound
    row.state, row.told_at, row.code = LateState.WAITING, None, ""
    audit.append(session, actor.id, "late_again", hearing_id, {}, now)


def order(session: Session, row: LateUpload, hearing: Hearing, settings: Settings) -> LateSpec:
    """What the worker needs; the policy and the names are those a live one would have had."""
    zones = zone_maps.in_force(session, hearing.courtroom_id, hearing.id)
    worker = admission.worker_spec(hearing, hearing.node, settings, zones)
    low = settings.admission.low != "never"
    return LateSpec(
        id=row.id,
        began=(row.began or hearing.scheduled_start).astimezone(UTC).isoformat(),
        open=not law_closes(hearing),
        worker=worker.model_copy(update={"low": low}),
    )


def _intake(row: LateUpload, settings: Settings) -> Intake:
    file = late_file(settings.hearings / row.hearing_id, row.id)
    return Intake(row.id, row.hearing_id, file, row.size)


def _beginning(hearing: Hearing, clock: datetime | None) -> datetime:
    """By the file's clock where it fits, else as planned."""
    shown = told(clock, clock_rule())
    for zone in clock_rule().readings if shown is not None else ():
        if shown is not None and abs(shown - zone - hearing.scheduled_start) <= NEAR:
            return shown - zone
    return hearing.scheduled_start
