"""The pages object of the running application, and small things every handler needs."""

from __future__ import annotations

from datetime import date
from typing import Any

from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response

from courtstream.api.context import context, sign_in_of
from courtstream.api.pages.i18n import Catalog
from courtstream.api.pages.render import Pages

Json = dict[str, Any]


def pages_of(connection: HTTPConnection) -> Pages:
    """The loaded templates; made at the first page and kept on the application."""
    state = connection.app.state
    if not hasattr(state, "pages"):
        settings = context(connection).settings
        state.pages = Pages.standard(settings.web.base_url, settings.demo)
    found = state.pages
    assert isinstance(found, Pages)
    return found


def words_of(request: Request) -> Catalog:
    """The catalog of the request's language."""
    return pages_of(request).words(request)


def staff_page(request: Request, template: str, values: Json, status: int = 200) -> Response:
    """A page of the courts' workplace for the person signed in."""
    shared = {"notice": "", "problem": ""}
    return pages_of(request).respond(
        request,
        template,
        {**shared, **values},
        sign_in=sign_in_of(request),
        staff=True,
        status=status,
    )


def public_page(request: Request, template: str, values: Json) -> Response:
    """A page for everybody; staff who are signed in keep their name in the masthead."""
    return pages_of(request).respond(request, template, values, sign_in=sign_in_of(request))


def done(request: Request, key: str) -> str:
    """The notice named in the address after a redirect, empty when there is none."""
    words = words_of(request)
    asked = request.query_params.get("done", "")
    full = f"{key}.{asked}"
    return words(full) if asked and words.has(full) else ""


def see(address: str) -> Response:
    """After a form: look at the page again."""
    return RedirectResponse(address, 303)


def seconds_asked(request: Request) -> float | None:
    """The moment `?t=` names, None when absent or not a number."""
    try:
        value = float(request.query_params.get("t", ""))
    except ValueError:
        return None
    return value if 0.0 <= value < 1e6 else None


def number_asked(request: Request, name: str, default: int = 1) -> int:
    """A whole number of the query, `default` when absent or malformed."""
    text = request.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else default


def day_asked(request: Request, name: str) -> date | None:
    """A date of the query, None when absent or malformed."""
    try:
        return date.fromisoformat(request.query_params.get(name, ""))
    except ValueError:
        return None


def local_address(text: str, default: str) -> str:
    """`text` when it is a path of this site, never another site's address."""
    safe = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return text if safe else default
