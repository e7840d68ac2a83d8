from __future__ import annotations

from datetime import timedelta

import pytest

from courtstream.control.protocol import WorkerSpec
from courtstream.domain.errors import Forbidden, InvalidInput, NotFound
from courtstream.domain.zones import Seat, Treatment, View, Zone, ZoneMap, rectangle
from courtstream.services.courtroom import zone_maps, zones
from courtstream.services.people import audit
from courtstream.store.tables import ZoneMapRow
from tests.support.platform import NOW, ROOM, World

BENCH = Zone("bench-1", Seat.BENCH, Treatment.SHOW, rectangle(0.4, 0.1, 0.2, 0.3))
SCREEN = Zone("screen-1", Seat.SCREEN, Treatment.SWITCH, rectangle(0.1, 0.1, 0.1, 0.1))
ROOM_MAP = ZoneMap((View("main", (BENCH,)),))
OWN_MAP = ZoneMap((View("main", (BENCH, SCREEN)),))
LOOKS = tuple(n % 256 for n in range(576))


def save(world: World, known: ZoneMap, own: bool, who: str = "clerk") -> tuple[str, ZoneMap]:
    return world.work.write(zones.save, world.users[who], ROOM, known, own, NOW)


def in_force(world: World, hearing_id: str) -> ZoneMap | None:
    return world.work.read(zone_maps.in_force, ROOM, hearing_id)


def test_the_rooms_map_counts_until_the_hearing_has_its_own(world: World) -> None:
    hearing_id = world.hearing()
    assert in_force(world, hearing_id) is None
    assert save(world, ROOM_MAP, own=False)[0] == hearing_id
    assert in_force(world, hearing_id) == ROOM_MAP
    assert save(world, OWN_MAP, own=True)[0] == hearing_id
    assert in_force(world, hearing_id) == OWN_MAP
    assert in_force(world, "h_other") == ROOM_MAP
    assert save(world, ROOM_MAP, own=False)[0] == ""  # the running hearing goes by its own map
    assert in_force(world, hearing_id) == OWN_MAP


def test_a_worker_begins_with_the_map_in_force(world: World) -> None:
    world.hearing()
    save(world, ROOM_MAP, own=False)
    order = world.admit()
    assert isinstance(order, WorkerSpec)
    assert order.policy.zones == ROOM_MAP


def test_a_view_gets_the_look_of_the_picture_it_was_drawn_over(world: World) -> None:
    world.hearing()
    clerk = world.users["clerk"]
    world.work.write(zones.keep_still, clerk, ROOM, "main", b"jpeg", LOOKS, NOW)
    _, saved = save(world, ROOM_MAP, own=False)
    assert saved.views[0].signature == LOOKS
    assert world.work.read(zones.still, clerk, ROOM, "main") == b"jpeg"
    with pytest.raises(NotFound):
        world.work.read(zones.still, clerk, ROOM, "other")
    with pytest.raises(InvalidInput):
        world.work.write(zones.keep_still, clerk, ROOM, "main", b"jpeg", (1, 2), NOW)


def test_a_screen_is_switched_for_this_hearing_and_it_is_on_record_who_did(world: World) -> None:
    hearing_id = world.hearing()
    save(world, OWN_MAP, own=False)
    clerk = world.users["clerk"]
    switched = world.work.write(zones.switch, clerk, ROOM, "screen-1", True, NOW)
    assert switched[0] == hearing_id
    known = in_force(world, hearing_id)
    assert known is not None and known.views[0].zones[1].open
    assert in_force(world, "h_other") == OWN_MAP
    acts = world.work.read(audit.entries, hearing_id, 10)
    assert [(a.actor, a.detail) for a in acts if a.action == "zone_switched"] == [
        (clerk.id, {"zone": "screen-1", "open": True})
    ]


def test_maps_are_added_never_changed_and_the_page_says_who_made_them(world: World) -> None:
    world.hearing()
    save(world, ROOM_MAP, own=False)
    save(world, OWN_MAP, own=True)
    assert world.work.read(lambda s: s.query(ZoneMapRow).count()) == 2
    page = world.work.read(zones.page, world.users["clerk"], ROOM, NOW + timedelta(minutes=1))
    assert page.own and page.zones == OWN_MAP
    assert sorted(change.own for change in page.history) == [False, True]
    assert {change.by for change in page.history} == {"clerk"}


def test_only_the_courts_own_people_draw_zones(world: World) -> None:
    world.hearing()
    for who in ("far", "judge", "office"):
        with pytest.raises(Forbidden):
            save(world, ROOM_MAP, own=False, who=who)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"views": [{"name": "", "zones": []}]}',
        '{"views": [{"name": "a", "zones": [{"id": "x", "seat": "throne"}]}]}',
        "{" + " " * zones.LONGEST + "}",
    ],
)
def test_what_is_no_map_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        zones.parse(text)


def test_a_kept_map_that_cannot_be_read_hides_everybody() -> None:
    assert zone_maps.read({"views": [{"name": "main", "zones": "?"}]}) is None
