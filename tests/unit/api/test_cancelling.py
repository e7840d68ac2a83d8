"""Cancelling a hearing that has not begun, over the API and from its page."""

from __future__ import annotations

import pytest

from courtstream.control.protocol import Verb
from courtstream.services.people import audit
from courtstream.store.tables import AuditEntry, ScorecardRow
from tests.support.platform import MemoryBus, Tape, World, sign_in, site

HTML = {"accept": "text/html", "accept-language": "zh-CN"}


def path(hearing_id: str) -> str:
    return f"/api/v1/hearings/{hearing_id}/cancel"


@pytest.mark.parametrize("who", ["clerk", "office"])
def test_a_hearing_that_has_not_begun_is_cancelled_on_record(world: World, who: str) -> None:
    hearing_id = world.hearing()
    with site(world) as client:
        header = sign_in(client, who)
        assert client.post(path(hearing_id)).status_code == 403  # no token of a page
        answer = client.post(path(hearing_id), headers=header)
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert world.state(hearing_id) == "cancelled"
    rows = world.work.read(lambda s: s.query(AuditEntry).filter_by(subject=hearing_id).all())
    assert (rows[-1].actor, rows[-1].detail["to"]) == (world.users[who].id, "cancelled")
    world.work.read(audit.verify)


@pytest.mark.parametrize(("who", "status"), [("judge", 403), ("far", 403), ("", 401)])
def test_only_those_who_schedule_cancel(world: World, who: str, status: int) -> None:
    hearing_id = world.hearing()
    with site(world) as client:
        header = sign_in(client, who) if who else {}
        assert client.post(path(hearing_id), headers=header).status_code in {status, 403}
    assert world.state(hearing_id) == "scheduled"


def test_what_is_on_air_is_ended_and_not_cancelled(world: World) -> None:
    hearing_id, _ = world.live()
    with site(world) as client:
        assert client.post(path(hearing_id), headers=sign_in(client, "clerk")).status_code == 409
    assert world.state(hearing_id) == "live"


def test_a_worker_that_already_waits_is_sent_away_and_nothing_is_scored(world: World) -> None:
    hearing_id, bus = world.hearing(), MemoryBus()
    world.admit()
    tape = Tape(hearing_id)
    world.take(tape.begin())
    with site(world, bus) as client:
        assert client.post(path(hearing_id), headers=sign_in(client, "clerk")).status_code == 200
    assert [(h, c.verb) for h, c in bus.commands] == [(hearing_id, Verb.END)]
    assert world.take([tape.segment(0), tape.end(2)]).ended == []
    assert world.state(hearing_id) == "cancelled"
    assert world.work.read(lambda s: s.query(ScorecardRow).count()) == 0


def test_the_hearings_page_has_the_button_until_it_begins(world: World) -> None:
    hearing_id = world.hearing()
    with site(world) as client:
        csrf = sign_in(client, "clerk")["X-CSRF-Token"]
        page = f"/staff/hearings/{hearing_id}"
        assert 'value="cancel"' in client.get(page, headers=HTML).text
        form = {"csrf": csrf, "act": "cancel"}
        shown = client.post(f"{page}/publish", data=form, headers=HTML)
        assert "已取消庭审" in shown.text
        assert 'value="cancel"' not in client.get(page, headers=HTML).text
    assert world.state(hearing_id) == "cancelled"
