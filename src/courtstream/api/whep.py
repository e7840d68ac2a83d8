"""WHEP (draft-ietf-wish-whep): the court's own people look at a running hearing with low delay.

A signed-in person gets a ticket for one hearing and one view; the player sends it as its Bearer
token, so that players that we did not write can be used, and no page can misuse a sign-in.
"""

from __future__ import annotations

from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from courtstream.api import schemas as s
from courtstream.api.context import actor, context
from courtstream.api.docs import documented
from courtstream.api.offers import FRAGMENT, SDP, ask, bearer, checked, created, refused
from courtstream.api.reading import answer, body
from courtstream.auth.tokens import site_secret
from courtstream.control.protocol import RtcReply, RtcRequest, RtcVerb
from courtstream.domain.clock import utc_now
from courtstream.services.courtroom import looks

OPEN_SECONDS = 120
"""A ticket opens a session this long; later requests of the session may bring an older one."""

SESSION_SECONDS = 5 * 3600
_BAD = RtcReply(
    status=401, code="ticket_invalid",
    message="观看凭证无效或已过期，请刷新页面 / the ticket is invalid or too old: reload the page",
)  # fmt: skip


@documented("control", s.LookOut, takes=s.LookBody, status=201, staff=True, problems=(404, 409))
async def ticket(request: Request) -> JSONResponse:
    """A ticket for a WHEP player: the redacted preview, or the raw one for the court's own."""
    asked, person = await body(request, s.LookBody), actor(request)
    hearing_id = request.path_params["hearing_id"]
    look = await context(request).work.writing(
        looks.permit, person, hearing_id, asked.view, utc_now()
    )
    token = _signer(request).dumps([look.user_id, look.hearing_id, look.view])
    made = {"url": f"/whep/{look.hearing_id}", "ticket": token, "seconds": OPEN_SECONDS}
    response = answer(s.LookOut, made, 201)
    response.headers["Cache-Control"] = "no-store"
    return response


async def watch(request: Request) -> Response:
    """POST /whep/{hearing_id}: an SDP offer that receives; 201 with the answer."""
    offer = await checked(request, SDP)
    if isinstance(offer, Response):
        return offer
    user_id, hearing_id, view = _ticket(request, OPEN_SECONDS)
    if not user_id or hearing_id != request.path_params["hearing_id"]:
        return refused(_BAD)
    look = await context(request).work.writing(
        looks.permit_again, user_id, hearing_id, view, utc_now()
    )
    asked = RtcRequest(
        kind="whep",
        verb=RtcVerb.OFFER,
        sdp=offer,
        hearing_id=look.hearing_id,
        view=look.view,
        viewer=look.user_id,
        mark=look.mark,
    )
    reply = await ask(request, look.node, asked)
    if reply.status != 201:
        return refused(reply)
    return created(reply, f"/whep/{look.node}")


async def trickle(request: Request) -> Response:
    """PATCH /whep/{node}/{session}: candidates of the player."""
    fragment = await checked(request, FRAGMENT)
    if isinstance(fragment, Response):
        return fragment
    etag = request.headers.get("if-match", "") or request.headers.get("etag", "")
    reply = await _later(request, RtcVerb.CANDIDATES, sdp=fragment, etag=etag[:128])
    return refused(reply) if reply.status != 204 else Response(status_code=204)


async def leave(request: Request) -> Response:
    """DELETE /whep/{node}/{session}: the player stops."""
    reply = await _later(request, RtcVerb.CLOSE)
    return refused(reply) if reply.status != 200 else Response(status_code=200)


async def _later(request: Request, verb: RtcVerb, **more: Any) -> RtcReply:
    user_id, hearing_id, _ = _ticket(request, SESSION_SECONDS)
    if not user_id:
        return _BAD
    session = request.path_params["session"][:64]
    asked = RtcRequest(
        kind="whep", verb=verb, session=session, viewer=user_id, hearing_id=hearing_id, **more
    )
    return await ask(request, request.path_params["node"], asked)


def _ticket(request: Request, seconds: int) -> tuple[str, str, looks.View]:
    """User, hearing and view of the Bearer token; empty when it is none of ours or too old."""
    try:
        user_id, hearing_id, view = _signer(request).loads(bearer(request), max_age=seconds)
    except (BadSignature, ValueError, TypeError):
        return "", "", "redacted"
    return str(user_id), str(hearing_id), "raw" if view == "raw" else "redacted"


def _signer(request: Request) -> URLSafeTimedSerializer:
    secret = site_secret(context(request).settings.secret_key)
    return URLSafeTimedSerializer(secret, salt="courtstream.look")
