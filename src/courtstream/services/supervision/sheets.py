"""Reports of coverage and supervision: the pages' own figures, laid out as tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from courtstream.reports.tables import Column, Kind, Report, TableData
from courtstream.rules import indicators as ind
from courtstream.services.supervision.coverage import Coverage, HeatCell
from courtstream.services.supervision.supervising import NoticeView

KINDS_ZH = {
    "civil": "民事",
    "criminal": "刑事",
    "administrative": "行政",
    "compensation": "国家赔偿",
    "enforcement": "执行",
}
STATES_ZH = {"covered": "已覆盖", "open": "未覆盖", "na": "不适用"}


def coverage_report(
    page: Coverage, notices: Sequence[NoticeView], place: str, now: datetime
) -> Report:
    """A month's or a quarter's sheet: indicators, courts, judges, reasons, notices."""
    span = page.months[0] if len(page.months) == 1 else f"{page.months[0]} – {page.months[-1]}"
    tables = [_indicators(page.figures), _courts(page), _judges(page), _reasons(page)]
    if notices:
        tables.append(_notices(notices))
    rule = page.validity
    subtitle = (
        f"{place} · {span} · 有效直播定义 {rule.version}：不少于 {rule.least_minutes:.0f} 分钟、"
        f"音画正常 ≥ {rule.least_share:.0%}、无泄露"
    )
    return Report("庭审公开监督月报", subtitle, now, tables)


def _indicators(figures: Sequence[ind.IndicatorValue]) -> TableData:
    columns = [
        Column("name", "指标", width=20),
        Column("code", "代码", width=16),
        Column("value", "数值", Kind.SHARE, 10),
        Column("numerator", "分子", Kind.COUNT, 9),
        Column("denominator", "分母", Kind.COUNT, 9),
        Column("left_out", "依法除外", Kind.COUNT, 9),
        Column("meets", "达标", width=8),
        Column("formula", "公式", width=40),
        Column("source", "数据来源", width=24),
        Column("mark", "标注", width=10),
    ]
    rows = [
        (
            f.definition.zh,
            f.code,
            f.value if f.definition.kind not in {"count", "rate"} else None,
            f.numerator,
            f.denominator,
            f.left_out,
            {True: "是", False: "否", None: "–"}[f.meets],
            f.definition.formula,
            f.definition.source,
            f.definition.mark,
        )
        for f in figures
    ]
    note = "不适用（无分母）留空，不作零计；mem、proposal 为未经核实的定义"
    return TableData("indicators", "指标", columns, rows, note, "value")


def _courts(page: Coverage) -> TableData:
    columns = [Column("court", "法院", width=24)]
    for kind in (*page.kinds, "all"):
        name = KINDS_ZH.get(kind, "合计")
        columns += [
            Column(f"{kind}_share", f"{name}直播率", Kind.SHARE, 12),
            Column(f"{kind}_broadcast", f"{name}直播", Kind.COUNT, 10),
            Column(f"{kind}_eligible", f"{name}可直播", Kind.COUNT, 10),
        ]
    rows = [(r.name, *_heat(r.cells), *_heat((r.all,))) for r in page.courts]
    return TableData("courts", "各院各类案件", columns, rows, "按法院层级排列，不排名", "all_share")


def _heat(cells: Sequence[HeatCell]) -> list[float | int | None]:
    return [v for c in cells for v in (c.share, c.broadcast, c.eligible)]


def _judges(page: Coverage) -> TableData:
    columns = [
        Column("judge", "法官", width=14),
        Column("court", "法院", width=24),
        Column("state", "覆盖", width=10),
        Column("eligible", "可直播", Kind.COUNT, 9),
        Column("broadcast", "直播", Kind.COUNT, 9),
        Column("valid", "有效", Kind.COUNT, 9),
        Column("closed", "依法除外", Kind.COUNT, 9),
    ]
    rows = [
        (
            r.name,
            r.court_name,
            STATES_ZH[r.state],
            r.tally.eligible,
            r.tally.broadcast,
            r.tally.valid,
            r.tally.closed,
        )
        for r in page.judges.part.rows
    ]
    return TableData("judges", "法官覆盖", columns, rows, "按法院和姓名排列，不排名")


def _reasons(page: Coverage) -> TableData:
    columns = [
        Column("code", "代码", width=20),
        Column("reason", "理由", width=40),
        Column("count", "庭审数", Kind.COUNT, 10),
    ]
    rows = [(r.code, r.zh, r.count) for r in page.reasons]
    return TableData("reasons", "未直播理由", columns, rows)


def _notices(notices: Sequence[NoticeView]) -> TableData:
    columns = [
        Column("month", "月份", width=10),
        Column("subject", "对象", width=20),
        Column("court", "法院", width=24),
        Column("what", "事项", width=30),
        Column("state", "状态", width=12),
        Column("deadline", "期限", Kind.DAY, 12),
    ]
    rows = [
        (
            n.month,
            n.subject_name,
            n.court_name,
            n.watch.zh,
            n.state.value,
            n.deadline.date() if n.deadline else None,
        )
        for n in notices
    ]
    return TableData("notices", "监督通知", columns, rows)
