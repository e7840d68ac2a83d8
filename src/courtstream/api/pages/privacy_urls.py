"""The addresses of seat zones and of the second pass."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from courtstream.api.pages import moments, zones

ZONES = "/staff/courtrooms/{courtroom_id}/zones"
MOMENTS = "/staff/hearings/{hearing_id}/moments"

privacy_routes: list[BaseRoute] = [
    Route(ZONES, zones.page, methods=["GET"]),
    Route(ZONES, zones.act, methods=["POST"]),
    Route(f"{ZONES}/still", zones.take_still, methods=["POST"]),
    Route(f"{ZONES}/still/{{view}}", zones.still, methods=["GET"]),
    Route(MOMENTS, moments.page, methods=["GET"]),
    Route(MOMENTS, moments.act, methods=["POST"]),
    Route(f"{MOMENTS}/{{n:int}}.jpg", moments.picture, methods=["GET"]),
]
