"""三维视图: livestream, recording and quality of one hearing on one page with one clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from courtstream.api import session
from courtstream.api.context import actor, context
from courtstream.api.events import Event, stream
from courtstream.api.pages.account import text_of
from courtstream.api.pages.faults import error_text
from courtstream.api.pages.i18n import Catalog
from courtstream.api.pages.site import done, pages_of, seconds_asked, see, staff_page, words_of
from courtstream.api.pages.wording import Wording
from courtstream.auth.policy import Action
from courtstream.auth.tokens import derived, site_secret
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import Conflict, CourtstreamError, Forbidden, NotFound
from courtstream.services.docket import listing
from courtstream.services.docket.listing import HearingDesk
from courtstream.services.publication import leaks
from courtstream.services.scoring import lanes
from courtstream.services.scoring import scorecards as scoring
from courtstream.services.sealed import originals
from courtstream.services.transcripts import speakers
from courtstream.services.views import ScorecardView

Json = dict[str, Any]

EVERY_SECONDS = 1.0
GRANT_COOKIE = "cs_original"
GRANT_SECONDS = 3600
STRINGS = ("view.", "role.", "player.", "watch.from", "media_fault.", "minute.", "outcome.")


async def page(request: Request) -> Response:
    """The page as it stands."""
    return await _show(request)


async def data(request: Request) -> Response:
    """Everything the lanes are drawn from, from `?since=` seconds on."""
    desk = await _desk(request)
    return JSONResponse(await _news(request, desk, _since(request)), headers=_PRIVATE)


async def events(request: Request) -> Response:
    """What is new once a second, for as long as the hearing runs and somebody looks."""
    desk = await _desk(request)
    return stream(_changes(request, desk))


async def open_original(request: Request) -> Response:
    """A reason in, a grant of an hour out; the act is in the audit chain before anything opens."""
    hearing_id = request.path_params["hearing_id"]
    async with request.form(max_files=0, max_fields=5) as form:
        why = text_of(form, "why", 40)
    person = actor(request)
    try:
        await context(request).work.writing(originals.grant, person, hearing_id, why, utc_now())
    except CourtstreamError as error:
        return await _show(request, problem=error_text(request, error), status=error.status)
    response = see(f"/staff/hearings/{hearing_id}/view?done=original")
    response.set_cookie(
        GRANT_COOKIE,
        _signer(request).dumps([person.id, hearing_id]),
        max_age=GRANT_SECONDS,
        path=f"/staff/hearings/{hearing_id}",
        httponly=True,
        samesite="strict",
        secure=context(request).settings.web.secure_cookies or request.url.scheme == "https",
    )
    return response


async def original(request: Request) -> Response:
    """The original from `?t=` seconds on, as fragmented MP4 on the hearing's own clock."""
    person = actor(request)
    if not _granted(request):
        raise Forbidden
    platform, hearing_id = context(request), request.path_params["hearing_id"]
    start = seconds_asked(request) or 0.0
    await platform.work.writing(originals.looked, person, hearing_id, start, utc_now())
    folder = platform.settings.hearings / hearing_id / "sealed"
    opened = await originals.open_from(folder, platform.settings.master_key, start)
    headers = {**_PRIVATE, "X-Codecs": opened.codecs, "X-Start": f"{opened.start:.3f}"}
    return StreamingResponse(opened.pieces, media_type="video/mp4", headers=headers)


async def name_speaker(request: Request) -> Response:
    """Put right who speaks in a turn, or in all turns under the same label."""
    hearing_id = request.path_params["hearing_id"]
    async with request.form(max_files=0, max_fields=8) as form:
        seq, role = text_of(form, "seq", 12), text_of(form, "role", 20)
        label, everywhere = text_of(form, "speaker", 40), bool(text_of(form, "everywhere", 5))
    try:
        await context(request).work.writing(
            speakers.name_speaker,
            actor(request),
            hearing_id,
            int(seq) if seq.isascii() and seq.isdigit() else -1,
            role,
            label,
            everywhere,
            utc_now(),
        )
    except CourtstreamError as error:
        return await _show(request, problem=error_text(request, error), status=error.status)
    return see(f"/staff/hearings/{hearing_id}/view?done=speaker#u-{seq}")


async def confirm_leak(request: Request) -> Response:
    """A reviewer saw something private in what the public got."""
    hearing_id = request.path_params["hearing_id"]
    async with request.form(max_files=0, max_fields=8) as form:
        kind, note = text_of(form, "kind", 20), text_of(form, "note", 500)
        start, end = _number(text_of(form, "start", 12)), _number(text_of(form, "end", 12))
    try:
        await context(request).work.writing(
            leaks.confirm, actor(request), hearing_id, kind, start, end, note, utc_now()
        )
    except CourtstreamError as error:
        return await _show(request, problem=error_text(request, error), status=error.status)
    return see(f"/staff/hearings/{hearing_id}/view?done=leak")


def _number(text: str) -> float:
    """A number of a form, -1 when it is none."""
    try:
        return float(text)
    except ValueError:
        return -1.0


