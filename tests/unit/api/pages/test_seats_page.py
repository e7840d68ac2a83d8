"""The courtroom's page lists its seat microphones and takes new ones."""

from __future__ import annotations

from pathlib import Path

from courtstream.domain.errors import InvalidInput
from courtstream.services.courtroom.seats import seats_of
from courtstream.store.tables import Courtroom
from tests.support.platform import PASSWORD, ROOM, World, site

PAGE = f"/staff/courtrooms/{ROOM}"


def test_a_clerk_lists_the_seats_and_sees_them_again(tmp_path: Path) -> None:
    world = World.make(tmp_path / "data")
    with site(world) as client:
        client.post("/sign-in", data={"login": "clerk", "password": PASSWORD})
        page = client.get(PAGE)
        assert "席位话筒" in page.text or "Seat microphones" in page.text
        csrf = page.text.split('name="csrf" value="')[1].split('"')[0]
        rows = {"csrf": csrf, "role1": "J", "label1": "审判长", "role3": "P", "label3": "原告"}
        assert client.post(f"{PAGE}/seats", data=rows).status_code == 200
        again = client.get(PAGE).text
        assert 'value="审判长"' in again
        assert 'value="原告"' in again
    kept = world.work.read(lambda session: seats_of(session.get_one(Courtroom, ROOM)))
    assert [(s.channel, s.label) for s in kept] == [(1, "审判长"), (3, "原告")]


def test_a_role_that_is_none_is_refused_on_the_page(tmp_path: Path) -> None:
    world = World.make(tmp_path / "data")
    with site(world) as client:
        client.post("/sign-in", data={"login": "clerk", "password": PASSWORD})
        csrf = client.get(PAGE).text.split('name="csrf" value="')[1].split('"')[0]
        refused = client.post(f"{PAGE}/seats", data={"csrf": csrf, "role1": "X"})
        assert refused.status_code == InvalidInput.status
        assert 'role="alert"' in refused.text
