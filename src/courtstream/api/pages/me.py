"""我的账号: one's own sign-ins, second factor, password and API tokens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from courtstream.api import session
from courtstream.api.context import actor, context, sign_in_of
from courtstream.api.pages import factor
from courtstream.api.pages.account import text_of
from courtstream.api.pages.faults import error_text
from courtstream.api.pages.site import Json, done, see, staff_page, words_of
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import CourtstreamError, InvalidInput, SignInFailed, SignInNeeded
from courtstream.services.people import accounts, api_tokens, second_factor, sessions
from courtstream.services.views import SignIn

HERE = "/staff/me"
Form = dict[str, list[str]]


async def page(request: Request) -> Response:
    """Everything that opens a door in one's name, and how to shut it."""
    return await _page(request, {"notice": done(request, "me")})


async def act(request: Request) -> Response:
    """One change; what is shown only once comes with the answer."""
    async with request.form(max_files=0, max_fields=60) as sent:
        what = text_of(sent, "act", 20)
        form = {key: [str(v)[:300] for v in sent.getlist(key)] for key in sent}
    try:
        do = _ACTS.get(what)
        if do is None:
            raise InvalidInput
        return await do(request, form)
    except SignInFailed:
        return await _page(request, {"problem": words_of(request)("me.old_wrong")}, 403)
    except CourtstreamError as error:
        return await _page(request, {"problem": error_text(request, error)}, error.status)


async def _make_token(request: Request, form: Form) -> Response:
    days = _one(form, "days")
    made, secret = await context(request).work.writing(
        api_tokens.make,
        actor(request),
        _one(form, "name"),
        form.get("scope", []),
        int(days) if days.isascii() and days.isdigit() else 0,
        context(request).settings,
        utc_now(),
    )
    return await _page(request, {"fresh": secret, "fresh_name": made.name}, 201)


async def _revoke_token(request: Request, form: Form) -> Response:
    work = context(request).work
    await work.writing(api_tokens.revoke, actor(request), _one(form, "token"), utc_now())
    return see(f"{HERE}?done=token_revoked")


async def _revoke_session(request: Request, form: Form) -> Response:
    work = context(request).work
    await work.writing(sessions.revoke, actor(request), _one(form, "session"), utc_now())
    return see(f"{HERE}?done=session_revoked")


async def _revoke_others(request: Request, form: Form) -> Response:
    present = _present(request)
    work = context(request).work
    await work.writing(sessions.revoke_others, actor(request), present.session_id, utc_now())
    return see(f"{HERE}?done=others_revoked")


async def _confirm_factor(request: Request, form: Form) -> Response:
    platform = context(request)
    codes = await platform.work.writing(
        second_factor.confirm, actor(request), _code(request, form), platform.settings, utc_now()
    )
    return await _page(request, {"codes": codes})


async def _renew_codes(request: Request, form: Form) -> Response:
    platform = context(request)
    codes = await platform.work.writing(
        second_factor.renew_recovery,
        actor(request), _code(request, form), platform.settings, utc_now(),
    )  # fmt: skip
    return await _page(request, {"codes": codes})


async def _remove_factor(request: Request, form: Form) -> Response:
    platform = context(request)
    await platform.work.writing(
        second_factor.remove, actor(request), _code(request, form), platform.settings, utc_now()
    )
    return see(f"{HERE}?done=factor_removed")


async def _password(request: Request, form: Form) -> Response:
    platform, person = context(request), actor(request)
    platform.attempts.note(person.login, session.address_of(request))
    await platform.work.writing(
        accounts.change_own_password, person, _one(form, "old"), _one(form, "new"), utc_now()
    )
    return see("/sign-in")


_ACTS: dict[str, Callable[[Request, Form], Awaitable[Response]]] = {
    "make_token": _make_token,
    "revoke_token": _revoke_token,
    "revoke_session": _revoke_session,
    "revoke_others": _revoke_others,
    "confirm_factor": _confirm_factor,
    "renew_codes": _renew_codes,
    "remove_factor": _remove_factor,
    "password": _password,
}


async def _page(request: Request, more: Json, status: int = 200) -> Response:
    platform, person, now = context(request), actor(request), utc_now()
    state = await platform.work.reading(second_factor.state, person, platform.settings)
    scan: Json = {"qr": "", "secret": ""}
    if not state.on and "factor" in request.query_params:
        scan = await factor.scanned(request, _present(request))
    values: Json = {
        "here": "me",
        "sessions": await platform.work.reading(sessions.own, person, now),
        "present": _present(request).session_id,
        "tokens": await platform.work.reading(api_tokens.own, person, now),
        "grantable": [action.value for action in api_tokens.grantable(person)],
        "token_days": platform.settings.access.token_days,
        "factor": state,
        "local": await platform.work.reading(accounts.has_password, person.id),
        "fresh": "",
        "fresh_name": "",
        "codes": (),
        **scan,
        **more,
    }
    return staff_page(request, "me.html", values, status)


def _code(request: Request, form: Form) -> str:
    """The code, counted as an attempt."""
    name = f"code {actor(request).id}"
    context(request).attempts.note(name, session.address_of(request))
    return _one(form, "code")


def _present(request: Request) -> SignIn:
    found = sign_in_of(request)
    if found is None or found.scopes is not None:
        raise SignInNeeded
    return found


def _one(form: Form, name: str) -> str:
    return form.get(name, [""])[0].strip()
