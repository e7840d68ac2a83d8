"""The addresses of signing in, of one's own access, of accounts and of the audit."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from courtstream.api import sign_on
from courtstream.api.pages import account, audit, factor, me, nodes, users

people_routes: list[BaseRoute] = [
    Route("/sign-in", account.sign_in_form, methods=["GET"]),
    Route("/sign-in", account.sign_in, methods=["POST"]),
    Route("/sign-in/code", factor.code_form, methods=["GET"]),
    Route("/sign-in/code", factor.code, methods=["POST"]),
    Route("/sign-in/enrol", factor.enrol_form, methods=["GET"]),
    Route("/sign-in/enrol", factor.enrol, methods=["POST"]),
    Route("/sign-in/sso", factor.sso, methods=["GET"]),
    Route(sign_on.BACK, factor.sso_back, methods=["GET"]),
    Route("/sign-out", account.sign_out, methods=["POST"]),
    Route("/staff/me", me.page, methods=["GET"]),
    Route("/staff/me", me.act, methods=["POST"]),
    Route("/staff/users", users.page, methods=["GET"]),
    Route("/staff/users", users.add, methods=["POST"]),
    Route("/staff/users/{user_id}", users.act, methods=["POST"]),
    Route("/staff/nodes", nodes.page, methods=["GET"]),
    Route("/staff/nodes", nodes.act, methods=["POST"]),
    Route("/staff/audit", audit.page),
    Route("/staff/audit/{kind}", audit.download),
]
