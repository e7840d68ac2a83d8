"""A province of 90 courts, 1,500 judges and 100,000 hearings: how long its pages take.

    python -m bench province                    one SQLite file
    python -m bench.province postgresql+psycopg://…    an empty database of a server

The limit beside each page is the same answer
without any figures (`/healthz` of the same application), so the figures show what the work costs.
"""

from __future__ import annotations

import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, insert, select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from courtstream.api.app import create_app
from courtstream.control.process import cpu_seconds
from courtstream.domain.scoring import Outcome, ScoreState
from courtstream.domain.staff import StaffRole
from courtstream.domain.trial import CaseKind, CourtLevel, HearingState, MinuteState, Procedure
from courtstream.rules import indicators as ind
from courtstream.services.people import accounts
from courtstream.services.supervision import monthly, report_jobs, tallying
from courtstream.services.work import Work
from courtstream.settings import AccessSettings, Settings
from courtstream.store.migrate import upgrade
from courtstream.store.tables import (
    Case,
    Court,
    Courtroom,
    Division,
    FindingRow,
    Hearing,
    HearingJudge,
    Judge,
    ScorecardRow,
    SittingFact,
)
from courtstream.store.unit import Store

COURTS, JUDGES, HEARINGS, ROUNDS = 90, 1_500, 100_000, 40
YEAR = date(2026, 1, 1)
NOW = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
PASSWORD = "a long enough password"
PROCEDURES = {
    CaseKind.CIVIL: Procedure.CIV1_SUM,
    CaseKind.CRIMINAL: Procedure.CRI1_ORD,
    CaseKind.ADMINISTRATIVE: Procedure.ADM1,
}


def main(database: str = "") -> str:
    """Print figures as they come; empty: SQLite. Returns what they are of."""
    with tempfile.TemporaryDirectory() as folder:
        access = AccessSettings(second_factor_roles=(), requests_per_minute=0)
        settings = Settings(data=Path(folder), database_url=database, access=access)
        upgrade(settings.database)
        work = Work(Store(settings.database))
        began = time.perf_counter()
        with work.store.write() as session:
            office, judge = fill(session)
        work.store.tune()  # as housekeeping does, twenty seconds after the start
        _say(f"filled {HEARINGS:,} hearings in {time.perf_counter() - began:.0f} s")
        for lines in (_monthly(work, settings), _pages(settings, office, judge)):
            for line in lines:
                _say(line)
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        _say(f"largest memory of the whole process {used:.0f} MB")
        work.store.close()
    return f"{COURTS} courts, {JUDGES:,} judges, {HEARINGS:,} hearings"


def _say(line: str) -> None:
    print(line, flush=True)


def fill(session: Session) -> tuple[str, str]:
    """The province; (login of the office, id of a judge with a full page)."""
    rng = random.Random(7)
    judges = _people(session)
    for done, rows in enumerate(_batches(_hearings(rng, judges), 5_000), start=1):
        _say(f"  {5_000 * done:,} of {HEARINGS:,}")
        for table in (Case, Hearing, HearingJudge, ScorecardRow, SittingFact):
            session.execute(insert(table), [row[table] for row in rows])
    _coming(session, rng, judges)
    _findings(session, judges[0][0])
    tallying.recount(session)
    return "office", judges[0][0]


def _people(session: Session) -> list[tuple[str, str]]:
    """(judge, court), after the courts, courtrooms, divisions and the office's account."""
    session.add(Court(id="c0", name="澜江高院", level=CourtLevel.HIGH, code="江"))
    session.flush()
    for n in range(1, COURTS):
        parent = "c0" if n <= 9 else f"c{n % 9 + 1}"
        level = CourtLevel.INTERMEDIATE if n <= 9 else CourtLevel.BASIC
        session.add(
            Court(id=f"c{n}", name=f"第{n}法院", level=level, code=f"{n}", parent_id=parent)
        )
        session.flush()
    for n in range(COURTS):
        session.add(Courtroom(id=f"r{n}", court_id=f"c{n}", name="第一法庭"))
        session.add(Division(id=f"d{n}", court_id=f"c{n}", name="民一庭"))
    session.flush()
    judges = [(f"j{n}", f"c{n % COURTS}") for n in range(JUDGES)]
    rows = [
        {"id": j, "court_id": c, "division_id": f"d{c[1:]}", "name": f"法官{j}", "leader": n < 150}
        for n, (j, c) in enumerate(judges)
    ]
    session.execute(insert(Judge), [{**row, "title": "审判员", "demo": False} for row in rows])
    accounts.add_user(
        session,
        None,
        login="office",
        name="office",
        password=PASSWORD,
        role=StaffRole.OFFICE,
        court_id="c0",
        judge_id=None,
        now=NOW,
    )
    return judges


