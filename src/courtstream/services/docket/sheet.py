"""Reading a file of rows, a schedule's above all. Whatever people's spreadsheets do to it ends as
a sentence by row and column, never as a half-read hearing."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from courtstream.services.docket import sheet_values as values
from courtstream.services.docket.schedule import NewHearing
from courtstream.services.views import RowError

MOST_BYTES = 5_000_000
MOST_ROWS = 5000
LONGEST_FIELD = 500

COLUMNS: dict[str, tuple[str, ...]] = {
    "court": ("法院",),
    "courtroom": ("法庭",),
    "case_number": ("案号",),
    "cause": ("案由",),
    "kind": ("案件类型",),
    "procedure": ("程序", "适用程序"),
    "start": ("开庭时间", "开始时间"),
    "end": ("结束时间",),
    "judges": ("法官", "审判长", "合议庭"),
    "title": ("标题",),
    "public": ("公开", "是否公开"),
    "delay": ("延时", "延时秒数"),
    "replay_release": ("录播发布",),
    "closure_codes": ("不公开情形",),
    "approval": ("直播审批",),
    "participants": ("参与人", "诉讼参与人"),
    "notice": ("公告时间",),
}
"""Column names, and the Chinese headings understood for each."""

REQUIRED = ("court", "courtroom", "case_number", "cause", "procedure", "start", "judges")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns a file may and must have, and under which key JSON may hold its rows."""

    columns: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]
    key: str

    @property
    def headings(self) -> dict[str, str]:
        """Every heading understood, with the column it means."""
        return {h: name for name, zh in self.columns.items() for h in (name, *zh)}


SCHEDULE = Layout(COLUMNS, REQUIRED, "hearings")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: number counted from 1 after the heading, cells by column name."""

    number: int
    cells: Mapping[str, str]


def read_sheet(data: bytes, layout: Layout = SCHEDULE) -> tuple[list[Row], list[RowError]]:
    """The rows of a CSV or JSON file, or what is wrong with the file as a whole."""
    if len(data) > MOST_BYTES:
        return [], [_file_error("文件超过 5 MB", "the file is larger than 5 MB")]
    text = _decode(data)
    if text is None:
        return [], [
            _file_error("无法识别文件编码，请另存为 UTF-8", "unknown encoding, save it as UTF-8")
        ]
    if not text.strip():
        return [], [_file_error("文件为空", "the file is empty")]
    read = _read_json if text.lstrip()[0] in "[{" else _read_csv
    rows, errors = read(text, layout)
    if len(rows) > MOST_ROWS:
        return [], [_file_error(f"超过 {MOST_ROWS} 行", f"more than {MOST_ROWS} rows")]
    if not rows and not errors:
        errors = [_file_error("没有数据行", "there are no rows")]
    return rows, errors + [e for row in rows for e in _hostile(row)]


def to_hearing(row: Row) -> tuple[NewHearing | None, list[RowError]]:
    """One row as a hearing, or all its faults."""
    reader = _Reader(row)
    new = reader.hearing()
    return (None if reader.errors else new), reader.errors


def _decode(data: bytes) -> str | None:
    if b"\x00" in data:
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _read_csv(text: str, layout: Layout) -> tuple[list[Row], list[RowError]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        table = [line for line in reader if any(cell.strip() for cell in line)]
    except csv.Error:
        message = f"第 {reader.line_num} 行无法读取(引号或长度)"
        return [], [_file_error(message, f"line {reader.line_num} cannot be read")]
    headings = layout.headings
    heading = table[0] if table else []  # a file of empty cells has none
    names = [headings.get(cell.strip().lower(), "") for cell in heading]
    errors = _heading_errors(heading, names, layout)
    if errors:
        return [], errors
    rows = []
    for number, line in enumerate(table[1:], start=1):
        if len(line) > len(names):
            errors.append(RowError(number, "", "列数多于标题", "more cells than headings"))
        cells = zip(names, line, strict=False)
        rows.append(Row(number, {n: c.strip(" \u3000") for n, c in cells if n}))
    return rows, errors


def _heading_errors(heading: list[str], names: list[str], layout: Layout) -> list[RowError]:
    errors = []
    for cell, name in zip(heading, names, strict=True):
        if not name:
            errors.append(RowError(0, _plain(cell), "不认识的列", "unknown column"))
        elif names.count(name) > 1:
            errors.append(RowError(0, name, "列重复", "the column is there twice"))
    for name in layout.required:
        if name not in names:
            label = layout.columns[name][0]
            errors.append(RowError(0, name, f"缺少列 {label}", "missing column"))
    return errors


def _read_json(text: str, layout: Layout) -> tuple[list[Row], list[RowError]]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return [], [_file_error("JSON 格式有误", "the JSON cannot be read")]
    items = data.get(layout.key) if isinstance(data, dict) else data
    known = layout.headings
    if not isinstance(items, list):
        return [], [_file_error("JSON 应为数组", "the JSON should be an array of rows")]
    rows: list[Row] = []
    errors: list[RowError] = []
    for number, item in enumerate(items, start=1):
        if not isinstance(item, dict):
            errors.append(RowError(number, "", "应为对象", "should be an object"))
            continue
        errors.extend(
            RowError(number, _plain(key), "不认识的列", "unknown column")
            for key in item
            if key not in known
        )
        cells = {known[k]: _flat(v) for k, v in item.items() if k in known}
        rows.append(Row(number, cells))
    return rows, errors


def _plain(heading: str) -> str:
    """A heading that can be shown and sent back, whatever it was."""
    return "".join(c if c.isprintable() else "?" for c in heading.strip()[:20])


def _flat(value: Any) -> str:
    """A JSON value as the cell a spreadsheet would have."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ";".join(_flat(v) for v in value)
    if isinstance(value, dict):
        mark = ":protected" if value.get("protected") is True else ""
        return f"{value.get('role', '')}:{value.get('name', '')}{mark}"
    return "" if value is None else str(value).strip()


