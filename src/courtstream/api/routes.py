"""Every address of the platform on one page."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from courtstream.api import (
    health,
    hearings,
    media,
    operating,
    publication,
    sources,
    staff,
    texts,
    whep,
    whip,
)
from courtstream.api.access import guarded
from courtstream.api.docs import openapi
from courtstream.api.pages import routes as page_routes

API = "/api/v1"

api_routes: list[BaseRoute] = [
    Route(f"{API}/session", staff.who, methods=["GET"]),
    Route(f"{API}/session", staff.sign_in, methods=["POST"]),
    Route(f"{API}/session", staff.sign_out, methods=["DELETE"]),
    Route(f"{API}/hearings", hearings.find, methods=["GET"]),
    Route(f"{API}/hearings/import", hearings.import_file, methods=["POST"]),
    Route(f"{API}/hearings/{{hearing_id}}", hearings.detail, methods=["GET"]),
    Route(f"{API}/hearings/{{hearing_id}}/transcript", hearings.transcript, methods=["GET"]),
    Route(f"{API}/hearings/{{hearing_id}}/transcript/changes", texts.changes, methods=["GET"]),
    Route(f"{API}/hearings/{{hearing_id}}/transcript/{{format}}", texts.file, methods=["GET"]),
    Route(f"{API}/hearings/{{hearing_id}}/text", texts.detail, methods=["GET"]),
    Route(f"{API}/hearings/{{hearing_id}}/text/state", texts.state, methods=["POST"]),
    Route(f"{API}/hearings/{{hearing_id}}/turns/{{turn_id}}", texts.edit, methods=["PATCH"]),
    Route(f"{API}/hearings/{{hearing_id}}/speech", texts.speech, methods=["POST"]),
    Route(f"{API}/speech/{{correction_id}}/decision", texts.decide_speech, methods=["POST"]),
    Route(f"{API}/hearings/{{hearing_id}}/requests", texts.file_request, methods=["POST"]),
    Route(f"{API}/requests/{{request_id}}/decision", texts.decide_request, methods=["POST"]),
    Route(f"{API}/hearings/{{hearing_id}}/events", hearings.events, methods=["GET"]),
    Route(f"{API}/hearings/{{hearing_id}}/looks", whep.ticket, methods=["POST"]),
    Route(f"{API}/hearings/{{hearing_id}}/commands", hearings.command, methods=["POST"]),
    Route(f"{API}/hearings/{{hearing_id}}/coming", hearings.coming, methods=["GET"]),
    Route(f"{API}/hearings/{{hearing_id}}", operating.correct, methods=["PATCH"]),
    Route(f"{API}/hearings/{{hearing_id}}/recording-log", operating.recording_log),
    Route(f"{API}/hearings/{{hearing_id}}/holds", operating.place_hold, methods=["POST"]),
    Route(
        f"{API}/hearings/{{hearing_id}}/holds/{{hold_id}}", operating.lift_hold, methods=["DELETE"]
    ),
    Route(f"{API}/hearings/{{hearing_id}}/cancel", hearings.cancel, methods=["POST"]),
    Route(f"{API}/hearings/{{hearing_id}}/file", publication.file, methods=["GET"]),
    Route(f"{API}/hearings/{{hearing_id}}/approval", publication.approve, methods=["POST"]),
    Route(f"{API}/hearings/{{hearing_id}}/reconsider", publication.reconsider, methods=["POST"]),
    Route(f"{API}/hearings/{{hearing_id}}/closures", publication.find_closures, methods=["PUT"]),
    Route(f"{API}/hearings/{{hearing_id}}/objections", publication.object_to, methods=["POST"]),
    Route(
        f"{API}/hearings/{{hearing_id}}/objections/{{objection_id}}",
        publication.decide_objection,
        methods=["PUT"],
    ),
    Route(f"{API}/hearings/{{hearing_id}}/notices", publication.give_notice, methods=["POST"]),
    Route(f"{API}/hearings/{{hearing_id}}/release", hearings.release, methods=["POST"]),
    Route(f"{API}/hearings/{{hearing_id}}/withdraw", hearings.withdraw, methods=["POST"]),
    Route(f"{API}/hearings/{{hearing_id}}/scorecard", staff.scorecard, methods=["GET"]),
    Route(f"{API}/findings/{{finding_id}}/reviews", staff.review_finding, methods=["POST"]),
    Route(f"{API}/courtrooms/{{courtroom_id}}/sources", sources.find, methods=["GET"]),
    Route(f"{API}/courtrooms/{{courtroom_id}}/sources", sources.add, methods=["POST"]),
    Route(
        f"{API}/courtrooms/{{courtroom_id}}/sources/{{source_id}}",
        sources.remove,
        methods=["DELETE"],
    ),
    Route(f"{API}/courtrooms/{{courtroom_id}}/keys", staff.rotate_key, methods=["POST"]),
    Route(
        f"{API}/courtrooms/{{courtroom_id}}/keys/{{key_id}}", staff.revoke_key, methods=["DELETE"]
    ),
]


async def openapi_json(request: Request) -> JSONResponse:
    """GET /openapi.json."""
    return JSONResponse(openapi(api_routes))


media_routes: list[BaseRoute] = [
    Route("/media/{hearing_id}/live/{name}", media.live, methods=["GET"]),
    Route("/media/{hearing_id}/stills/{name}", media.still, methods=["GET"]),
    Route("/media/{hearing_id}/storyboard.vtt", media.storyboard, methods=["GET"]),
    Route("/media/{hearing_id}/text/{name}", media.text, methods=["GET"]),
    Route("/media/{hearing_id}/clips/{name}", media.clip, methods=["GET"]),
    Route("/media/{hearing_id}/recording.mp4", media.recording, methods=["GET"]),
]

rtc_routes: list[BaseRoute] = [
    Route("/whip", whip.publish, methods=["POST"]),
    Route("/whip", whip.preflight, methods=["OPTIONS"]),
    Route("/whip/{node}/{session}", whip.trickle, methods=["PATCH"]),
    Route("/whip/{node}/{session}", whip.leave, methods=["DELETE"]),
    Route("/whip/{node}/{session}", whip.preflight, methods=["OPTIONS"]),
    Route("/whep/{hearing_id}", whep.watch, methods=["POST"]),
    Route("/whep/{hearing_id}", whip.preflight, methods=["OPTIONS"]),
    Route("/whep/{node}/{session}", whep.trickle, methods=["PATCH"]),
    Route("/whep/{node}/{session}", whep.leave, methods=["DELETE"]),
    Route("/whep/{node}/{session}", whip.preflight, methods=["OPTIONS"]),
]

operator_routes: list[BaseRoute] = [
    Route("/healthz", health.healthz, methods=["GET"]),
    Route("/readyz", health.readyz, methods=["GET"]),
    Route("/metrics", health.metrics, methods=["GET"]),
    Route("/openapi.json", openapi_json, methods=["GET"]),
]

routes: list[BaseRoute] = guarded(
    [*operator_routes, *media_routes, *rtc_routes, *api_routes, *page_routes]
)
"""All of them behind the table of `access`."""
