"""JSON: sign-in, ingest keys, scorecards and reviews."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from courtstream.api import keying, session
from courtstream.api import schemas as s
from courtstream.api import score_schemas as c
from courtstream.api.context import actor, context, sign_in_of
from courtstream.api.docs import documented
from courtstream.api.reading import answer, body
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import (
    InvalidInput,
    SecondFactorMissing,
    SecondFactorNeeded,
    SignInNeeded,
)
from courtstream.services.courtroom import courtrooms
from courtstream.services.people import sessions
from courtstream.services.scoring import review
from courtstream.services.scoring import scorecards as scoring


@documented("session", s.SignInOut, takes=s.SignInBody, problems=(401, 403, 429))
async def sign_in(request: Request) -> JSONResponse:
    """Sign in; the cookie comes with the answer. Accounts with a second factor send its code."""
    asked = await body(request, s.SignInBody)
    entered = await session.enter(request, asked.login, asked.password)
    if entered.sign_in.stage == sessions.SECOND and asked.code:
        entered = await session.prove(request, entered.sign_in, asked.code)
    if entered.sign_in.stage == sessions.SECOND:
        raise SecondFactorNeeded
    if entered.sign_in.stage == sessions.ENROL:
        raise SecondFactorMissing
    response = answer(s.SignInOut, entered.sign_in)
    session.set_cookie(request, response, entered.token)
    return response


@documented("session", s.SignInOut, problems=(401,))
async def who(request: Request) -> JSONResponse:
    """The present sign-in."""
    found = sign_in_of(request)
    if found is None:
        raise SignInNeeded
    return answer(s.SignInOut, found)


@documented("session", None, status=204, problems=())
async def sign_out(request: Request) -> Response:
    """End the sign-in."""
    await session.leave(request)
    response = Response(status_code=204)
    session.clear_cookie(request, response)
    return response


@documented("ingest", s.NewKeyOut, status=201, staff=True)
async def rotate_key(request: Request) -> JSONResponse:
    """Revoke the courtroom's keys and make a new one, shown this once."""
    person, platform = actor(request), context(request)
    room_id = request.path_params["courtroom_id"]
    view, secret = await keying.rotate(request)
    urls = await platform.work.reading(
        courtrooms.key_urls, person, room_id, platform.settings, platform.board, secret
    )
    made = {"key": view, "secret": secret, "server": urls.server, "url": urls.whole}
    response = answer(s.NewKeyOut, made, 201)
    response.headers["Cache-Control"] = "no-store"
    return response


@documented("ingest", s.KeyOut, staff=True)
async def revoke_key(request: Request) -> JSONResponse:
    """Revoke one key."""
    return answer(s.KeyOut, await keying.revoke(request))


@documented("scores", c.ScorecardOut, staff=True)
async def scorecard(request: Request) -> JSONResponse:
    """The current scorecard of a hearing: a suggestion for people, with its evidence."""
    work, person, now = context(request).work, actor(request), utc_now()
    hearing_id = request.path_params["hearing_id"]
    view = await work.reading(scoring.shown, person, hearing_id, now)
    await work.writing(scoring.saw, person, hearing_id, now)
    return answer(c.ScorecardOut, view)


@documented("scores", c.FindingOut, takes=c.ReviewBody, staff=True)
async def review_finding(request: Request) -> JSONResponse:
    """Confirm, correct, explain or contest a finding; answer a contest; give a highlight."""
    asked = await body(request, c.ReviewBody)
    person, work = actor(request), context(request).work
    finding, now = request.path_params["finding_id"], utc_now()
    if asked.verdict == "confirm":
        view = await work.writing(review.confirm, person, finding, asked.note, now)
    elif asked.verdict == "contest":
        view = await work.writing(review.contest, person, finding, asked.note, now)
    elif asked.verdict == "explain":
        view = await work.writing(review.explain, person, finding, asked.note, now)
    elif asked.verdict in {"uphold", "dismiss"}:
        upheld = asked.verdict == "uphold"
        view = await work.writing(review.decide, person, finding, upheld, asked.note, now)
    elif asked.verdict == "bonus":
        given = asked.points if asked.points is not None else -1.0
        view = await work.writing(review.highlight, person, finding, given, asked.note, now)
    elif asked.outcome is None:
        raise InvalidInput("更正须给出结论 / a correction needs an outcome")
    else:
        view = await work.writing(review.correct, person, finding, asked.outcome, asked.note, now)
    return answer(c.FindingOut, view)
