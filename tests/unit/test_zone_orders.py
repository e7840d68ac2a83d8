from __future__ import annotations

import base64
from dataclasses import dataclass, field

import numpy as np
import pytest

from courtstream.control.protocol import Command, RowKind, Verb
from courtstream.domain.time import SECOND
from courtstream.domain.zones import Seat, Treatment, View, Zone, ZoneMap, rectangle
from media_workers.redact.veil import Veiled
from media_workers.runtime.journal import MemoryRows
from media_workers.runtime.zones import LiveZones
from media_workers.zone_orders import ZoneOrders

BENCH = Zone("bench", Seat.BENCH, Treatment.SHOW, rectangle(0.4, 0.1, 0.2, 0.3))
MAP = ZoneMap((View("main", (BENCH,)),))


@dataclass
class Release:
    aired: int = 3 * SECOND


@dataclass
class Coding:
    shown: Veiled | None = None


@dataclass
class Line:
    coding: Coding = field(default_factory=Coding)


@dataclass
class Graph:
    """As much of a graph as the orders touch."""

    zones: LiveZones = field(default_factory=LiveZones)
    release: Release = field(default_factory=Release)
    picture: Line = field(default_factory=Line)


@pytest.fixture
def graph() -> Graph:
    return Graph()


@pytest.fixture
def rows() -> MemoryRows:
    return MemoryRows()


@pytest.fixture
def orders(graph: Graph, rows: MemoryRows) -> ZoneOrders:
    return ZoneOrders(graph, rows, lambda: 5 * SECOND)  # type: ignore[arg-type]


def order(verb: Verb, **more: object) -> Command:
    return Command.model_validate({"verb": verb, "by": "u1", **more})


def test_a_new_map_is_in_force_at_once_and_survives_a_restart(
    orders: ZoneOrders, graph: Graph
) -> None:
    reply = orders.put(order(Verb.SET_ZONES, zones=MAP))
    assert reply.ok and reply.data["from"] == 3.0
    assert graph.zones.current == (2, MAP)
    again = Graph()
    later = ZoneOrders(again, MemoryRows(), lambda: 0)  # type: ignore[arg-type]
    later.again(reply.data)
    assert again.zones.current[1] == MAP
    later.again({"map": {"views": "?"}})  # what cannot be read hides everybody
    assert again.zones.current[1] is None


def test_an_order_without_a_map_or_for_no_view_is_refused(orders: ZoneOrders) -> None:
    assert orders.put(order(Verb.SET_ZONES)).code == "invalid_input"
    assert orders.confirm(order(Verb.CONFIRM_VIEW, target="main")).code == "not_found"


def test_what_was_learned_of_a_view_is_on_record_and_recalled(
    orders: ZoneOrders, graph: Graph, rows: MemoryRows
) -> None:
    orders.put(order(Verb.SET_ZONES, zones=MAP))
    assert orders.confirm(order(Verb.CONFIRM_VIEW, target="main")).ok
    assert graph.zones.asked() == "main"
    graph.zones.learn("main", (9,) * 576)
    kind, _, body = rows.rows[-1]
    assert kind is RowKind.STATE and body["command"] == Verb.CONFIRM_VIEW
    again = Graph()
    later = ZoneOrders(again, MemoryRows(), lambda: 0)  # type: ignore[arg-type]
    later.again(body)
    assert again.zones.looks("main") == (9,) * 576


def test_a_still_is_the_redacted_picture_with_the_look_of_the_view(
    orders: ZoneOrders, graph: Graph
) -> None:
    assert orders.still(order(Verb.STILL)).code == "conflict"
    i420 = np.full((192 * 3 // 2, 320), 128, np.uint8)
    graph.picture.coding.shown = Veiled(SECOND, i420, None, None)
    graph.zones.glance(SECOND, (7,) * 576)
    graph.zones.glance(9 * SECOND, (8,) * 576)
    reply = orders.still(order(Verb.STILL))
    assert reply.ok and reply.data["signature"] == [7] * 576
    assert base64.b64decode(reply.data["jpeg"])[:2] == b"\xff\xd8"
