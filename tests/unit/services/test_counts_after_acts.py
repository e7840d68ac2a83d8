"""Whatever people do, in any order, the kept sums are those of a full recomputation."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from courtstream.domain.errors import CourtstreamError
from courtstream.domain.scoring import Outcome
from courtstream.services.docket import correcting
from courtstream.services.docket.correcting import Correction
from courtstream.services.gate import gatekeeping
from courtstream.services.publication import leaks, publishing
from courtstream.services.scoring import review
from courtstream.services.supervision import tallying
from courtstream.store.tables import FindingRow, Hearing, ScorecardRow
from tests.support.platform import NOW, World
from tests.support.scored import ended
from tests.unit.services.supervision.test_tallying import sums

Act = Callable[[World, random.Random], None]


def withdraw(world: World, rng: random.Random) -> None:
    hearing = rng.choice(held(world))
    world.work.write(publishing.withdraw, world.users["office"], hearing, "核查", NOW)


def lift(world: World, rng: random.Random) -> None:
    world.work.write(publishing.lift, world.users["office"], rng.choice(held(world)), "查毕", NOW)


def leak(world: World, rng: random.Random) -> None:
    world.work.write(
        leaks.confirm, world.users["office"], rng.choice(held(world)), "speech", 1.0, 2.0, "", NOW
    )


def close(world: World, rng: random.Random) -> None:
    codes = rng.choice([(), ("STATE_SECRET_CIV",), ("STATE_SECRET_CIV", "COURT_DISCRETION")])
    world.work.write(
        gatekeeping.find_closures, world.users["office"], rng.choice(coming(world)), codes, NOW, "x"
    )


def change_bench(world: World, rng: random.Random) -> None:
    judges = tuple(rng.sample(["j_0", "j_1", "j_2"], rng.choice([1, 3])))
    change = Correction(judge_ids=judges)
    world.work.write(
        correcting.correct, world.users["clerk"], rng.choice(coming(world)), change, NOW
    )


def contest(world: World, rng: random.Random) -> None:
    world.work.write(review.contest, world.users["judge"], finding(world, rng), "已说明", NOW)


def uphold(world: World, rng: random.Random) -> None:
    world.work.write(review.decide, world.users["office"], finding(world, rng), True, "属实", NOW)


def dismiss(world: World, rng: random.Random) -> None:
    world.work.write(
        review.decide, world.users["office"], finding(world, rng), False, "不属实", NOW
    )


def correct(world: World, rng: random.Random) -> None:
    outcome = rng.choice([Outcome.MET, Outcome.NOT_FOUND])
    world.work.write(
        review.correct, world.users["office"], finding(world, rng), outcome, "更正", NOW
    )


ACTS: tuple[Act, ...] = (
    *(withdraw, lift, leak, close, change_bench),
    *(contest, contest, uphold, dismiss, correct),
)


def held(world: World) -> list[str]:
    return world.work.read(lambda s: sorted(s.scalars(select(ScorecardRow.hearing_id).distinct())))


def coming(world: World) -> list[str]:
    everything = world.work.read(lambda s: sorted(s.scalars(select(Hearing.id))))
    return [h for h in everything if h not in held(world)]


def finding(world: World, rng: random.Random) -> str:
    """One of a few, so that what is contested is decided, too."""
    query = (
        select(FindingRow.id)
        .join(ScorecardRow, ScorecardRow.id == FindingRow.scorecard_id)
        .where(ScorecardRow.current.is_(True), FindingRow.weight > 0)
        .order_by(FindingRow.item, FindingRow.id)
        .limit(3)
    )
    return rng.choice(world.work.read(lambda s: s.scalars(query).all()))


def test_sums_are_those_of_a_recomputation_after_any_acts(world: World) -> None:
    rng = random.Random(2)
    ended(world, 1)
    ended(world, 2)
    for n in (3, 4):
        world.hearing(case_number=f"（2026）江0102民初{n}号", start=NOW + timedelta(hours=9 * n))
    before, done = world.work.read(sums), set()
    for n in range(60):
        act = rng.choice(ACTS)
        try:
            act(world, rng)
            done.add(act.__name__)
        except CourtstreamError:
            continue  # what the state does not allow changes nothing, and is checked all the same
        finally:
            if n % 4 == 3:
                kept = world.work.read(sums)
                world.work.write(tallying.recompute)
                assert world.work.read(sums) == kept, act.__name__
    assert done == {act.__name__ for act in ACTS}, "every act has happened at least once"
    assert world.work.read(sums) != before
