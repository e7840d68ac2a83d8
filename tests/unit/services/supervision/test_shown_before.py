"""A silent copy of another broadcast of the court is a sign; nothing is compared without one."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from courtstream.domain.clock import court_day
from courtstream.domain.trial import CaseKind
from courtstream.rules import indicators as ind
from courtstream.services.supervision import gaming, tallying
from courtstream.store.tables import Measure
from tests.support.platform import BASIC, NOW, SECOND, World
from tests.unit.rules.supervision.test_footage import Moves, copied, moving


def broadcast(world: World, n: int, motion: Moves, *, silent: bool) -> str:
    """A broadcast hearing whose measures hold this motion."""
    start = NOW + timedelta(days=n)
    hearing = world.hearing(start=start, case_number=f"（2026）江0102民初{n * 7}号")

    def put(session: Any) -> None:
        sitting = ind.Sitting(
            hearing, court_day(start), BASIC, CaseKind.CIVIL, "j_0", broadcast=True,
            on_air_minutes=40.0,
        )  # fmt: skip
        row = tallying.fact(sitting, ind.tally_of(sitting, ind.validity()))
        tallying.put(session, hearing, row)
        for t, moves in enumerate(motion):
            session.add(
                Measure(
                    hearing_id=hearing, seq=t + 1, start=t * SECOND, end=(t + 1) * SECOND,
                    lufs=None if silent else -20.0, silent=silent, black=False, frozen=False,
                    clipped=False, faces=3, skew=0, detail={"motion": moves},
                )
            )  # fmt: skip

    world.work.write(put)
    return hearing


def reused(world: World) -> list[tuple[str, tuple[str, ...]]]:
    found = world.work.read(gaming.signs_of, "2026-11")
    return [(s.hearing_id, s.others) for s in found if s.code == "FOOTAGE_REUSED"]


def test_a_silent_copy_of_another_broadcast_is_a_sign(world: World) -> None:
    motion = moving(1, 240)
    first = broadcast(world, 1, motion, silent=False)
    broadcast(world, 2, moving(2, 240), silent=False)
    assert reused(world) == []
    again = broadcast(world, 3, copied(motion, random.Random(3)), silent=True)
    late, early = max(first, again), min(first, again)
    assert reused(world) == [(late, (early,))]


def test_two_silent_broadcasts_of_one_room_are_none(world: World) -> None:
    for n in (1, 2, 3):
        broadcast(world, n, moving(n, 240), silent=True)
    assert reused(world) == []
