"""The addresses of signing in, of one's own access, of accounts and of the audit."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from courtstream.api.pages import audit

people_routes: list[BaseRoute] = [
    Route("/staff/audit", audit.page),
    Route("/staff/audit/{kind}", audit.download),
]