def _hearings(rng: random.Random, judges: list[tuple[str, str]]) -> Iterator[dict[Any, Any]]:
    rule = ind.validity()
    for n in range(HEARINGS):
        judge, court = judges[n % JUDGES]
        kind = rng.choices(list(PROCEDURES), weights=(80, 15, 5))[0]
        day = YEAR + timedelta(days=rng.randrange(333))
        start = datetime(day.year, day.month, day.day, 1, 0, tzinfo=UTC)
        closed, shown = rng.random() < 0.1, rng.random() < 0.6
        sitting = ind.Sitting(
            id=f"h{n}",
            day=day,
            court=court,
            kind=kind,
            judge=judge,
            leader=int(judge[1:]) < 150,
            may_broadcast=not closed,
            broadcast=shown and not closed,
            on_air_minutes=rng.uniform(5, 90),
            good_share=rng.uniform(0.9, 1.0),
            late_minutes=rng.uniform(-2, 12),
            approved_before=rng.random() < 0.99,
            reason="DIVORCE" if closed else "",
            recorded=True,
            score=rng.uniform(60, 100),
        )
        yield _rows(sitting, start, ind.tally_of(sitting, rule))


def _rows(sitting: ind.Sitting, start: datetime, tally: ind.Tally) -> dict[Any, Any]:
    fact = tallying.fact(sitting, tally)
    columns = [c.key for c in SittingFact.__table__.columns]
    procedure = PROCEDURES[sitting.kind]
    total = sitting.score or 0.0
    end = start + timedelta(minutes=sitting.on_air_minutes)
    return {
        Case: {
            "id": f"k{sitting.id}",
            "court_id": sitting.court,
            "number": f"（2026）江{sitting.court[1:]}民初{sitting.id[1:]}号",
            "cause": "民间借贷纠纷",
            "kind": sitting.kind,
            "procedure": procedure,
            "demo": False,
        },
        Hearing: {
            "id": sitting.id,
            "case_id": f"k{sitting.id}",
            "court_id": sitting.court,
            "courtroom_id": f"r{sitting.court[1:]}",
            "title": "民间借贷纠纷",
            "procedure": procedure,
            "state": HearingState.ENDED,
            "scheduled_start": start,
            "scheduled_end": end,
            "actual_start": start,
            "actual_end": end,
            "minute_state": MinuteState.OFF,
            "created_at": start,
        },
        HearingJudge: {"hearing_id": sitting.id, "judge_id": sitting.judge, "position": 0},
        ScorecardRow: {
            "id": f"s{sitting.id}",
            "hearing_id": sitting.id,
            "standard": "CN-TRIAL",
            "standard_version": "2026.1",
            "profile": "CIV",
            "total": total,
            "low": total - 5,
            "high": min(100.0, total + 5),
            "state": ScoreState.SUGGESTED,
            "computed_at": start,
            "current": True,
            "steps": [],
            "rules": [],
        },
        SittingFact: {name: getattr(fact, name) for name in columns},
    }


def _coming(session: Session, rng: random.Random, judges: list[tuple[str, str]]) -> None:
    """Three thousand sittings of the coming days, which people still have to look at."""
    cases, sittings = [], []
    for n in range(3_000):
        _, court = judges[n % JUDGES]
        start = datetime.now(UTC) + timedelta(minutes=rng.randrange(60, 9 * 1440))
        case = {"id": f"kn{n}", "court_id": court, "number": f"（2027）江{court[1:]}民初{n}号"}
        fixed = {"cause": "买卖合同纠纷", "kind": CaseKind.CIVIL, "demo": False}
        cases.append({**case, **fixed, "procedure": Procedure.CIV1_SUM})
        place = {"court_id": court, "courtroom_id": f"r{court[1:]}", "title": "买卖合同纠纷"}
        time_of = {"scheduled_start": start, "scheduled_end": start + timedelta(hours=1)}
        state = {"state": HearingState.SCHEDULED, "minute_state": MinuteState.OFF}
        known = {"procedure": Procedure.CIV1_SUM, "created_at": start}
        sittings.append({"id": f"n{n}", "case_id": f"kn{n}", **place, **time_of, **state, **known})
    session.execute(insert(Case), cases)
    session.execute(insert(Hearing), sittings)


