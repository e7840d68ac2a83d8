"""Before anything else: is the request for this site, and does its sender leave room for others?"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from courtstream.api.problems import of_error, problem
from courtstream.api.session import address_of
from courtstream.domain.errors import RateLimited
from courtstream.settings import Settings

_UNCOUNTED = ("/media/", "/assets/", "/healthz", "/readyz", "/metrics", "/whip", "/whep/")
_MACHINES = ("/healthz", "/readyz", "/metrics")
"""Asked by other machines under whatever name they know; they answer with no link."""

_HERE = frozenset({"localhost", "testserver"})


class KnownHost:
    """Turns away requests under a name that is not the site's: no poisoned links, no rebinding.

    Known are the host of `base_url`, `allowed_hosts`, the ingest's public host and this machine's
    own names. Addresses in digits pass unless a `base_url` is set: no name can be rebound to one.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        web = settings.web
        named = {urlsplit(web.base_url).hostname or "", web.host, settings.ingest.public_host}
        own = {socket.gethostname(), *_HERE}
        self._names = {name.lower() for name in named | own | set(web.allowed_hosts)} - {""}
        self._digits = not web.base_url
        self._any = "*" in web.allowed_hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 421 to a stranger's name."""
        counted = scope["type"] == "http" and not scope["path"].startswith(_MACHINES)
        if counted and not self._known(Headers(scope=scope).get("host", "")):
            zh, en = "本站不使用该域名", "This site does not go by that name."
            remedy = "检查网址或设置 COURTSTREAM_WEB__ALLOWED_HOSTS / or set that variable"
            await problem(421, "unknown_host", zh, en, remedy)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _known(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if self._any or name in self._names:
            return True
        address = _address(name)
        return address is not None and (self._digits or address.is_loopback)


class FairShare:
    """Bounds the pages and API calls of one address; media are answered from memory and free."""

    def __init__(self, app: ASGIApp, per_minute: int) -> None:
        self.app = app
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._rule = RateLimitItemPerMinute(per_minute) if per_minute else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 429 when the window is full."""
        if scope["type"] == "http" and self._rule and not scope["path"].startswith(_UNCOUNTED):
            who = address_of(HTTPConnection(scope))
            if not self._limiter.hit(self._rule, who):
                answer = of_error(RateLimited())
                answer.headers["Retry-After"] = "10"
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None
