"""The judge's own page, and the scorecard of one hearing with people's word on it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from courtstream.api import commanding
from courtstream.api.context import actor, context
from courtstream.api.pages import judge_sheet
from courtstream.api.pages.account import text_of
from courtstream.api.pages.faults import error_text
from courtstream.api.pages.performing import (
    judge_context,
    radar,
    scorecard_strings,
    scorecard_strip,
)
from courtstream.api.pages.site import (
    Json,
    day_asked,
    done,
    number_asked,
    pages_of,
    seconds_asked,
    see,
    staff_page,
    words_of,
)
from courtstream.auth.policy import Action
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import Conflict, CourtstreamError, InvalidInput, NotFound
from courtstream.domain.scoring import Outcome, ScoreState
from courtstream.domain.trial import PublicationMode
from courtstream.services.docket import listing
from courtstream.services.docket.listing import HearingDesk
from courtstream.services.publication import publishing
from courtstream.services.scoring import review
from courtstream.services.scoring import scorecards as scoring
from courtstream.services.supervision import performance
from courtstream.services.views import FindingView, ScorecardView, UserView
from courtstream.services.work import Work
from courtstream.store.trials import PublicationState


async def performance_page(request: Request) -> Response:
    """A judge's hearings, trend and open questions. Raises NotFound, Forbidden."""
    person, work, now = actor(request), context(request).work, utc_now()
    page = await work.reading(performance.performance, person, request.path_params["judge_id"], now)
    ids = [row.card.id for row in page.hearings]
    items = await work.reading(listing.judged_items, ids)
    week, asked = day_asked(request, "week"), number_asked(request, "page")
    values = judge_context(page, items, week, words_of(request), asked)
    beside = await judge_sheet.beside(request, page)
    return staff_page(request, "judge.html", {**values, **beside, "here": "judge"})


async def hearing_page(request: Request) -> Response:
    """One hearing for staff: recording, publication, scorecard."""
    return await _show(request)


async def speak(request: Request) -> Response:
    """A person's word on a finding: confirm, correct or contest."""
    hearing_id = request.path_params["hearing_id"]
    async with request.form(max_files=0, max_fields=10) as form:
        verdict, note = text_of(form, "verdict", 20), text_of(form, "note")
        outcome, points = text_of(form, "outcome", 20), text_of(form, "points", 6)
    try:
        finding = await _speak(request, verdict, outcome, note, points)
    except CourtstreamError as error:
        return await _show(request, problem=error_text(request, error), status=error.status)
    return see(f"/staff/hearings/{hearing_id}?done=saved&item={finding.item}#f-{finding.item}")


async def _speak(
    request: Request, verdict: str, outcome: str, note: str, points: str
) -> FindingView:
    work, person, now = context(request).work, actor(request), utc_now()
    finding_id = request.path_params["finding_id"]
    if verdict == "contest":
        return await work.writing(review.contest, person, finding_id, note, now)
    if verdict == "confirm":
        return await work.writing(review.confirm, person, finding_id, note, now)
    if verdict == "correct" and outcome in set(Outcome):
        return await work.writing(review.correct, person, finding_id, Outcome(outcome), note, now)
    if verdict == "explain":
        return await work.writing(review.explain, person, finding_id, note, now)
    if verdict in {"uphold", "dismiss"}:
        upheld = verdict == "uphold"
        return await work.writing(review.decide, person, finding_id, upheld, note, now)
    if verdict == "bonus":
        given = float(points) if points.replace(".", "", 1).isdigit() else -1.0
        return await work.writing(review.highlight, person, finding_id, given, note, now)
    raise InvalidInput


async def publish(request: Request) -> Response:
    """Cancel the hearing, release the replay, withdraw all."""
    work, person, now = context(request).work, actor(request), utc_now()
    hearing_id = request.path_params["hearing_id"]
    async with request.form(max_files=0, max_fields=10) as form:
        act, reason = text_of(form, "act", 20), text_of(form, "reason", 300)
    try:
        if act == "release":
            await work.writing(publishing.release_replay, person, hearing_id, now)
        elif act == "withdraw":
            await commanding.withdraw(context(request), person, hearing_id, reason)
        elif act == "cancel":
            await commanding.cancel(context(request), person, hearing_id)
        else:
            raise InvalidInput
    except CourtstreamError as error:
        return await _show(request, problem=error_text(request, error), status=error.status)
    return see(f"/staff/hearings/{hearing_id}?done={act}")


async def _card(work: Work, person: UserView, desk: HearingDesk) -> ScorecardView | None:
    if Action.SEE_SCORE not in desk.allowed:
        return None
    now = utc_now()
    try:
        card = await work.reading(scoring.shown, person, desk.card.id, now)
        if card.state is ScoreState.CONFIRMED and card.contest_until and card.contest_until < now:
            await work.writing(review.close_due, now)
            card = await work.reading(scoring.shown, person, desk.card.id, now)
        elif person.judge_id is not None:
            await work.writing(scoring.saw, person, desk.card.id, now)
    except (NotFound, Conflict):
        return None
    return card


async def _show(request: Request, *, problem: str = "", status: int = 200) -> Response:
    work, person = context(request).work, actor(request)
    desk = await work.reading(listing.hearing_desk, person, request.path_params["hearing_id"])
    card = await _card(work, person, desk)
    words, wording = words_of(request), pages_of(request).wording(request)
    strip = scorecard_strip(card, desk.closures, desk.levels, words, wording) if card else ""
    values: Json = {
        "desk": desk,
        "hearing": desk.card,
        "card": card,
        "may_see_score": Action.SEE_SCORE in desk.allowed,
        "media": desk.media,
        "start": seconds_asked(request),
        "focus": request.query_params.get("item", ""),
        "may_confirm": Action.REVIEW in desk.allowed,
        "may_contest": Action.CONTEST in desk.allowed,
        "may_publish": Action.PUBLISH in desk.allowed,
        "may_schedule": Action.SCHEDULE in desk.allowed,
        "released": any(
            p.mode is PublicationMode.REPLAY and p.state is PublicationState.RELEASED
            for p in desk.publications
        ),
        "strip_svg": strip,
        "radar_svg": radar(card, words, wording) if card else "",
        "contesting": card is not None and _may_still_contest(card),
        "island": _island(desk, card, request),
        "strings": scorecard_strings(words),
        "notice": done(request, "card") or done(request, "publish_done"),
        "problem": problem,
    }
    return staff_page(request, "scorecard.html", values, status)


def _may_still_contest(card: ScorecardView) -> bool:
    over = card.contest_until is not None and card.contest_until < utc_now()
    return card.state is not ScoreState.FINAL and not over


def _island(desk: HearingDesk, card: ScorecardView | None, request: Request) -> Json:
    wording = pages_of(request).wording(request)
    placed = [s for s in card.steps if s.start is not None] if card else []
    return {
        "wallZero": desk.wall_zero_ms,
        "duration": desk.card.duration,
        "chapters": [{"start": s.start, "end": s.end, "title": wording.title(s)} for s in placed],
    }
