"""People of a running platform, as its API and its forms know them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import httpx

from tests.support.demo import DemoRun


class Person:
    """Somebody of the demonstration, signed in. `login` as it is printed with its password."""

    def __init__(self, demo: DemoRun, login: str) -> None:
        base = re.findall(r"http://127\.0\.0\.1:\d+", demo.text())[0]
        (password,) = re.findall(rf"^\s*{login} · (\S+) ·", demo.text(), re.MULTILINE)
        self._hearing = demo.hearing()
        self._client = httpx.Client(base_url=base, timeout=60.0)
        answer = self._client.post(
            "/api/v1/session", json={"login": login, "password": password}
        ).raise_for_status()
        self._client.headers["X-CSRF-Token"] = answer.json()["csrf"]

    def __enter__(self) -> Person:
        return self

    def __exit__(self, *error: object) -> None:
        self._client.close()

    def get(self, what: str) -> Any:
        """JSON about the hearing."""
        return (
            self._client.get(f"/api/v1/hearings/{self._hearing}/{what}").raise_for_status().json()
        )

    def does(self, what: str, **asked: Any) -> httpx.Response:
        """An act on the hearing by the API."""
        return self._client.post(f"/api/v1/hearings/{self._hearing}/{what}", json=asked)

    def agrees(self, correction_id: str) -> httpx.Response:
        """The second person's yes to an opening."""
        return self._client.post(f"/api/v1/speech/{correction_id}/decision", json={"yes": True})

    def form(self, page: str, **fields: str) -> None:
        """An act on one of the hearing's pages, by its form."""
        answer = self._client.post(f"/staff/hearings/{self._hearing}/{page}", data=fields)
        told = re.findall(r'role="alert">([^<]*)', answer.text)
        assert answer.status_code == 303, f"{page}: {answer.status_code} {told}"

    def page(self, path: str) -> httpx.Response:
        """Any page or file."""
        return self._client.get(path.format(hearing=self._hearing))


def until(true: Callable[[], object], within: float, what: str) -> None:
    """Wait until something is so."""
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end, f"{what}: not within {within:g} s"
        time.sleep(0.5)
