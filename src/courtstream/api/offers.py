"""What WHIP and WHEP share: an offer in, an answer or a problem document out (RFC 9725).

The platform speaks HTTP only; the node's WebRTC process is asked for the rest.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from courtstream.api.context import context
from courtstream.api.problems import problem
from courtstream.control.protocol import RtcReply, RtcRequest
from courtstream.domain import errors
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import CourtstreamError, NodeAway

LARGEST_BODY = 65_536
SDP, FRAGMENT = "application/sdp", "application/trickle-ice-sdpfrag"
ALLOW_OTHERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Location, ETag, Link, Accept-Patch, Access-Control-Allow-Methods"
    ),
}
_STATUS: Mapping[str, int] = {
    error.code: error.status
    for error in vars(errors).values()
    if isinstance(error, type) and issubclass(error, CourtstreamError)
}


async def checked(request: Request, kind: str) -> str | Response:
    """The body when the request has a key, the right type and a fitting size."""
    if not bearer(request):
        return unauthorised()
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != kind:
        return problem_of(415, "media_type", f"内容类型须为 {kind}", f"The type must be {kind}.")
    body = await bounded(request)
    if body is None:
        return problem_of(413, "too_large", "内容过大", "The body is too large.")
    try:
        return body.decode()
    except UnicodeDecodeError:
        return problem_of(400, "sdp_malformed", "SDP 无法解析", "The SDP cannot be parsed.")


async def bounded(request: Request, limit: int = LARGEST_BODY) -> bytes | None:
    """The whole body, None when it is larger than `limit`; the rest is not read."""
    parts, size = [], 0
    async for part in request.stream():
        parts.append(part)
        size += len(part)
        if size > limit:
            return None
    return b"".join(parts)


def bearer(request: Request) -> str:
    """The Bearer token (RFC 6750 §2.1), empty when there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and len(token) <= 512 else ""


def refused(reply: RtcReply) -> Response:
    """A refusal of the node or the door as a problem document."""
    status = reply.status or _STATUS.get(reply.code, 403)
    zh, _, en = reply.message.partition(" / ")
    if status == 401:
        return unauthorised(reply.code, zh, en)
    return problem_of(status, reply.code, zh, en or zh)


def created(reply: RtcReply, address: str) -> Response:
    """201: the answer, the new session under `address`, its entity tag (RFC 9725 §4.2)."""
    headers = {
        **ALLOW_OTHERS,
        "Location": f"{address}/{reply.session}",
        "ETag": reply.etag,
        "Accept-Patch": FRAGMENT,
        "Cache-Control": "no-store",
    }
    return Response(reply.sdp, 201, headers, SDP)


async def ask(request: Request, node: str, asked: RtcRequest) -> RtcReply:
    """Ask a node's WebRTC side; one that does not answer is an answer of its own."""
    platform = context(request)
    known = {beat.node for beat in platform.board.nodes(utc_now())} | {platform.settings.node}
    if platform.bus is None or node not in known:
        return _away(NodeAway())
    try:
        return await platform.bus.request_rtc(node, asked)
    except NodeAway as error:
        return _away(error)


def _away(error: NodeAway) -> RtcReply:
    return RtcReply(status=error.status, code=error.code, message=f"{error.zh} / {error.message}")


def unauthorised(code: str = "key_needed", zh: str = "", en: str = "") -> Response:
    """401 with what to send."""
    response = problem_of(
        401, code, zh or "缺少推流密钥", en or "The ingest key is needed as Bearer token."
    )
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


def problem_of(status: int, code: str, zh: str, en: str) -> Response:
    """A problem document that other origins may read."""
    response = problem(status, code, zh, en)
    response.headers.update(ALLOW_OTHERS)
    return response
