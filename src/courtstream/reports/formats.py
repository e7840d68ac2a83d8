"""A report in the format somebody asked for: Excel, PDF, CSV or JSON, all from the same tables."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping

from courtstream.domain.errors import InvalidInput
from courtstream.reports.pdf import Block, Heading, Table, Text, document
from courtstream.reports.tables import Report, Value, harmless, written
from courtstream.reports.workbook import workbook

TYPES: Mapping[str, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}


def render(report: Report, kind: str, font: str = "") -> bytes:
    """The report's bytes. Raises InvalidInput for a format there is not, FontMissing for PDF."""
    writers: Mapping[str, Callable[[], bytes]] = {
        "xlsx": lambda: workbook(report),
        "pdf": lambda: paper(report, font),
        "csv": lambda: comma_separated(report),
        "json": lambda: as_json(report),
    }
    if kind not in writers:
        raise InvalidInput("格式应为 xlsx、pdf、csv 或 json / xlsx, pdf, csv or json")
    return writers[kind]()


def comma_separated(report: Report) -> bytes:
    """CSV with a byte-order mark, so that Excel reads Chinese; tables follow one another."""
    text = io.StringIO()
    sheet = csv.writer(text)
    for table in report.tables:
        sheet.writerow([harmless(f"{report.title} · {report.subtitle} · {table.title}")])
        sheet.writerow([column.title for column in table.columns])
        for row in table.rows:
            sheet.writerow([_csv(value) for value in row])
        sheet.writerow([])
    return text.getvalue().encode("utf-8-sig")


def _csv(value: Value) -> str:
    if value is None:
        return ""
    return harmless(value) if isinstance(value, str) else str(value)


def as_json(report: Report) -> bytes:
    """The tables with their keys; a share stays a number between 0 and 1."""
    found = {
        "title": report.title,
        "subtitle": report.subtitle,
        "made_at": report.made_at.isoformat(),
        "tables": [
            {
                "key": table.key,
                "title": table.title,
                "note": table.note,
                "columns": [
                    {"key": c.key, "title": c.title, "kind": c.kind} for c in table.columns
                ],
                "rows": [
                    {c.key: _plain(v) for c, v in zip(table.columns, row, strict=True)}
                    for row in table.rows
                ],
            }
            for table in report.tables
        ],
    }
    return json.dumps(found, ensure_ascii=False, indent=1).encode()


def _plain(value: Value) -> object:
    return value if value is None or isinstance(value, (int, float)) else str(value)


def paper(report: Report, font: str = "") -> bytes:
    """The report on A4."""
    return document(report.title, _blocks(report), foot=report.subtitle, font=font)


def _blocks(report: Report) -> Iterator[Block]:
    yield Text(report.subtitle, small=True)
    for table in report.tables:
        yield Heading(table.title)
        if table.note:
            yield Text(table.note, small=True)
        yield Table(
            [
                [written(v, c.kind) for c, v in zip(table.columns, row, strict=True)]
                for row in table.rows
            ],
            [column.title for column in table.columns],
            [column.width for column in table.columns],
        )
