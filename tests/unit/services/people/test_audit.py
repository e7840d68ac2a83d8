"""The audit chain: nobody rewrites it, any change is found, and it can be taken away whole."""

from __future__ import annotations

import ast
import csv
import io
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from courtstream.api.pages.i18n import load_catalogs
from courtstream.domain.errors import AuditBroken, Forbidden
from courtstream.services.people import audit, audit_log
from courtstream.services.people.audit_log import Asked
from tests.support.platform import BASIC, NOW, World

ROOT = Path(__file__).parents[4]
CHANGES = (
    ("UPDATE audit SET actor = 'someone' WHERE id = 4", 4),
    ("UPDATE audit SET at = '2026-01-01 00:00:00.000000' WHERE id = 5", 5),
    ("UPDATE audit SET detail = '{\"a\": 1}' WHERE id = 7", 7),
    ("DELETE FROM audit WHERE id = 6", 6),
    ("UPDATE audit SET id = id + 1000 WHERE id = 3", 3),
)


def unguard(session: Any) -> None:
    """As whoever owns the database can: without its triggers."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("DROP TRIGGER audit_rows ON audit"))
        return
    for verb in ("update", "delete"):
        session.execute(text(f"DROP TRIGGER audit_no_{verb}"))


@pytest.mark.parametrize(("change", "row"), CHANGES)
def test_the_database_itself_refuses_a_change(world: World, change: str, row: int) -> None:
    world.live()
    with pytest.raises(DatabaseError, match="append-only"), world.work.store.write() as session:
        session.execute(text(change))
    assert world.work.read(audit.verify) > row


@pytest.mark.parametrize(("change", "row"), CHANGES)
def test_whoever_gets_round_the_database_is_found_by_the_first_broken_row(
    world: World, change: str, row: int
) -> None:
    world.live()
    with pytest.raises(AuditBroken) as found, world.work.store.write() as session:
        unguard(session)
        session.execute(text(change))
        audit.verify(session)
    assert found.value.facts["entry"] == row


def test_an_entry_put_in_later_breaks_the_chain(world: World) -> None:
    length = world.work.read(audit.verify)
    forged = {
        "id": length + 1, "at": "2026-11-23 01:00:00.000000", "actor": "x", "action": "cut",
        "subject": "h", "detail": "{}", "prev_hash": "0" * 64, "hash": "1" * 64,
    }  # fmt: skip
    places = ", ".join(f":{name}" for name in forged)
    statement = text(f"INSERT INTO audit ({', '.join(forged)}) VALUES ({places})")
    with world.work.store.write() as session:
        session.execute(statement, forged)
    with pytest.raises(AuditBroken) as found:
        world.work.read(audit.verify)
    assert found.value.facts["entry"] == length + 1


def test_writers_of_many_threads_make_one_chain(world: World) -> None:
    before = world.work.read(audit.verify)

    def act(n: int) -> None:
        for i in range(5):
            world.work.write(audit.append, f"u_{n}", "command", "h_1", {"i": i, "部分": 0.1 * i})

    threads = [threading.Thread(target=act, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert world.work.read(audit.verify) == before + 30


def whole(world: World, kind: str) -> str:
    lines: tuple[str, ...] = world.work.write(
        audit_log.export, world.users["office"], Asked(), kind, NOW
    )
    return "".join(lines)


def test_an_export_verifies_by_itself_and_a_change_in_it_is_found(world: World) -> None:
    world.live()
    rows = [json.loads(line) for line in whole(world, "jsonl").splitlines()]
    head = audit.walk(rows)
    assert head.length == len(rows)
    assert world.work.read(audit.hash_of, head.length) == head.hash
    rows[3]["actor"] = "someone"
    with pytest.raises(AuditBroken) as found:
        audit.walk(rows)
    assert found.value.facts["entry"] == 4


def test_a_spreadsheet_gets_no_formula(world: World) -> None:
    world.work.write(audit.append, "=cmd|' /C calc'!A0", "command", "@SUM(1)", {}, NOW)
    last = list(csv.reader(io.StringIO(whole(world, "csv"))))[-1]
    assert last[2].startswith("'=")
    assert last[4].startswith("'@")


def test_taking_it_away_is_an_act_itself(world: World) -> None:
    whole(world, "csv")
    latest = world.work.read(audit.entries, limit=1)[0]
    assert (latest.action, latest.actor) == ("audit_exported", world.users["office"].id)


def found(world: World, login: str, **asked: Any) -> audit_log.Found:
    return world.work.read(audit_log.look, world.users[login], Asked(**asked))


def test_filters_find_by_person_act_thing_and_day(world: World) -> None:
    hearing_id, _ = world.live()
    assert {e.subject for e in found(world, "office", subject=hearing_id).entries} == {hearing_id}
    assert {e.action for e in found(world, "office", action="schedule").entries} == {"schedule"}
    by = found(world, "office", who="CLERK").entries
    assert {e.actor for e in by} == {world.users["clerk"].id}
    assert found(world, "office", last=NOW.date().replace(year=2020)).total == 0
    assert found(world, "office", first=NOW.date()).total > 0


@pytest.mark.parametrize("login", ["clerk", "judge"])
def test_clerks_and_judges_do_not_look(world: World, login: str) -> None:
    with pytest.raises(Forbidden):
        found(world, login)


def test_a_courts_office_sees_its_own_courts_acts_only(world: World) -> None:
    hearing_id, _ = world.live()
    from courtstream.domain.staff import StaffRole

    world.work.write(world._user, "office_b", StaffRole.OFFICE, BASIC)
    world.work.write(world._user, "office_o", StaffRole.OFFICE, "c_other")
    assert found(world, "office_b", subject=hearing_id).total > 0
    assert found(world, "office_o", subject=hearing_id).total == 0
    assert found(world, "office_o", who=world.users["clerk"].id).total == 0


def acts_in_the_code() -> set[str]:
    """The third argument of every `audit.append` that is written out."""
    acts: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {
                "audit.append",
                "append",
            }:
                acts |= {
                    a.value
                    for a in node.args[2:3]
                    if isinstance(a, ast.Constant) and isinstance(a.value, str)
                }
    return acts


def test_every_act_has_a_name_in_both_languages() -> None:
    acts = acts_in_the_code()
    assert len(acts) > 60
    for catalog in load_catalogs(ROOT / "web" / "locales").values():
        assert [a for a in sorted(acts) if not catalog.has(f"audit_act.{a}")] == []


def test_who_is_no_person_has_a_name_in_both_languages() -> None:
    for catalog in load_catalogs(ROOT / "web" / "locales").values():
        for actor in ("machine", "gate", "policy", "worker", "operator", "sign_on"):
            assert catalog.has(f"audit_actor.{actor}"), actor