async def find_speakers(request: Request) -> Response:
    """Label the turns nobody has labelled, by words and voices."""
    hearing_id, platform = request.path_params["hearing_id"], context(request)
    try:
        await speakers.find(platform.work, platform.settings, actor(request), hearing_id, utc_now())
    except CourtstreamError as error:
        return await _show(request, problem=error_text(request, error), status=error.status)
    return see(f"/staff/hearings/{hearing_id}/view?done=speakers")


_PRIVATE = {"Cache-Control": "no-store"}


async def _desk(request: Request) -> HearingDesk:
    return await context(request).work.reading(
        listing.hearing_desk, actor(request), request.path_params["hearing_id"]
    )


async def _card(request: Request, desk: HearingDesk) -> ScorecardView | None:
    """The scorecard, when this person may see it by now."""
    if Action.SEE_SCORE not in desk.allowed:
        return None
    try:
        return await context(request).work.reading(
            scoring.shown, actor(request), desk.card.id, utc_now()
        )
    except (NotFound, Conflict):
        return None


async def _news(request: Request, desk: HearingDesk, since: float) -> Json:
    words, wording = words_of(request), pages_of(request).wording(request)
    card = await _card(request, desk)
    news: Json = await context(request).work.reading(_gathered, desk.card.id, since)
    news["steps"] = _steps(card, wording) if card else []
    news["findings"] = _findings(card, wording, words) if card else []
    news["wallZero"] = desk.wall_zero_ms
    return news


def _gathered(session: Session, hearing_id: str, since: float) -> Json:
    found = lanes.lanes(session, hearing_id, since)
    return {**asdict(found), "transcript": lanes.spoken(session, hearing_id, found.since)}


def _steps(card: ScorecardView, wording: Wording) -> list[Json]:
    return [
        {
            "start": s.start,
            "end": s.end,
            "kind": s.outcome.value,
            "text": wording.title(s),
            "code": s.code,
            "quote": s.quote,
            "why": s.why,
        }
        for s in card.steps
        if s.start is not None
    ]


def _findings(card: ScorecardView, wording: Wording, words: Catalog) -> list[Json]:
    """Items with a place in the recording that ask something, or that a person has judged."""
    return [
        {
            "start": e.start,
            "end": e.end if e.end is not None else e.start,
            "kind": f.outcome.value,
            "text": f"{wording.title(f)} · {words(f'outcome.{f.outcome}')}",
            "item": f.item,
        }
        for f in card.findings
        for e in f.evidence
        if e.start is not None and f.outcome.value in {"not_found", "unclear"}
    ]


async def _changes(request: Request, desk: HearingDesk) -> AsyncIterator[Event | None]:
    """Until the viewer leaves, the hearing is over, or the sign-in ends."""
    since = _since(request)
    while not await request.is_disconnected():
        if not await session.still_in(request):
            return
        news = await _news(request, desk, since)
        since = max(since, news["t"][-1] if news["t"] else 0.0)
        yield Event("lanes", news)
        if not news["live"]:
            return
        await asyncio.sleep(EVERY_SECONDS)


def _since(request: Request) -> float:
    try:
        return min(1e6, max(0.0, float(request.query_params.get("since", "0"))))
    except ValueError:
        return 0.0


def _signer(request: Request) -> URLSafeTimedSerializer:
    secret = site_secret(context(request).settings.secret_key)
    return URLSafeTimedSerializer(derived(secret, "original"), salt="original")


def _granted(request: Request) -> bool:
    """Whether this person has given a reason for this hearing within the hour."""
    try:
        found = _signer(request).loads(request.cookies.get(GRANT_COOKIE, ""), max_age=GRANT_SECONDS)
    except BadSignature:
        return False
    return bool(found == [actor(request).id, request.path_params["hearing_id"]])


async def _show(request: Request, *, problem: str = "", status: int = 200) -> Response:
    desk = await _desk(request)
    words = words_of(request)
    card = await _card(request, desk)
    address = f"/staff/hearings/{desk.card.id}/view"
    notice = done(request, "view_done")
    values: Json = {
        "here": "",
        "desk": desk,
        "hearing": desk.card,
        "card": card,
        "media": desk.media,
        "start": seconds_asked(request),
        "granted": _granted(request),
        "may_original": Action.SEE_ORIGINAL in desk.allowed,
        "may_name": Action.NAME_SPEAKER in desk.allowed,
        "may_review": Action.REVIEW in desk.allowed,
        "leak_kinds": [kind.value for kind in leaks.LeakKind],
        "reasons": [why.value for why in originals.Why],
        "lines": await context(request).work.reading(lanes.spoken, desk.card.id),
        "island": {
            "data": f"{address}/data",
            "events": f"{address}/events",
            "original": f"/staff/hearings/{desk.card.id}/original" if _granted(request) else "",
            "wallZero": desk.wall_zero_ms,
            "live": desk.card.live,
        },
        "strings": words.some(*STRINGS),
        "notice": notice,
        "problem": problem,
    }
    return staff_page(request, "view.html", values, status)
