"""Which action of the policy table each address needs; an address that names none is shut.

One table for every route, read by the gate below, by the tests and by whoever wonders. Where
several actions stand, each opens the address and the service decides by what is really asked.
The gate asks only whether the role has an action anywhere at all; where, the services ask
(`auth.policy.require`), so a mistake in one place is caught by the other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from enum import Enum, auto
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from courtstream.api.context import sign_in_of
from courtstream.auth.policy import ALLOWED
from courtstream.auth.policy import Action as A
from courtstream.domain.errors import Forbidden, SignInNeeded
from courtstream.services.views import SignIn

Endpoint = Callable[[Request], Awaitable[Response]]


class Open(Enum):
    """Addresses that need no action."""

    PUBLIC = auto()
    """Anybody; what is shown depends on the gate and the publication."""
    OWN_KEY = auto()
    """Whoever brings the key, ticket or token that the handler itself checks."""
    STAFF = auto()
    """Anybody signed in, for what is their own."""


Needs = Open | frozenset[A]
_H, _P = "/api/v1/hearings/{hearing_id}", "/staff/hearings/{hearing_id}"
_ROOM, _API_ROOM = "/staff/courtrooms/{courtroom_id}", "/api/v1/courtrooms/{courtroom_id}"

_PUBLIC = """
GET /healthz | GET /readyz | GET /openapi.json | GET /robots.txt
GET /media/{hearing_id}/live/{name} | GET /media/{hearing_id}/stills/{name}
GET /media/{hearing_id}/storyboard.vtt | GET /media/{hearing_id}/text/{name}
GET /media/{hearing_id}/clips/{name} | GET /media/{hearing_id}/recording.mp4
GET /api/v1/session | POST /api/v1/session | DELETE /api/v1/session
GET /api/v1/hearings | GET /api/v1/hearings/{hearing_id} | GET /api/v1/hearings/{hearing_id}/events
GET /api/v1/hearings/{hearing_id}/transcript
GET /api/v1/hearings/{hearing_id}/transcript/{format}
GET / | GET /watch/{hearing_id} | GET /text/{hearing_id} | GET /clips/{hearing_id}
GET /embed/{hearing_id} | GET /verdict/{hearing_id} | GET /judgments | GET /calendar
GET /calendar.ics | GET /feed.xml | GET /sitemap.xml | GET /courts | GET /courts/{court_id}
GET /h/{code} | GET /accessibility
GET /sign-in | POST /sign-in | GET /sign-in/code | POST /sign-in/code | GET /sign-in/enrol
POST /sign-in/enrol | GET /sign-in/sso | GET /sign-in/sso/back | POST /sign-out
"""

_OWN_KEY = """
GET /metrics
POST /whip | OPTIONS /whip | PATCH /whip/{node}/{session} | DELETE /whip/{node}/{session}
OPTIONS /whip/{node}/{session} | POST /whep/{hearing_id} | OPTIONS /whep/{hearing_id}
PATCH /whep/{node}/{session} | DELETE /whep/{node}/{session} | OPTIONS /whep/{node}/{session}
"""

_STAFF = "GET /staff | GET /staff/me | POST /staff/me"

_FILE_ACTS = (A.SCHEDULE, A.COMMAND, A.CORRECT_CLOSURE, A.SAY_APPROVAL, A.APPROVE, A.FILE_OBJECTION)
_SOUND_ACTS = (A.HIDE_LATER, A.OPEN_LATER)
_REQUEST_ACTS = (A.FILE_CORRECTION, A.DECIDE_CORRECTION)
_TEXT_ACTS = (A.EDIT_TRANSCRIPT, A.SIGN_TRANSCRIPT, *_SOUND_ACTS, *_REQUEST_ACTS)

_ACTIONS: Mapping[str, tuple[A, ...]] = {
    "POST /api/v1/hearings/import": (A.SCHEDULE,),
    f"PATCH {_H}": (A.SCHEDULE,),
    f"POST {_H}/cancel": (A.SCHEDULE,),
    f"GET {_H}/file": (A.SEE_COURTROOM,),
    f"POST {_H}/approval": (A.SAY_APPROVAL,),
    f"POST {_H}/reconsider": (A.APPROVE,),
    f"PUT {_H}/closures": (A.SCHEDULE, A.COMMAND, A.CORRECT_CLOSURE),
    f"POST {_H}/objections": (A.FILE_OBJECTION,),
    f"PUT {_H}/objections/{{objection_id}}": (A.APPROVE,),
    f"POST {_H}/notices": (A.SCHEDULE,),
    f"POST {_H}/release": (A.PUBLISH,),
    f"POST {_H}/withdraw": (A.PUBLISH,),
    f"GET {_H}/recording-log": (A.SEE_COURTROOM,),
    f"POST {_H}/holds": (A.PUBLISH,),
    f"DELETE {_H}/holds/{{hold_id}}": (A.PUBLISH,),
    f"POST {_H}/looks": (A.SEE_COURTROOM, A.LOOK_RAW),
    f"POST {_H}/commands": (A.COMMAND,),
    f"GET {_H}/coming": (A.COMMAND,),
    f"GET {_H}/transcript/changes": (A.EDIT_TRANSCRIPT,),
    f"GET {_H}/text": (A.EDIT_TRANSCRIPT,),
    f"POST {_H}/text/state": (A.EDIT_TRANSCRIPT, A.SIGN_TRANSCRIPT),
    f"PATCH {_H}/turns/{{turn_id}}": (A.EDIT_TRANSCRIPT,),
    f"POST {_H}/speech": (A.HIDE_LATER, A.OPEN_LATER),
    "POST /api/v1/speech/{correction_id}/decision": (A.HIDE_LATER, A.OPEN_LATER),
    f"POST {_H}/requests": (A.FILE_CORRECTION,),
    "POST /api/v1/requests/{request_id}/decision": (A.DECIDE_CORRECTION,),
    f"GET {_H}/scorecard": (A.SEE_SCORE,),
    "POST /api/v1/findings/{finding_id}/reviews": (A.REVIEW, A.CONTEST),
    f"GET {_API_ROOM}/sources": (A.SEE_COURTROOM,),
    f"POST {_API_ROOM}/sources": (A.CHANGE_KEY,),
    f"DELETE {_API_ROOM}/sources/{{source_id}}": (A.CHANGE_KEY,),
    f"POST {_API_ROOM}/keys": (A.CHANGE_KEY,),
    f"DELETE {_API_ROOM}/keys/{{key_id}}": (A.CHANGE_KEY,),
    "GET /staff/hearings": (A.SEE_COURTROOM, A.SEE_SCORE),
    "POST /staff/hearings": (A.SCHEDULE,),
    "POST /staff/hearings/import": (A.SCHEDULE,),
    "GET /staff/recordings": (A.SEE_COURTROOM,),
    f"GET {_P}": (A.SEE_COURTROOM, A.SEE_SCORE),
    f"GET {_P}/recording": (A.SEE_COURTROOM,),
    f"POST {_P}/recording": (A.SEE_COURTROOM,),
    f"GET {_P}/recording.pdf": (A.SEE_COURTROOM,),
    f"POST {_P}/hold": (A.PUBLISH,),
    f"GET {_P}/late": (A.SEE_COURTROOM,),
    f"POST {_P}/late": (A.BRING_LATE,),
    f"POST {_P}/late/again": (A.BRING_LATE,),
    f"PUT {_P}/late/{{upload_id}}": (A.BRING_LATE,),
    f"POST {_P}/late/{{upload_id}}": (A.BRING_LATE,),
    f"GET {_P}/correct": (A.SCHEDULE,),
    f"POST {_P}/correct": (A.SCHEDULE,),
    f"GET {_P}/view": (A.SEE_COURTROOM, A.SEE_SCORE),
    f"GET {_P}/view/data": (A.SEE_COURTROOM, A.SEE_SCORE),
    f"GET {_P}/view/events": (A.SEE_COURTROOM, A.SEE_SCORE),
    f"GET {_P}/original": (A.SEE_ORIGINAL,),
    f"POST {_P}/original": (A.SEE_ORIGINAL,),
    f"POST {_P}/speakers": (A.NAME_SPEAKER,),
    f"POST {_P}/speakers/find": (A.NAME_SPEAKER,),
    f"POST {_P}/leaks": (A.REVIEW,),
    f"GET {_P}/export/review.{{kind}}": (A.SEE_SCORE,),
    f"POST {_P}/publish": (A.PUBLISH, A.SCHEDULE),
    f"GET {_P}/verdict": (A.SEE_COURTROOM,),
    f"POST {_P}/verdict": (A.PUBLISH,),
    f"GET {_P}/clips": (A.SEE_COURTROOM,),
    f"POST {_P}/clips": (A.PUBLISH,),
    f"GET {_P}/gate": (A.SEE_COURTROOM,),
    f"POST {_P}/gate": _FILE_ACTS,
    f"GET {_P}/notice": (A.SEE_COURTROOM,),
    f"GET {_P}/entries": (A.SEE_COURTROOM,),
    f"POST {_P}/entries": (A.PUBLISH,),
    f"GET {_P}/files/{{part}}/{{name}}": (A.SEE_COURTROOM,),
    f"GET {_P}/moments": (A.PUBLISH,),
    f"POST {_P}/moments": (A.PUBLISH,),
    f"GET {_P}/moments/{{n:int}}.jpg": (A.PUBLISH,),
    f"POST {_P}/findings/{{finding_id}}": (A.REVIEW, A.CONTEST),
    f"GET {_P}/words": (A.EDIT_TRANSCRIPT,),
    f"POST {_P}/words": _TEXT_ACTS,
    f"GET {_ROOM}": (A.SEE_COURTROOM,),
    f"GET {_ROOM}/events": (A.SEE_COURTROOM,),
    f"GET {_ROOM}/preview/{{name}}": (A.SEE_COURTROOM,),
    f"POST {_ROOM}/command": (A.COMMAND,),
    f"POST {_ROOM}/seats": (A.CHANGE_KEY,),
    f"POST {_ROOM}/sources": (A.CHANGE_KEY,),
    f"POST {_ROOM}/sources/{{source_id}}/remove": (A.CHANGE_KEY,),
    f"POST {_ROOM}/keys": (A.CHANGE_KEY,),
    f"POST {_ROOM}/keys/{{key_id}}/revoke": (A.CHANGE_KEY,),
    f"GET {_ROOM}/zones": (A.SEE_COURTROOM,),
    f"POST {_ROOM}/zones": (A.COMMAND,),
    f"POST {_ROOM}/zones/still": (A.COMMAND,),
    f"GET {_ROOM}/zones/still/{{view}}": (A.SEE_COURTROOM,),
    "GET /staff/standards": (A.MANAGE_STANDARDS,),
    "POST /staff/standards": (A.MANAGE_STANDARDS,),
    "GET /staff/standards/{version}": (A.MANAGE_STANDARDS,),
    "POST /staff/standards/{version}/release": (A.MANAGE_STANDARDS,),
    "POST /staff/scoring": (A.SWITCH_SCORING,),
    "GET /staff/publication": (A.SEE_COURTROOM,),
    "GET /staff/coverage": (A.SEE_COVERAGE,),
    "GET /staff/coverage/{kind}": (A.SEE_COVERAGE,),
    "GET /staff/behind/{code}": (A.SEE_COVERAGE, A.SEE_PERFORMANCE),
    "GET /staff/judges/{judge_id}": (A.SEE_PERFORMANCE,),
    "GET /staff/judges/{judge_id}/{kind}": (A.SEE_PERFORMANCE,),
    "POST /staff/judges/{judge_id}/annotations": (A.CONTEST,),
    "GET /staff/indicators": (A.SEE_COVERAGE,),
    "POST /staff/indicators": (A.REPORT_FIGURES, A.SUPERVISE),
    "GET /staff/evidence/{assessment_id}/{file_id}": (A.SEE_COVERAGE,),
    "GET /staff/reports/{job_id}": (A.SUPERVISE,),
    "GET /staff/notices": (A.SUPERVISE, A.ANSWER_NOTICE),
    "POST /staff/notices/run": (A.SUPERVISE,),
    "GET /staff/notices/{notice_id}": (A.SUPERVISE, A.ANSWER_NOTICE),
    "POST /staff/notices/{notice_id}": (A.SUPERVISE, A.ANSWER_NOTICE),
    "GET /staff/users": (A.MANAGE_USERS,),
    "POST /staff/users": (A.MANAGE_USERS,),
    "POST /staff/users/{user_id}": (A.MANAGE_USERS,),
    "GET /staff/nodes": (A.MANAGE_NODES,),
    "POST /staff/nodes": (A.MANAGE_NODES,),
    "GET /staff/audit": (A.SEE_AUDIT,),
    "GET /staff/audit/{kind}": (A.SEE_AUDIT,),
}


def _listed(text: str) -> Iterable[str]:
    return (name for line in text.splitlines() for name in line.split(" | ") if name)


TABLE: Mapping[str, Needs] = {
    **dict.fromkeys(_listed(_PUBLIC), Open.PUBLIC),
    **dict.fromkeys(_listed(_OWN_KEY), Open.OWN_KEY),
    **dict.fromkeys(_listed(_STAFF), Open.STAFF),
    **{name: frozenset(actions) for name, actions in _ACTIONS.items()},
}
"""What each `METHOD /path` needs."""


def names(route: Route) -> list[str]:
    """The table's names of a route: one a method; HEAD goes with GET."""
    methods = sorted((route.methods or {"GET"}) - {"HEAD"})
    return [f"{method} {route.path}" for method in methods]


