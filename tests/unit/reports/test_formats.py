"""The same numbers in every format, and no text that a spreadsheet would run."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime

import openpyxl
import pytest

from courtstream.domain.errors import InvalidInput
from courtstream.reports.formats import TYPES, render
from courtstream.reports.tables import Column, Kind, Report, TableData

EVIL = '=HYPERLINK("http://x","y")'
REPORT = Report(
    "月报",
    "某院 · 2026-11",
    datetime(2026, 11, 23, tzinfo=UTC),
    [
        TableData(
            "courts",
            "各院: 一览/总表",
            [
                Column("name", "法院"),
                Column("share", "直播率", Kind.SHARE),
                Column("count", "场次", Kind.COUNT),
                Column("day", "日期", Kind.DAY),
            ],
            [(EVIL, 0.5, 3, date(2026, 11, 1)), ("乙院", None, 0, None)],
            "说明",
            "share",
        )
    ],
)


def test_a_workbook_has_typed_cells_and_a_chart_and_no_formula() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(render(REPORT, "xlsx"))).worksheets[0]
    rows = {sheet.cell(r, 1).value: r for r in range(1, 10)}
    row = rows[EVIL]
    assert sheet.cell(row, 1).data_type == "s"
    assert (sheet.cell(row, 2).value, sheet.cell(row, 2).number_format) == (0.5, "0.0%")
    assert sheet.cell(row, 3).value == 3
    assert sheet.cell(row, 4).value.date() == date(2026, 11, 1)
    assert sheet.cell(rows["乙院"], 2).value is None, "not applicable is empty, never zero"


def test_comma_separated_text_is_read_by_excel_and_runs_nothing() -> None:
    data = render(REPORT, "csv")
    assert data.startswith(b"\xef\xbb\xbf")
    lines = data.decode("utf-8-sig").splitlines()
    assert lines[2].startswith("\"'=HYPERLINK")
    assert lines[3] == "乙院,,0,"


def test_json_keeps_numbers_as_numbers() -> None:
    table = json.loads(render(REPORT, "json"))["tables"][0]
    assert table["rows"][0] == {"name": EVIL, "share": 0.5, "count": 3, "day": "2026-11-01"}
    assert table["rows"][1]["share"] is None


def test_paper_is_a_pdf_or_says_which_font_is_missing() -> None:
    assert render(REPORT, "pdf").startswith(b"%PDF")


def test_other_formats_are_refused() -> None:
    assert set(TYPES) == {"xlsx", "pdf", "csv", "json"}
    with pytest.raises(InvalidInput):
        render(REPORT, "docm")
