"""Search over 100,000 hearings: how long an answer takes, by what was asked.

    python -m bench search

One SQLite file on this machine; the floor beside it is the same answer of a search that finds the
newest page without narrowing. Rows are invented.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from courtstream.domain.trial import (
    CaseKind,
    CourtLevel,
    HearingState,
    MinuteState,
    Procedure,
    PublicationMode,
)
from courtstream.services.public import search as public_search
from courtstream.services.public.search import Search
from courtstream.services.work import Work
from courtstream.settings import Settings
from courtstream.store.migrate import upgrade
from courtstream.store.tables import Case, Court, Courtroom, Hearing, HearingIndex, Judge
from courtstream.store.unit import Store

HEARINGS, COURTS, ROUNDS = 100_000, 90, 40
START = datetime(2024, 1, 2, 1, 0, tzinfo=UTC)
CAUSES = ("民间借贷纠纷", "买卖合同纠纷", "机动车交通事故责任纠纷", "劳动争议", "物业服务合同纠纷")
NAMES = ("罗文清", "欧阳澈", "舒望北", "祁连秋", "温怀瑾", "岳听澜", "葛远山", "蓝若溪")


def fill(session: Session) -> None:
    """Courts, cases, hearings and their index rows, in bulk."""
    rng = random.Random(7)
    session.add(Court(id="c_0", name="澜江省高级人民法院", level=CourtLevel.HIGH))
    session.flush()
    for n in range(1, COURTS):
        session.add(Court(id=f"c_{n}", name=f"第{n}法院", level=CourtLevel.BASIC, parent_id="c_0"))
    session.flush()
    for n in range(COURTS):
        session.add(Courtroom(id=f"r_{n}", court_id=f"c_{n}", name="第一法庭"))
        session.add(Judge(id=f"j_{n}", court_id=f"c_{n}", name=NAMES[n % len(NAMES)]))
    session.flush()
    for begin in range(0, HEARINGS, 5000):
        rows = [_row(rng, n) for n in range(begin, begin + 5000)]
        for table, at in ((Case, 0), (Hearing, 1), (HearingIndex, 2)):
            session.execute(insert(table), [row[at] for row in rows])


def _row(rng: random.Random, n: int) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    court, cause = rng.randrange(COURTS), rng.choice(CAUSES)
    number = f"（{2024 + n * 3 // HEARINGS}）江{court:04}民初{n}号"
    start = START + timedelta(minutes=n * 15)
    procedure = Procedure.CIV1_SUM
    case = {"id": f"k_{n}", "court_id": f"c_{court}", "number": number, "cause": cause,
            "kind": CaseKind.CIVIL, "procedure": procedure, "demo": True}  # fmt: skip
    hearing = {
        "id": f"h_{n:08}", "case_id": f"k_{n}", "court_id": f"c_{court}",
        "courtroom_id": f"r_{court}", "title": f"{number} {cause}", "procedure": procedure,
        "state": HearingState.ENDED, "scheduled_start": start, "scheduled_end": start,
        "applications": {}, "waived": [], "created_at": start, "minute_state": MinuteState.OFF,
    }  # fmt: skip
    words = (number, cause, f"{number} {cause}", f"第{court}法院", NAMES[court % len(NAMES)])
    body = "\n".join(words)
    index = {
        "hearing_id": hearing["id"], "open": True, "start": start, "court_id": f"c_{court}",
        "kind": CaseKind.CIVIL, "procedure": procedure, "state": HearingState.ENDED,
        "modes": " replay ", "judges": f" j_{court} ", "body": body.lower(),
    }  # fmt: skip
    return case, hearing, index


def asked(rng: random.Random) -> dict[str, Search]:
    """What people look for, a fresh one each time."""
    day = date(2024, 1, 2) + timedelta(days=rng.randrange(1000))
    return {
        "nothing, newest page": Search(),
        "a case number": Search(text=f"民初{rng.randrange(HEARINGS)}号"),
        "a cause": Search(text=rng.choice(CAUSES)[:4]),
        "a judge and a cause": Search(text=f"{rng.choice(NAMES)} 借贷"),
        "a court and a mode": Search(court_id="c_7", mode=PublicationMode.REPLAY),
        "a month": Search(day=day, until=day + timedelta(days=30)),
        "a far page": Search(text="纠纷", page=rng.randrange(1, 3000)),
        "what is not there": Search(text="无此案由"),
    }


def _of(values: list[float]) -> str:
    p95 = sorted(values)[int(0.95 * len(values))]
    return f"median {statistics.median(values):6.1f} ms p95 {p95:6.1f} ms"


def main() -> str:
    """The figures as text."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        upgrade(settings.database)
        work = Work(Store(settings.database))
        with work.store.write() as session:
            fill(session)
        rng, times, cpu = random.Random(11), dict[str, list[float]](), dict[str, list[float]]()
        for _ in range(ROUNDS):
            for name, wanted in asked(rng).items():
                began, used = time.perf_counter(), time.process_time()
                work.read(public_search.search, wanted)
                times.setdefault(name, []).append(1000 * (time.perf_counter() - began))
                cpu.setdefault(name, []).append(1000 * (time.process_time() - used))
        work.store.close()
    lines = [f"{name:22} wall {_of(t)}   CPU {_of(cpu[name])}" for name, t in times.items()]
    return "\n".join([f"search over {HEARINGS:,} hearings, {ROUNDS} rounds", *lines])


if __name__ == "__main__":
    print(main())