def guarded(routes: Sequence[BaseRoute]) -> list[BaseRoute]:
    """The same routes, each behind what the table says of it."""
    return [_guarded(route) if isinstance(route, Route) else route for route in routes]


def _guarded(route: Route) -> Route:
    endpoint, needs = route.endpoint, [TABLE.get(name) for name in names(route)]

    @wraps(endpoint)
    async def gate(request: Request) -> Response:
        for need in needs:
            _check(request, need)
        answer: Response = await endpoint(request)
        return answer

    return Route(route.path, gate, methods=sorted(route.methods or {"GET"}), name=route.name)


def _check(request: Request, needs: Needs | None) -> None:
    """Raises SignInNeeded or Forbidden. An address without a line in the table is shut."""
    if needs is None:
        raise Forbidden
    if needs in {Open.PUBLIC, Open.OWN_KEY}:
        return
    found = sign_in_of(request)
    if found is None:
        raise SignInNeeded
    if found.scopes is not None and not request.url.path.startswith("/api/"):
        raise Forbidden("令牌只用于接口 / tokens are for the API")
    if isinstance(needs, frozenset) and not _has_one(found, needs):
        raise Forbidden(action=min(needs))


def _has_one(found: SignIn, needs: frozenset[A]) -> bool:
    having = {action for action in needs if found.user.role in ALLOWED[action]}
    return bool(having if found.scopes is None else having & found.scopes)
