"""A report as an Excel workbook: a sheet a table, typed cells, charts; text is never a formula."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import xlsxwriter

from courtstream.reports.tables import Column, Kind, Report, TableData, Value

_FORMATS = {Kind.SHARE: "0.0%", Kind.NUMBER: "0.00", Kind.COUNT: "#,##0", Kind.DAY: "yyyy-mm-dd"}
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
HEAD_ROW = 3


def workbook(report: Report) -> bytes:
    """The report as `.xlsx` bytes."""
    made = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(made, options) as book:
        book.set_properties({"title": report.title, "created": report.made_at.replace(tzinfo=None)})
        styles = _styles(book)
        for number, table in enumerate(report.tables):
            _sheet(book, styles, report, table, number)
    return made.getvalue()


def _styles(book: Any) -> dict[str, Any]:
    styles = {kind.value: book.add_format({"num_format": f}) for kind, f in _FORMATS.items()}
    styles["title"] = book.add_format({"bold": True, "font_size": 14})
    styles["head"] = book.add_format({"bold": True, "bottom": 1, "bg_color": "#F0EFEA"})
    styles["note"] = book.add_format({"font_color": "#666666", "italic": True})
    return styles


def _sheet(
    book: Any, styles: dict[str, Any], report: Report, table: TableData, number: int
) -> None:
    name = f"{number + 1} {table.title}".translate(_FORBIDDEN)[:31]
    sheet = book.add_worksheet(name)
    sheet.write_string(0, 0, f"{report.title} · {table.title}", styles["title"])
    sheet.write_string(1, 0, f"{report.subtitle}  {table.note}", styles["note"])
    for x, column in enumerate(table.columns):
        sheet.write_string(HEAD_ROW, x, column.title, styles["head"])
        sheet.set_column(x, x, column.width)
    for y, row in enumerate(table.rows, start=HEAD_ROW + 1):
        for x, (column, value) in enumerate(zip(table.columns, row, strict=True)):
            _cell(sheet, y, x, column, value, styles)
    sheet.freeze_panes(HEAD_ROW + 1, 1)
    if table.rows:
        last = HEAD_ROW + len(table.rows)
        sheet.autofilter(HEAD_ROW, 0, last, len(table.columns) - 1)
        _chart(book, sheet, name, table, last)


def _cell(sheet: Any, y: int, x: int, column: Column, value: Value, styles: dict[str, Any]) -> None:
    style = styles.get(column.kind.value)
    if value is None:
        sheet.write_blank(y, x, None, style)
    elif isinstance(value, date):
        sheet.write_datetime(y, x, value, styles[Kind.DAY.value])
    elif isinstance(value, (int, float)) and column.kind is not Kind.TEXT:
        sheet.write_number(y, x, value, style)
    else:
        sheet.write_string(y, x, str(value))


def _chart(book: Any, sheet: Any, name: str, table: TableData, last: int) -> None:
    keys = [c.key for c in table.columns]
    if table.chart not in keys:
        return
    column = keys.index(table.chart)
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": table.columns[column].title,
            "categories": [name, HEAD_ROW + 1, 0, last, 0],
            "values": [name, HEAD_ROW + 1, column, last, column],
            "fill": {"color": "#94281B"},
        }
    )
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True})
    chart.set_title({"name": table.columns[column].title})
    chart.set_size({"width": 640, "height": 120 + 22 * min(40, last - HEAD_ROW)})
    sheet.insert_chart(HEAD_ROW, len(table.columns) + 1, chart)
