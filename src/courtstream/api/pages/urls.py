"""The addresses of all pages."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from courtstream.api.context import context
from courtstream.api.pages import (
    account,
    correcting,
    courtroom,
    exports,
    judge,
    late,
    public,
    recording,
    schedule,
    standards,
    view,
    words,
)
from courtstream.api.pages.assets import MOUNT, web_folder
from courtstream.api.pages.people_urls import people_routes
from courtstream.api.pages.privacy_urls import privacy_routes
from courtstream.api.pages.publication_urls import publication_routes
from courtstream.api.pages.supervision_urls import supervision_routes

ROOM = "/staff/courtrooms/{courtroom_id}"
HEARING = "/staff/hearings/{hearing_id}"


async def robots(request: Request) -> Response:
    """Search engines may find hearings, not the courts' workplace."""
    web = context(request).settings.web
    base = (web.base_url or str(request.base_url)).rstrip("/")
    rules = "User-agent: *\nDisallow: /staff\nDisallow: /sign-in\nDisallow: /media\n"
    return PlainTextResponse(f"{rules}Sitemap: {base}/sitemap.xml\n")


routes: list[BaseRoute] = [
    Route("/", public.home),
    Route("/watch/{hearing_id}", public.hearing),
    Route("/robots.txt", robots),
    Route("/staff", account.desk),
    Route("/staff/hearings", schedule.page, methods=["GET"]),
    Route("/staff/hearings", schedule.create, methods=["POST"]),
    Route("/staff/hearings/import", schedule.upload, methods=["POST"]),
    Route("/staff/recordings", recording.gaps),
    Route(HEARING, judge.hearing_page),
    Route(f"{HEARING}/recording", recording.page, methods=["GET"]),
    Route(f"{HEARING}/recording", recording.check, methods=["POST"]),
    Route(f"{HEARING}/recording.pdf", recording.pdf),
    Route(f"{HEARING}/hold", recording.hold, methods=["POST"]),
    Route(f"{HEARING}/late", late.page, methods=["GET"]),
    Route(f"{HEARING}/late", late.begin, methods=["POST"]),
    Route(f"{HEARING}/late/again", late.again, methods=["POST"]),
    Route(f"{HEARING}/late/{{upload_id}}", late.piece, methods=["PUT"]),
    Route(f"{HEARING}/late/{{upload_id}}", late.finish, methods=["POST"]),
    Route(f"{HEARING}/correct", correcting.page, methods=["GET"]),
    Route(f"{HEARING}/correct", correcting.save, methods=["POST"]),
    Route(f"{HEARING}/view", view.page),
    Route(f"{HEARING}/view/data", view.data),
    Route(f"{HEARING}/view/events", view.events),
    Route(f"{HEARING}/original", view.original, methods=["GET"]),
    Route(f"{HEARING}/original", view.open_original, methods=["POST"]),
    Route(f"{HEARING}/speakers", view.name_speaker, methods=["POST"]),
    Route(f"{HEARING}/speakers/find", view.find_speakers, methods=["POST"]),
    Route(f"{HEARING}/leaks", view.confirm_leak, methods=["POST"]),
    Route(f"{HEARING}/export/review.{{kind}}", exports.review),
    Route("/staff/standards", standards.page, methods=["GET"]),
    Route("/staff/standards", standards.propose, methods=["POST"]),
    Route("/staff/standards/{version}", standards.edition, methods=["GET"]),
    Route("/staff/standards/{version}/release", standards.release, methods=["POST"]),
    Route("/staff/scoring", standards.switch, methods=["POST"]),
    Route(f"{HEARING}/publish", judge.publish, methods=["POST"]),
    *people_routes,
    *publication_routes,
    *privacy_routes,
    *supervision_routes,
    Route(f"{HEARING}/findings/{{finding_id}}", judge.speak, methods=["POST"]),
    Route(f"{HEARING}/words", words.page, methods=["GET"]),
    Route(f"{HEARING}/words", words.act, methods=["POST"]),
    Route(ROOM, courtroom.page),
    Route(f"{ROOM}/events", courtroom.events),
    Route(f"{ROOM}/preview/{{name}}", courtroom.preview),
    Route(f"{ROOM}/command", courtroom.command, methods=["POST"]),
    Route(f"{ROOM}/sources", courtroom.add_source, methods=["POST"]),
    Route(f"{ROOM}/sources/{{source_id}}/remove", courtroom.remove_source, methods=["POST"]),
    Route(f"{ROOM}/seats", courtroom.set_seats, methods=["POST"]),
    Route(f"{ROOM}/keys", courtroom.rotate_key, methods=["POST"]),
    Route(f"{ROOM}/keys/{{key_id}}/revoke", courtroom.revoke_key, methods=["POST"]),
    Route("/staff/judges/{judge_id}", judge.performance_page),
    Mount(MOUNT, StaticFiles(directory=web_folder() / "dist", check_dir=False)),
]
"""Every page, its forms and its event stream, and the built assets."""
