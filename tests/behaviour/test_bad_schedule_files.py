"""Promise: a schedule file is imported whole or not at all, and every fault is named by row and
column in words a clerk understands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courtstream.services.docket.importing import ImportRefused, import_hearings
from courtstream.services.docket.sheet import MOST_BYTES, MOST_ROWS, read_sheet, to_hearing
from courtstream.services.public import search as public_search
from courtstream.services.public.search import Search
from courtstream.services.views import RowError
from courtstream.store.tables import Case, Hearing, ParticipantRow
from tests.support.platform import NOW, World, sign_in, site

HEAD = "法院,法庭,案号,案由,程序,开庭时间,法官,参与人,不公开情形,直播审批"
GOOD = (
    "临江法院,第一法庭,（2026）江0102民初{n}号,民间借贷纠纷,CIV1_SUM,2026-11-2{n} 09:00,罗文清,"
    "原告:沈静怡;被告:贺明远;证人:方若竹:受保护,无,是"
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path / "data")


def sheet(*rows: str, head: str = HEAD, encoding: str = "utf-8") -> bytes:
    return "\r\n".join((head, *rows, "")).encode(encoding)


def good(n: int = 4) -> str:
    return GOOD.format(n=n)


def take(world: World, data: bytes, actor: str | None = "clerk") -> int:
    person = world.users[actor] if actor else None
    return len(world.work.write(import_hearings, person, data, NOW).hearing_ids)


def faults(world: World, data: bytes, actor: str = "clerk") -> tuple[RowError, ...]:
    """The faults of a refused file; nothing of it may be in the database."""
    with pytest.raises(ImportRefused) as refused:
        take(world, data, actor)
    for table in (Hearing, Case, ParticipantRow):
        assert world.work.read(lambda s, t=table: s.query(t).count()) == 0
    errors = refused.value.report.errors
    assert errors
    assert all(e.message_zh and e.message_en for e in errors)
    return errors


def places(errors: tuple[RowError, ...]) -> set[tuple[int, str]]:
    return {(e.row, e.column) for e in errors}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_encodings_that_offices_save_are_read(world: World, encoding: str) -> None:
    assert take(world, sheet(good(4), good(5), encoding=encoding)) == 2
    found = world.work.read(public_search.search, Search(text="民初4号")).cards
    assert [c.cause for c in found] == ["民间借贷纠纷"]
    assert found[0].scheduled_start.isoformat() == "2026-11-24T01:00:00+00:00"  # 09:00 in Beijing


def test_json_is_read_with_chinese_or_english_names(world: World) -> None:
    row = {
        "court": "临江法院",
        "法庭": "第一法庭",
        "案号": "（2026）江0102民初9号",
        "cause": "劳动争议",
        "procedure": "CIV1_ORD",
        "start": "2026-11-24T09:00:00+08:00",
        "judges": ["罗文清", "欧阳澈", "舒望北"],
        "public": True,
        "delay": 12,
        "participants": [
            {"role": "P", "name": "沈静怡"},
            {"role": "W", "name": "方若竹", "protected": True},
        ],
    }
    data = json.dumps({"hearings": [row]}).encode()
    assert take(world, data) == 1
    card = world.work.read(public_search.search, Search()).cards[0]
    assert [j.name for j in card.judges] == ["罗文清", "欧阳澈", "舒望北"]
    assert not card.sole_judge


def test_one_bad_row_keeps_all_good_rows_out(world: World) -> None:
    bad = good(5).replace("罗文清", "查无此人")
    assert places(faults(world, sheet(good(4), bad, good(6)))) == {(2, "judges")}


def test_every_fault_of_every_row_is_named_at_once(world: World) -> None:
    errors = faults(
        world,
        sheet(
            good(4).replace("2026-11-24 09:00", "明天上午"),
            good(5).replace("CIV1_SUM", "CIV9"),
            good(6).replace("第一法庭", "第九法庭"),
            good(7).replace("临江法院", "火星法院"),
            good(8).replace("民间借贷纠纷", ""),
        ),
    )
    assert places(errors) == {
        (1, "start"),
        (2, "procedure"),
        (3, "courtroom"),
        (4, "court"),
        (5, "cause"),
    }


@pytest.mark.parametrize(
    "cell", ["=HYPERLINK(1)", "+1", "-1+1", "@SUM(A1)", "\t=1", "＝1", "=cmd|' /C calc'!A0"]
)
def test_a_formula_is_never_taken_over(world: World, cell: str) -> None:
    row = good(4).replace("民间借贷纠纷", cell)
    assert places(faults(world, sheet(row))) == {(1, "cause")}


@pytest.mark.parametrize("year", ["0001", "1900", "9999"])
def test_times_at_the_ends_of_the_calendar_are_a_fault_of_the_cell(world: World, year: str) -> None:
    row = good(4).replace("2026-11-24 09:00", f"{year}-12-31 23:30")
    assert places(faults(world, sheet(row))) == {(1, "start")}


def test_huge_and_dirty_cells_are_refused(world: World) -> None:
    errors = faults(
        world,
        sheet(
            good(4).replace("民间借贷纠纷", "长" * 501),
            good(5).replace("民间借贷纠纷", "响\x07铃"),
            good(6).replace("民间借贷纠纷", '"两\n行"'),
        ),
    )
    assert places(errors) == {(1, "cause"), (2, "cause"), (3, "cause")}
    errors = faults(world, sheet(good(4).replace("民间借贷纠纷", "长" * 200_000)))
    assert errors[0].row == 0


def test_twice_in_the_file_and_already_scheduled_are_named(world: World) -> None:
    errors = faults(world, sheet(good(4), good(5), good(4)))
    assert places(errors) == {(3, "case_number")}
    assert "第 1 行" in errors[0].message_zh
    overlapping = good(5).replace("2026-11-25 09:00", "2026-11-24 10:00")
    assert places(faults(world, sheet(good(4), overlapping))) == {(2, "start")}


def test_a_case_already_scheduled_is_not_scheduled_twice(world: World) -> None:
    assert take(world, sheet(good(4))) == 1
    with pytest.raises(ImportRefused) as refused:
        take(world, sheet(good(4)))
    assert places(refused.value.report.errors) == {(1, "case_number"), (1, "start")}
    assert world.work.read(public_search.search, Search()).total == 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   \r\n ",
        b'""',
        b'"",""\r\n,,\r\n',
        sheet(),
        "\ufeff".encode(),
        HEAD.encode("utf-16"),
        b"\xff\xff\xff\xff",
        b"PK\x03\x04\x00\x00\x08\x00",  # a spreadsheet that was not saved as CSV
        b"\x00" * 50,
        b"{not json",
        b"[1, 2]",
        b'{"hearings": 5}',
        b"[" * 100_000,
        b'"unclosed,\r\n',
        b'[{"\\ud800": 1}]',  # half a character as a heading
        b"a" * (MOST_BYTES + 1),
        sheet(good(4), head=HEAD.replace("案号", "案件")),
        sheet(good(4), head=HEAD + ",法院"),
        sheet(good(4) + ",多,余"),
    ],
)
def test_files_that_are_no_schedule_are_refused_with_a_sentence(world: World, data: bytes) -> None:
    faults(world, data)


def test_too_many_rows_are_refused(world: World) -> None:
    errors = faults(world, sheet(*[good(4)] * (MOST_ROWS + 1)))
    assert "5000" in errors[0].message_zh


def test_a_clerk_cannot_schedule_for_another_court(world: World) -> None:
    assert places(faults(world, sheet(good(4)), "far")) == {(1, "court")}


def test_nobody_having_checked_is_not_the_same_as_nothing_found(world: World) -> None:
    unchecked = good(5).replace(",无,", ",,")
    take(world, sheet(good(4), unchecked))

    def codes(session: Any) -> list[Any]:
        return [h.closure_codes for h in session.query(Hearing).order_by(Hearing.scheduled_start)]

    assert world.work.read(codes) == [[], None]


def test_the_api_says_the_same_as_the_command_line(world: World) -> None:
    with site(world) as client:
        header = sign_in(client, "clerk")
        path = "/api/v1/hearings/import"
        bad = client.post(path, content=sheet(good(4).replace("罗文清", "无")), headers=header)
        assert bad.status_code == 422
        assert bad.headers["content-type"] == "application/problem+json"
        assert bad.json()["code"] == "import_refused"
        assert bad.json()["errors"][0]["row"] == 1
        assert bad.json()["errors"][0]["column"] == "judges"
        made = client.post(path, content=sheet(good(4)), headers=header)
        assert made.status_code == 201
        assert len(made.json()["hearing_ids"]) == 1


@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_fall_over(data: bytes) -> None:
    rows, errors = read_sheet(data)
    assert rows or errors


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=150)
@given(st.lists(st.text(max_size=30), min_size=10, max_size=10))
def test_no_cell_makes_a_row_half_a_hearing(cells: list[str]) -> None:
    line = ",".join('"' + c.replace('"', '""') + '"' for c in cells)
    rows, errors = read_sheet(f"{HEAD}\n{line}\n".encode("utf-8", "surrogatepass"))
    for row in rows:
        new, faults_of_row = to_hearing(row)
        assert (new is None) == bool(faults_of_row) or errors
