"""From a template and a context to a response: language, theme, nonce, strict escaping."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from courtstream.api.pages import wording
from courtstream.api.pages.assets import Assets, web_folder
from courtstream.api.pages.evidence import evidence_text
from courtstream.api.pages.i18n import NAME, Catalog, choose_language, load_catalogs
from courtstream.domain.clock import utc_now
from courtstream.services.views import SignIn

LANGUAGE_COOKIE = "cs_lang"
THEME_COOKIE = "cs_theme"
YEAR = 365 * 24 * 3600

_JSON_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028"})


def content_policy(nonce: str, ancestors: str = "'self'") -> str:
    """The page's Content-Security-Policy. Only the player's own styles carry the nonce.

    `ancestors`: which sites may show the page in a frame of theirs.
    """
    return (
        f"default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors {ancestors}; "
        "form-action 'self'; img-src 'self' data:; media-src 'self' blob: data:; "
        f"worker-src 'self' blob:; style-src 'self' 'nonce-{nonce}'; script-src 'self'"
    )


def to_json(value: object) -> Markup:
    """JSON that cannot end the script element it stands in."""
    return Markup(json.dumps(value, ensure_ascii=False).translate(_JSON_ESCAPES))


class Pages:
    """The templates, the languages and the built files, loaded once."""

    def __init__(self, folder: Path, base_url: str = "", demo: bool = False) -> None:
        self.catalogs = load_catalogs(folder / "locales")
        self.assets = Assets.load(folder / "dist")
        self.base_url = base_url.rstrip("/")
        self.demo = demo
        self._environments = {
            language: _environment(folder / "templates", catalog)
            for language, catalog in self.catalogs.items()
        }

    @classmethod
    def standard(cls, base_url: str = "", demo: bool = False) -> Pages:
        """From the project's own `web/` folder."""
        return cls(web_folder(), base_url, demo)

    def language(self, request: Request) -> str:
        """The language this request is answered in."""
        return choose_language(
            request.query_params.get("lang"),
            request.cookies.get(LANGUAGE_COOKIE),
            request.headers.get("accept-language", ""),
            self.catalogs,
        )

    def words(self, request: Request) -> Catalog:
        """The catalog of the request's language."""
        return self.catalogs[self.language(request)]

    def wording(self, request: Request) -> wording.Wording:
        """The writer of instants and titles in the request's language."""
        return wording.Wording(self.language(request))

    def respond(
        self,
        request: Request,
        template: str,
        context: Mapping[str, Any],
        *,
        sign_in: SignIn | None = None,
        staff: bool = False,
        status: int = 200,
        csrf: str = "",
    ) -> HTMLResponse:
        """The page as a response. `csrf` is needed only where nobody is signed in yet."""
        language = self.language(request)
        nonce = secrets.token_urlsafe(16)
        shared = {
            **self._frame(request, language),
            "nonce": nonce,
            "user": sign_in.user if sign_in else None,
            "csrf": sign_in.csrf if sign_in else csrf,
            "staff": staff,
            "here": "",
            "status": status,
        }
        html = self._environments[language].get_template(template).render({**shared, **context})
        response = HTMLResponse(html, status)
        self._label(request, response, language, nonce, private=bool(sign_in or staff or csrf))
        return response

    def _frame(self, request: Request, language: str) -> dict[str, Any]:
        kept = [(k, v) for k, v in request.query_params.multi_items() if k != "lang"]
        theme = request.cookies.get(THEME_COOKIE, "")
        return {
            "lang": language,
            "other_languages": [
                (name, catalog(NAME), f"{request.url.path}?{urlencode([*kept, ('lang', name)])}")
                for name, catalog in self.catalogs.items()
                if name != language
            ],
            "theme": theme if theme in {"light", "dark"} else "",
            "assets": self.assets,
            "base_url": self.base_url or str(request.base_url).rstrip("/"),
            "demo": self.demo,
            "now": utc_now(),
        }

    def _label(
        self, request: Request, response: HTMLResponse, language: str, nonce: str, *, private: bool
    ) -> None:
        response.headers["Content-Security-Policy"] = content_policy(nonce)
        response.headers["Content-Language"] = language
        response.headers["Vary"] = "Accept-Language, Cookie"
        response.headers["Cache-Control"] = "no-store" if private else "private, no-cache"
        if request.query_params.get("lang") in self.catalogs:
            response.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR, samesite="lax")


def _environment(folder: Path, catalog: Catalog) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    writer = wording.Wording(catalog.language)
    environment.globals["t"] = catalog
    environment.filters.update(
        json=to_json,
        hms=wording.hms,
        iso=wording.iso,
        clock=wording.clock,
        clock_s=wording.clock_s,
        day=writer.day,
        day_short=writer.day_short,
        date=writer.plain_date,
        daytime=writer.daytime,
        minute=writer.minute,
        title=writer.title,
        heading=wording.heading,
        evidence=partial(evidence_text, words=catalog),
    )
    return environment