def _hostile(row: Row) -> list[RowError]:
    errors = []
    for column, cell in row.cells.items():
        if cell.startswith(_FORMULA):
            errors.append(RowError(row.number, column, "单元格不得以公式开头", "a formula"))
        elif len(cell) > LONGEST_FIELD:
            errors.append(
                RowError(row.number, column, f"超过 {LONGEST_FIELD} 字", "the cell is too long")
            )
        elif any(not c.isprintable() for c in cell):
            errors.append(RowError(row.number, column, "含控制字符", "control characters"))
    return errors


def _file_error(zh: str, en: str) -> RowError:
    return RowError(0, "", zh, en)


class _Reader:
    """Turns the cells of one row into values and collects what cannot be."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self.errors: list[RowError] = []

    def hearing(self) -> NewHearing | None:
        start = self._value("start", values.instant, "时间应如 2026-11-24 09:00", "a time")
        end = self._value("end", values.instant, "时间应如 2026-11-24 11:00", "a time")
        notice = self._value("notice", values.instant, "时间应如 2026-11-20 09:00", "a time")
        procedure = self._value("procedure", values.procedure, "没有该程序", "no such procedure")
        kind = self._value("kind", values.kind, "没有该案件类型", "no such kind of case")
        public = self._value("public", values.yes_no, "应为 是 或 否", "yes or no")
        delay = self._value("delay", float, "应为秒数", "a number of seconds")
        approval = self._value("approval", values.yes_no, "应为 是 或 否", "yes or no")
        people = self._value(
            "participants",
            values.people,
            "应如 原告:张三;证人:李四:protected",
            "role:name;role:name",
        )
        for column in REQUIRED:
            if not self._cell(column):
                self._fault(column, "不能为空", "must not be empty")
        if self.errors or start is None or procedure is None:
            return None
        return NewHearing(
            court=self._cell("court"),
            courtroom=self._cell("courtroom"),
            case_number=self._cell("case_number"),
            cause=self._cell("cause"),
            procedure=procedure,
            start=start,
            judges=values.listed(self._cell("judges")),
            end=end,
            kind=kind,
            title=self._cell("title"),
            public=True if public is None else public,
            delay=10.0 if delay is None else delay,
            replay_release=self._cell("replay_release") or "person",
            closure_codes=values.codes(self._cell("closure_codes")),
            approval=approval,
            participants=people or (),
            notice=notice,
        )

    def _cell(self, column: str) -> str:
        return self._row.cells.get(column, "")

    def _value(self, column: str, read: Callable[[str], T], zh: str, en: str) -> T | None:
        cell = self._cell(column)
        if not cell:
            return None
        try:
            return read(cell)
        except (ValueError, KeyError):
            self._fault(column, zh, en)
            return None

    def _fault(self, column: str, zh: str, en: str) -> None:
        self.errors.append(RowError(self._row.number, column, zh, en))
