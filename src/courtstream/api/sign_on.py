"""统一登录: OpenID Connect, authorization code with PKCE, by Authlib.

State, nonce and code verifier wait in a signed cookie of five minutes that no script reads. Where
the service says that it has seen a second factor (`amr`, RFC 8176), none is asked for here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth
from httpx2 import HTTPError
from itsdangerous import BadSignature, URLSafeTimedSerializer
from joserfc.errors import JoseError
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response

from courtstream.api import session
from courtstream.api.context import context
from courtstream.auth.tokens import site_secret
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import CourtstreamError, SignOnFailed
from courtstream.services.people import identities
from courtstream.settings import SignOnSettings

BACK = "/sign-in/sso/back"
WAIT_COOKIE = "cs_sso"
WAIT_SECONDS = 300
_SIGNED_BY = ("RS256", "PS256", "ES256", "ES384", "EdDSA")
"""Signatures taken on identity tokens: public keys only, never `none` or a shared secret."""

FAULTS = (AuthlibBaseError, JoseError, HTTPError, RuntimeError, LookupError, ValueError, OSError)
"""What the service, the network or a forged answer can make Authlib raise."""

_FACTORS = frozenset({"mfa", "otp", "hwk", "swk"})
_NETWORK_SECONDS = 10.0

log = structlog.get_logger(__name__)


async def start(request: Request) -> Response:
    """Send the browser to the service. Raises SignOnFailed."""
    client, state = await _client(request), dict[str, Any]()
    request.scope["session"] = state
    try:
        response: Response = await client.authorize_redirect(request, _address(request, BACK))
    except FAULTS as error:
        raise _refused(error) from None
    state["next"] = request.query_params.get("next", "")[:500]
    response.set_cookie(
        WAIT_COOKIE,
        _signer(request).dumps(state),
        max_age=WAIT_SECONDS,
        path="/sign-in",
        httponly=True,
        samesite="lax",
        secure=session.is_secure(request),
    )
    return response


async def back(request: Request) -> tuple[session.Entered, str]:
    """The service sent the browser back: begin the sign-in, and where it was going.

    Raises SignOnFailed; SignInFailed when the account is off.
    """
    settings = context(request).settings.access.sign_on
    client, state = await _client(request), _waiting(request)
    request.scope["session"] = state
    try:
        token = await client.authorize_access_token(request)
        claims = dict(token["userinfo"])
        if settings.groups_claim not in claims and client.server_metadata.get("userinfo_endpoint"):
            more = dict(await client.userinfo(token=token))
            if more.get("sub") == claims["sub"]:  # OpenID Connect Core 5.3.2
                claims = {**more, **claims}
    except FAULTS as error:
        raise _refused(error) from None
    person = identities.said(claims, client.server_metadata["issuer"], settings)
    work = context(request).work
    user = await work.writing(identities.admitted, person, settings, utc_now())
    proven = not _FACTORS.isdisjoint(claims.get("amr") or ())
    entered = await session.begin(
        request, user.id, "oidc", proven=proven, id_token=str(token["id_token"])
    )
    return entered, str(state.get("next", ""))


async def logout_address(request: Request, id_token: str) -> str:
    """Where the service ends its own sign-in; empty when it offers no such thing."""
    try:
        client = await _client(request)
        if not client.server_metadata.get("end_session_endpoint"):
            return ""
        made = await client.create_logout_url(_address(request, "/"), id_token_hint=id_token)
    except FAULTS as error:
        log.warning("sign-on logout", error=type(error).__name__)
        return ""
    return str(made["url"])


async def _client(connection: HTTPConnection) -> Any:
    """The service's client, made and its discovery document read at first use."""
    settings = context(connection).settings.access.sign_on
    if not settings.issuer:
        raise SignOnFailed("未配置统一登录 / no sign-on service is set up")
    kept = getattr(connection.app.state, "sign_on", None)
    if kept is None:
        try:
            kept = await _discovered(settings)
        except CourtstreamError:
            raise
        except FAULTS as error:
            raise _refused(error) from None
        connection.app.state.sign_on = kept
    return kept


async def _discovered(settings: SignOnSettings) -> Any:
    issuer = settings.issuer.rstrip("/")
    client = OAuth().register(
        "sso",
        client_id=settings.client_id,
        client_secret=_secret(settings),
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": settings.scopes,
            "code_challenge_method": "S256",
            "timeout": _NETWORK_SECONDS,
        },
    )
    metadata = await client.load_server_metadata()
    if str(metadata.get("issuer", "")).rstrip("/") != issuer:
        raise SignOnFailed("发现文档的 issuer 不符 / the discovery document names another issuer")
    offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    metadata["id_token_signing_alg_values_supported"] = [a for a in offered if a in _SIGNED_BY]
    return client


def _secret(settings: SignOnSettings) -> str | None:
    file = settings.client_secret_file
    return Path(file).read_text(encoding="utf-8").strip() if file else None


def _waiting(request: Request) -> dict[str, Any]:
    try:
        state = _signer(request).loads(request.cookies.get(WAIT_COOKIE, ""), max_age=WAIT_SECONDS)
    except BadSignature:
        raise SignOnFailed("登录已超时，请重新开始 / it took too long: begin again") from None
    return dict(state)


def _refused(error: Exception) -> SignOnFailed:
    """The log gets the kind of fault only: texts of the service may name people."""
    kind = error.error if isinstance(error, AuthlibBaseError) else type(error).__name__
    log.warning("sign-on refused", error=str(kind)[:60])
    return SignOnFailed()


def _signer(connection: HTTPConnection) -> URLSafeTimedSerializer:
    secret = site_secret(context(connection).settings.secret_key)
    return URLSafeTimedSerializer(secret, salt="sign-on")


def _address(request: Request, path: str) -> str:
    base = context(request).settings.web.base_url or str(request.base_url)
    return base.rstrip("/") + path


def forget(response: RedirectResponse | Response) -> None:
    """What waited is used up."""
    response.delete_cookie(WAIT_COOKIE, path="/sign-in", httponly=True, samesite="lax")
