"""The addresses of the publication work and of the text modes."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from courtstream.api.pages import clips, entries, finding, gate, modes, verdict

HEARING = "/staff/hearings/{hearing_id}"

publication_routes: list[BaseRoute] = [
    Route("/text/{hearing_id}", modes.running),
    Route("/clips/{hearing_id}", clips.story),
    Route("/embed/{hearing_id}", clips.embed),
    Route("/verdict/{hearing_id}", verdict.public),
    Route("/judgments", verdict.listing),
    Route("/calendar", finding.calendar),
    Route("/calendar.ics", finding.ical),
    Route("/feed.xml", finding.feed),
    Route("/sitemap.xml", finding.sitemap),
    Route("/courts", finding.courts),
    Route("/courts/{court_id}", finding.court),
    Route("/h/{code}", finding.short),
    Route("/accessibility", modes.accessibility),
    Route("/staff/publication", gate.queue),
    Route(f"{HEARING}/verdict", verdict.page, methods=["GET"]),
    Route(f"{HEARING}/verdict", verdict.act, methods=["POST"]),
    Route(f"{HEARING}/clips", clips.page, methods=["GET"]),
    Route(f"{HEARING}/clips", clips.act, methods=["POST"]),
    Route(f"{HEARING}/gate", gate.page, methods=["GET"]),
    Route(f"{HEARING}/gate", gate.act, methods=["POST"]),
    Route(f"{HEARING}/notice", gate.notice),
    Route(f"{HEARING}/entries", entries.page, methods=["GET"]),
    Route(f"{HEARING}/entries", entries.act, methods=["POST"]),
    Route(f"{HEARING}/files/{{part}}/{{name}}", entries.staff_file),
]
