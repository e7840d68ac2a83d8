from __future__ import annotations

import json
import time
from collections import Counter
from datetime import timedelta

import pytest
from pydantic import BaseModel
from starlette.testclient import TestClient

from courtstream.api.app import create_app
from courtstream.api.middleware import LARGEST_BODY
from courtstream.control.protocol import WorkerBeat
from courtstream.domain.clock import utc_now
from courtstream.domain.trial import MinuteState
from courtstream.services.public import search as public_search
from courtstream.services.publication import publishing
from tests.support.platform import NOW, MemoryBus, World, sign_in, site


def test_the_openapi_document_names_every_api_route(world: World) -> None:
    with site(world) as client:
        spec = client.get("/openapi.json").json()
        assert client.get("/openapi.json").json() == spec
    assert spec["openapi"].startswith("3.")
    paths = {(path, method) for path, row in spec["paths"].items() for method in row}
    for wanted in (
        ("/api/v1/hearings", "get"),
        ("/api/v1/hearings/import", "post"),
        ("/api/v1/hearings/{hearing_id}", "get"),
        ("/api/v1/hearings/{hearing_id}/transcript", "get"),
        ("/api/v1/hearings/{hearing_id}/events", "get"),
        ("/api/v1/hearings/{hearing_id}/scorecard", "get"),
        ("/api/v1/hearings/{hearing_id}/commands", "post"),
        ("/api/v1/hearings/{hearing_id}/cancel", "post"),
        ("/api/v1/courtrooms/{courtroom_id}/keys", "post"),
        ("/api/v1/courtrooms/{courtroom_id}/keys/{key_id}", "delete"),
        ("/api/v1/findings/{finding_id}/reviews", "post"),
    ):
        assert wanted in paths
    file = spec["paths"]["/api/v1/hearings/import"]["post"]["requestBody"]
    assert set(file["content"]) == {"text/csv", "application/json"}
    assert not any(path.startswith(("/staff", "/watch", "/media")) for path, _ in paths)
    text = json.dumps(spec)
    refs = {r.split('"')[0] for r in text.split('"$ref": "#/components/schemas/')[1:]}
    assert refs <= set(spec["components"]["schemas"])


def wait_for(client: TestClient) -> dict[str, bool]:
    """The checks of a platform that gets ready within seconds."""
    for _ in range(100):
        answer = client.get("/readyz")
        if answer.status_code == 200:
            break
        time.sleep(0.05)
    checks: dict[str, bool] = answer.json()["checks"]
    return checks


def test_health_and_readiness(world: World) -> None:
    bus = MemoryBus()
    with site(world, bus) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        checks = wait_for(client)
        assert checks == {"database": True, "bus": True, "listening": True}
        bus.connected = False
        assert client.get("/readyz").status_code == 503


def from_here(world: World, **changes: str) -> TestClient:
    web = world.settings.web.model_copy(update=changes)
    settings = world.settings.model_copy(update={"web": web})
    return TestClient(create_app(settings), client=("127.0.0.1", 50000))


def test_the_figures_are_for_this_machine_or_with_the_token(world: World) -> None:
    with from_here(world) as client:
        assert "courtstream_workers" in client.get("/metrics").text
        through_a_proxy = client.get("/metrics", headers={"x-forwarded-for": "203.0.113.9"})
        assert through_a_proxy.status_code == 403
    with site(world) as client:
        assert client.get("/metrics").status_code == 403
        assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 403
    with from_here(world, metrics_token="t0ken") as client:
        for token, status in (("t0ken", 200), ("t0ke", 403), ("", 403)):
            headers = {"via": "1.1 proxy", "authorization": f"Bearer {token}"}
            assert client.get("/metrics", headers=headers).status_code == status


