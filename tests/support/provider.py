"""A real OpenID provider on loopback (oidc-provider-mock, built on Authlib)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx2
import oidc_provider_mock


@dataclass(frozen=True, slots=True)
class Provider:
    """`issuer`: its address. People exist as they log in, with the claims given before."""

    issuer: str

    def person(self, sub: str, **claims: object) -> None:
        answer = httpx2.put(f"{self.issuer}/users/{sub}", json=claims)
        assert answer.status_code in {200, 204}, answer.text

    def log_in(self, authorize: str, sub: str) -> str:
        """What a browser does at the provider; the address it is sent back to."""
        answer = httpx2.post(authorize, data={"sub": sub}, follow_redirects=False)
        assert answer.status_code in {302, 303}, answer.text
        return urljoin(authorize, answer.headers["location"])


@contextmanager
def provider() -> Iterator[Provider]:
    with oidc_provider_mock.run_server_in_thread() as server:
        yield Provider(f"http://localhost:{server.server_port}")
