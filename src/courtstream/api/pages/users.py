"""账号: an administrator's list of the accounts within reach."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from courtstream.api.context import actor, context
from courtstream.api.pages.account import text_of
from courtstream.api.pages.faults import error_text
from courtstream.api.pages.site import Json, done, see, staff_page
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import CourtstreamError, InvalidInput
from courtstream.domain.staff import StaffRole
from courtstream.services.docket import lookup
from courtstream.services.people import accounts, second_factor, sessions

HERE = "/staff/users"


async def page(request: Request) -> Response:
    """The accounts, and a form for a new one."""
    return await _page(request)


async def add(request: Request) -> Response:
    """A new account."""
    async with request.form(max_files=0, max_fields=12) as form:
        given = {k: text_of(form, k, 256) for k in ("login", "name", "password", "court", "judge")}
        role = text_of(form, "role", 20)
    work, person = context(request).work, actor(request)
    try:
        if role not in set(StaffRole):
            raise InvalidInput("请选择角色 / choose a role")
        judge_id = None
        if given["judge"]:
            judge_id = await work.reading(lookup.judge_id, given["court"], given["judge"])
        await work.writing(
            accounts.add_user,
            person,
            login=given["login"],
            name=given["name"],
            password=given["password"],
            role=StaffRole(role),
            court_id=given["court"] or None,
            judge_id=judge_id,
            now=utc_now(),
        )
    except CourtstreamError as error:
        given.pop("password")
        return await _page(
            request, error_text(request, error), error.status, {**given, "role": role}
        )
    return see(f"{HERE}?done=added")


async def act(request: Request) -> Response:
    """Switch an account on or off, give it a new password, take its factor or its sign-ins."""
    user_id, now = request.path_params["user_id"], utc_now()
    async with request.form(max_files=0, max_fields=10) as form:
        what, password = text_of(form, "act", 20), text_of(form, "password", 256)
    work, person = context(request).work, actor(request)
    try:
        if what in {"on", "off"}:
            await work.writing(accounts.change_user, person, user_id, now, active=what == "on")
        elif what == "password":
            await work.writing(accounts.change_user, person, user_id, now, password=password)
        elif what == "factor":
            await work.writing(second_factor.reset, person, user_id, now)
        elif what == "sessions":
            await work.writing(sessions.revoke_all, person, user_id, now)
        else:
            raise InvalidInput
    except CourtstreamError as error:
        return await _page(request, error_text(request, error), error.status)
    return see(f"{HERE}?done={what}")


async def _page(
    request: Request, problem: str = "", status: int = 200, typed: dict[str, str] | None = None
) -> Response:
    work, person = context(request).work, actor(request)
    values: Json = {
        "here": "users",
        "users": await work.reading(accounts.users, person),
        "courts": await work.reading(accounts.manageable, person),
        "roles": list(StaffRole),
        "typed": typed or {},
        "me": person.id,
        "notice": done(request, "users"),
        "problem": problem,
    }
    return staff_page(request, "users.html", values, status)