def test_hearings_that_are_not_public_are_not_named_in_the_figures(world: World) -> None:
    shown = world.hearing()
    hidden = world.hearing(case_number="2", start=NOW + timedelta(hours=5), public=False)
    with from_here(world) as client:
        board = client.app.state.context.board  # type: ignore[attr-defined]
        for hearing_id in (shown, hidden):
            beat = WorkerBeat(hearing_id=hearing_id, epoch=1, pid=1, seq=0, state=MinuteState.LIVE)
            board.worker(beat, utc_now())
        figures = client.get("/metrics").text
    assert f'hearing="{shown}"' in figures
    assert hidden not in figures
    assert "courtstream_workers 2.0" in figures


def test_a_withdrawn_hearing_is_gone_for_programs_too(world: World) -> None:
    hearing_id, _ = world.live()
    with site(world) as client:
        assert client.get(f"/api/v1/hearings/{hearing_id}").status_code == 200
        world.work.write(publishing.withdraw, world.users["clerk"], hearing_id, "误播", NOW)
        answer = client.get(f"/api/v1/hearings/{hearing_id}")
    assert (answer.status_code, answer.json()["code"]) == (410, "withdrawn")


def test_problems_have_both_languages_and_a_request_id(world: World) -> None:
    with site(world) as client:
        answer = client.get("/api/v1/hearings/h_none", headers={"X-Request-ID": "abc-12345"})
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["x-request-id"] == "abc-12345"
        assert answer.json()["title_zh"] == "未找到"
        hostile = client.get("/healthz", headers={"X-Request-ID": "<script>alert(1)</script>"})
        assert "<" not in hostile.headers["x-request-id"]


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "kind=nonsense", "day=2026-99-01", "unknown=1", "q=" + "x" * 300]
)
def test_queries_that_make_no_sense_are_named(world: World, query: str) -> None:
    with site(world) as client:
        answer = client.get(f"/api/v1/hearings?{query}")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"]


def test_bodies_that_make_no_sense_are_named_and_not_repeated(world: World) -> None:
    with site(world) as client:
        header = sign_in(client, "clerk")
        path = "/api/v1/hearings/h_1/commands"
        for body in (b"", b"{", b"[]", b'{"verb":"explode"}', b'{"verb":"cut","x":"13912345678"}'):
            answer = client.post(
                path, content=body, headers={**header, "content-type": "application/json"}
            )
            assert answer.status_code == 422, body
            assert "13912345678" not in answer.text
        assert client.post(path, content=b"{}", headers=header).status_code == 422
        big = client.post(path, content=b" " * (LARGEST_BODY + 1), headers=header)
        assert big.status_code == 413


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/api/v1/hearings", "/media/h/live/x", "/sign-in"]
)
def test_every_answer_carries_a_strict_policy(world: World, path: str) -> None:
    with site(world) as client:
        headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "default-src 'none'" in policy or "default-src 'self'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_a_crash_says_nothing_of_the_inside(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*args: object) -> None:
        raise RuntimeError("内部细节")

    monkeypatch.setattr(public_search, "search", crash)
    with TestClient(create_app(world.settings), raise_server_exceptions=False) as client:
        answer = client.get("/api/v1/hearings")
    assert answer.status_code == 500
    assert answer.json()["code"] == "error"
    assert "内部" not in answer.text


def test_the_transcript_is_public_and_masked_words_stay_masked(world: World) -> None:
    hearing_id, tape = world.live()
    world.take([tape.words(0, 2, "身份证号＊＊＊＊", role="P", speaker="原告")])
    with site(world) as client:
        lines = client.get(f"/api/v1/hearings/{hearing_id}/transcript").json()["lines"]
        assert [(line["speaker"], line["text"]) for line in lines] == [("原告", "身份证号＊＊＊＊")]
        later = client.get(f"/api/v1/hearings/{hearing_id}/transcript?start=1").json()["lines"]
        assert later == []


def test_every_schema_has_a_name_of_its_own() -> None:
    """The document calls schemas as their classes are called: two of a name would be one."""
    ours = [model for model in _below(BaseModel) if model.__module__.startswith("courtstream.api")]
    names = Counter(model.__name__ for model in ours)
    assert names and not [name for name, count in names.items() if count > 1]


def _below(model: type[BaseModel]) -> set[type[BaseModel]]:
    children = set(model.__subclasses__())
    return children.union(*(_below(child) for child in children))
