"""JSON: correcting a hearing, its recording log, holds."""

from __future__ import annotations

import asyncio
from datetime import datetime

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from courtstream.api import schemas as s
from courtstream.api.context import actor, context
from courtstream.api.docs import documented
from courtstream.api.reading import answer, body
from courtstream.domain.clock import utc_now
from courtstream.domain.trial import HearingState, InterruptionReason
from courtstream.services.docket import correcting
from courtstream.services.docket.correcting import Correction
from courtstream.services.sealed import retention, sealing


class CorrectionBody(s.Body):
    """What is to change; fields left out stay. Times carry their zone; `delay` in seconds.

    `judge_ids`: the presiding or sole judge first. `begin`: auto (the encoder begins the
    broadcast) or clerk.
    """

    title: str | None = Field(None, min_length=1, max_length=300)
    start: datetime | None = None
    end: datetime | None = None
    courtroom_id: str | None = None
    judge_ids: tuple[str, ...] | None = None
    public: bool | None = None
    delay: float | None = None
    replay_release: str | None = None
    begin: str | None = None


class StretchOut(s.View):
    """Recorded or interrupted; `reason` is one of the three lawful ones or null."""

    start: datetime
    end: datetime
    seconds: float
    reason: InterruptionReason | None


class CheckedOut(s.View):
    """One sealed folder; `hash` is what parties confirm."""

    folder: str
    ok: bool
    fault: str
    hash: str
    records: int
    parts: int


class LogSheetOut(s.View):
    """The recording log sheet of one hearing. `late` and `short` in seconds."""

    hearing_id: str
    court: str
    courtroom: str
    case_number: str
    cause: str
    judges: tuple[str, ...]
    scheduled_start: datetime
    scheduled_end: datetime
    state: HearingState
    recorded: tuple[StretchOut, ...]
    interruptions: tuple[StretchOut, ...]
    late: float
    short: float
    checked: tuple[CheckedOut, ...]
    complete: bool


class HoldBody(s.Body):
    """Why nothing of the hearing may be erased."""

    reason: str = Field(min_length=1, max_length=200)


class HoldOut(s.View):
    """A hold; `lifted_at` null while in force."""

    id: str
    hearing_id: str
    reason: str
    placed_at: datetime
    placed_by: str
    lifted_at: datetime | None


@documented("schedule", s.HearingOut, takes=CorrectionBody, staff=True, problems=(404, 409))
async def correct(request: Request) -> JSONResponse:
    """Correct or reschedule a hearing that has not begun; the gate decides anew."""
    asked = await body(request, CorrectionBody)
    card = await context(request).work.writing(
        correcting.correct,
        actor(request),
        _id(request),
        Correction(**asked.model_dump()),
        utc_now(),
    )
    return answer(s.HearingOut, card)


@documented("recording", LogSheetOut, staff=True)
async def recording_log(request: Request) -> JSONResponse:
    """The recording log sheet, with the chain checked now."""
    platform, person = context(request), actor(request)
    await platform.work.reading(sealing.log_sheet, person, _id(request), ())
    folder = sealing.hearing_folder(platform.settings, _id(request))
    reports = await asyncio.to_thread(sealing.check_folders, folder)
    sheet = await platform.work.reading(sealing.log_sheet, person, _id(request), reports)
    return answer(LogSheetOut, sheet)


@documented("recording", HoldOut, takes=HoldBody, status=201, staff=True)
async def place_hold(request: Request) -> JSONResponse:
    """From now on nothing of the hearing is erased."""
    asked = await body(request, HoldBody)
    view = await context(request).work.writing(
        retention.place, actor(request), _id(request), asked.reason, utc_now()
    )
    return answer(HoldOut, view, 201)


@documented("recording", None, status=204, staff=True, problems=(404, 409))
async def lift_hold(request: Request) -> Response:
    """End a hold."""
    await context(request).work.writing(
        retention.lift, actor(request), _id(request), request.path_params["hold_id"], utc_now()
    )
    return Response(status_code=204)


def _id(request: Request) -> str:
    hearing_id: str = request.path_params["hearing_id"]
    return hearing_id
