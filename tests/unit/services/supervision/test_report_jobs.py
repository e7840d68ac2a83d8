"""Bundles are made in the background, and what the calendar asks for happens once."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import openpyxl
import pytest

from courtstream.api.housekeeping import look
from courtstream.domain.errors import Forbidden, NotFound
from courtstream.domain.trial import CaseKind
from courtstream.rules import indicators as ind
from courtstream.services.supervision import report_jobs, tallying
from tests.support.platform import BASIC, NOW, World


def sat(world: World) -> None:
    def put(session: Any) -> None:
        sitting = ind.Sitting("h", date(2026, 10, 9), BASIC, CaseKind.CIVIL, "j_0")
        row = tallying.fact(sitting, ind.tally_of(sitting, ind.validity()))
        tallying.put(session, "h", row)

    world.work.write(put)


def bundles(world: World, login: str = "office") -> tuple[report_jobs.JobView, ...]:
    return world.work.read(report_jobs.jobs, world.users[login])


def test_a_bundle_holds_a_workbook_a_court_and_says_how_far_it_is(world: World) -> None:
    sat(world)
    asked = world.work.write(report_jobs.ask, world.users["office"], "2026-10", NOW)
    assert (asked.state, asked.done, asked.total) == ("queued", 0, 3)
    with pytest.raises(NotFound):
        world.work.read(report_jobs.file_of, world.users["office"], asked.id, world.settings)
    report_jobs.make(world.work, world.settings, asked.id, NOW)
    (done,) = bundles(world)
    assert (done.state, done.done) == ("done", 3)
    file = world.work.read(report_jobs.file_of, world.users["office"], asked.id, world.settings)
    with zipfile.ZipFile(file) as bundle:
        names = bundle.namelist()
        book = openpyxl.load_workbook(io.BytesIO(bundle.read(names[1])))
    assert names == ["2026-10 澜江高院.xlsx", "2026-10 临江法院.xlsx", "2026-10 远山法院.xlsx"]
    assert len(book.sheetnames) == 4


def test_the_first_of_the_month_is_done_by_itself_and_once(world: World) -> None:
    sat(world)
    look(world.work, world.settings, NOW)
    look(world.work, world.settings, NOW)
    assert [(j.month, j.state) for j in bundles(world)] == [("2026-10", "done")]


def test_only_the_office_asks_and_fetches(world: World) -> None:
    sat(world)
    look(world.work, world.settings, NOW)
    (job,) = bundles(world)
    for login in ("clerk", "judge", "admin"):
        assert bundles(world, login) == ()
        with pytest.raises(Forbidden):
            world.work.write(report_jobs.ask, world.users[login], "2026-10", NOW)
        with pytest.raises(NotFound):
            world.work.read(report_jobs.file_of, world.users[login], job.id, world.settings)