def _findings(session: Session, judge_id: str) -> None:
    """Forty findings on every card of one judge, so that the page has all it can show."""
    query = (
        select(ScorecardRow.id)
        .join(HearingJudge, HearingJudge.hearing_id == ScorecardRow.hearing_id)
        .where(HearingJudge.judge_id == judge_id)
    )
    for card in session.scalars(query).all():
        session.add_all(
            FindingRow(
                id=f"f{card}-{n}",
                scorecard_id=card,
                position=n,
                item=f"I{n}",
                category=f"K{n % 8}",
                title_zh=f"评查项{n}",
                title_en=f"item {n}",
                outcome=Outcome.UNCLEAR if n % 5 == 0 else Outcome.MET,
                suggested=Outcome.MET,
                weight=2.5,
                points=2.5,
                method="SP",
                basis="art. 1",
                confidence=0.9,
                evidence=[{"start": 0, "end": 1, "row": 1, "quote": "…", "confidence": 0.9}],
            )
            for n in range(40)
        )
    session.flush()


def _batches(rows: Iterator[dict[Any, Any]], size: int) -> Iterator[list[dict[Any, Any]]]:
    batch: list[dict[Any, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _monthly(work: Work, settings: Settings) -> Iterator[str]:
    took, report = _timed(lambda: work.write(monthly.run, "2026-11", NOW))
    yield f"monthly run: {report.courts} courts, {report.new} proposals in {took:.1f} s (bar 60)"
    job = work.write(lambda s: report_jobs.queue(s, "2026-11", "c0", "bench", NOW).id)
    took, _ = _timed(lambda: report_jobs.make(work, settings, job, NOW))
    yield f"bundle of {COURTS} workbooks in {took:.1f} s (bar 30)"
    took, sittings = _timed(lambda: work.write(tallying.recount))
    yield f"full recount into {sittings:,} cells in {took:.1f} s"


def _timed(verb: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = verb()
    return time.perf_counter() - began, found


def _pages(settings: Settings, login: str, judge_id: str) -> Iterator[str]:
    pages = {
        "limit: /healthz": "/healthz",
        "coverage, province": "/staff/coverage?month=2026-11",
        "coverage, year": "/staff/coverage?month=2026-11&span=12",
        "coverage, judges page 9": "/staff/coverage?month=2026-11&span=12&state=covered&page=9",
        "hearings behind a year": "/staff/behind/LIVE_RATE?month=2026-11&span=12&page=500",
        "judge": f"/staff/judges/{judge_id}",
        "notices of a month": "/staff/notices?month=2026-11",
        "indicators": "/staff/indicators",
        "desk": "/staff",
        "schedule": "/staff/hearings",
        "schedule, last page": "/staff/hearings?page=3500",
        "publication queue": "/staff/publication",
        "recordings missing": "/staff/recordings?since=2026-11-01&until=2026-11-30",
        "scorecard": "/staff/hearings/h0",
        "home": "/",
        "courts": "/courts",
        "calendar": "/calendar?month=2026-11",
        "search": "/?q=江5",
    }
    with TestClient(create_app(settings)) as client:
        answer = client.post("/api/v1/session", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        for name, address in pages.items():
            times, spent = [], []
            served = _server_cpu(settings)
            for _ in range(ROUNDS):
                cpu = time.process_time()
                times.append(_timed(lambda: _get(client, address))[0])  # noqa: B023
                spent.append(time.process_time() - cpu)
            p95 = sorted(times)[int(0.95 * (len(times) - 1))]
            yield (
                f"{name:22} median {1000 * statistics.median(times):6.0f} ms   "
                f"p95 {1000 * p95:6.0f} ms (bar 300)   "
                f"CPU {1000 * statistics.median(spent):6.0f} ms   "
                f"server {1000 * (_server_cpu(settings) - served) / ROUNDS:6.0f} ms"
            )


def _server_cpu(settings: Settings) -> float:
    """CPU-seconds of the database server's processes on this machine; 0 for SQLite."""
    if settings.database.startswith("sqlite"):
        return 0.0
    engine = create_engine(settings.database)
    with engine.connect() as connection:
        pids = connection.exec_driver_sql(_BACKENDS).scalars().all()
    engine.dispose()
    return sum(cpu_seconds(int(pid)) or 0.0 for pid in pids)


_BACKENDS = """SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""


def _get(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)


if __name__ == "__main__":
    main(*sys.argv[1:2])
