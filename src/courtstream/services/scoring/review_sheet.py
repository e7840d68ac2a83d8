"""庭审评查表: one hearing's scorecard as a report, from which paper and workbook are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from courtstream.domain.scoring import Outcome, ScoreState
from courtstream.reports.tables import Column, Kind, Report, TableData, Value
from courtstream.services.scoring.names import category_titles
from courtstream.services.views import EvidenceView, FindingView, ScorecardView

OUTCOMES = {
    Outcome.MET: "符合",
    Outcome.NOT_FOUND: "未发现",
    Outcome.UNCLEAR: "不明确",
    Outcome.NOT_APPLICABLE: "不适用",
}
STATES = {
    ScoreState.SUGGESTED: "系统建议",
    ScoreState.CONFIRMED: "已复核",
    ScoreState.CONTESTED: "有异议",
    ScoreState.FINAL: "已定稿",
}
CHANNELS = {"SP": "语音文字", "AU": "声音", "VI": "画面", "ME": "排期与记录", "HU": "仅由人评"}
SHOWN_EVIDENCE = 3


def review_sheet(card: ScorecardView, now: datetime, explain: Callable[[str], str]) -> Report:
    """The sheet a reviewer signs. `explain` turns a metadata row into a sentence."""
    hearing = card.hearing
    judges = "、".join(judge.name for judge in hearing.judges)
    whose = f"{hearing.case_number} · {hearing.court_name} · {judges}"
    return Report(
        title="庭审评查表",
        subtitle=f"{whose} · 系统建议，须经人工确认",
        made_at=now,
        tables=(
            _summary(card),
            _categories(card),
            _items(card, explain),
            _steps(card),
            _words(card),
        ),
    )


def paper_sheet(card: ScorecardView, now: datetime, explain: Callable[[str], str]) -> Report:
    """The same for paper: fewer columns, nothing that does not apply, a place to sign."""
    full = review_sheet(card, now, explain)
    summary, categories, items, steps, words = full.tables
    tables = [
        summary,
        categories,
        _only(items, ("item", "title", "outcome", "points", "weight", "evidence", "basis")),
        _only(steps, ("code", "title", "outcome", "at", "quote")),
        *([words] if words.rows else []),
        TableData(
            "sign",
            "签字",
            (Column("who", "", width=20), Column("sign", "", width=40)),
            [("评查人", ""), ("承办法官", ""), ("日期", "")],
        ),
    ]
    return Report(full.title, full.subtitle, full.made_at, tables)


def _only(table: TableData, keys: tuple[str, ...]) -> TableData:
    """Some columns of a table, without the rows that do not apply."""
    places = [[c.key for c in table.columns].index(key) for key in keys]
    outcome = [c.key for c in table.columns].index("outcome")
    rows = [
        tuple(row[place] for place in places)
        for row in table.rows
        if row[outcome] != OUTCOMES[Outcome.NOT_APPLICABLE]
    ]
    return TableData(table.key, table.title, [table.columns[p] for p in places], rows)


def hms(seconds: float | None) -> str:
    """Where in the recording, empty when nowhere."""
    if seconds is None:
        return ""
    minutes, second = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{second:02}"


def _summary(card: ScorecardView) -> TableData:
    until = card.contest_until
    rows: list[tuple[Value, Value]] = [
        ("案号", card.hearing.case_number),
        ("得分", f"{card.total:.1f}（可能范围 {card.low:.1f}–{card.high:.1f}）"),
        ("亮点加分", f"{card.bonus:.1f}" if card.bonus else "无"),
        ("状态", STATES[card.state]),
        ("一票否决", "、".join(card.barred) or "无"),
        ("标准", f"{card.standard} {card.standard_version}（{card.profile}）"),
        ("申诉截止", f"{until:%Y-%m-%d}" if until else "尚未开始"),
    ]
    return TableData(
        "summary",
        "总评",
        (Column("name", "项目", width=14), Column("value", "内容", width=50)),
        rows,
    )


def _categories(card: ScorecardView) -> TableData:
    columns = (
        Column("category", "类别", width=18),
        Column("points", "得分", Kind.NUMBER),
        Column("weight", "满分", Kind.NUMBER),
        Column("low", "最低可能", Kind.NUMBER),
        Column("high", "最高可能", Kind.NUMBER),
        Column("open", "待判断", Kind.COUNT),
    )
    rows = [
        (c.title_zh, c.points, c.weight, c.low, c.high, c.open)
        for c in card.categories
        if c.weight > 0
    ]
    return TableData("categories", "分类得分", columns, rows)


def _items(card: ScorecardView, explain: Callable[[str], str]) -> TableData:
    columns = (
        Column("item", "编号", width=7),
        Column("category", "类别", width=12),
        Column("title", "评查项", width=26),
        Column("outcome", "结论", width=10),
        Column("points", "得分", Kind.NUMBER, 8),
        Column("weight", "满分", Kind.NUMBER, 8),
        Column("evidence", "依据的时刻与原话", width=48),
        Column("method", "方法", width=12),
        Column("confidence", "置信度", Kind.SHARE, 9),
        Column("basis", "规范依据", width=36),
    )
    rows = [_item(f, explain) for f in card.findings]
    return TableData("items", "逐项评查", columns, rows)


def _item(f: FindingView, explain: Callable[[str], str]) -> tuple[Value, ...]:
    return (
        f.item,
        category_titles(f.category)[0],
        f.title_zh,
        OUTCOMES[f.outcome],
        round(f.points, 2) if f.weight else None,
        round(f.weight, 2) if f.weight else None,
        _evidence(f.evidence, explain),
        CHANNELS.get(f.method, f.method),
        f.confidence,
        f.basis,
    )


def _evidence(evidence: Iterable[EvidenceView], explain: Callable[[str], str]) -> str:
    parts = [" ".join(x for x in (hms(e.start), e.quote or explain(e.row)) if x) for e in evidence]
    more = f"；另 {len(parts) - SHOWN_EVIDENCE} 处" if len(parts) > SHOWN_EVIDENCE else ""
    return "；".join(parts[:SHOWN_EVIDENCE]) + more


def _steps(card: ScorecardView) -> TableData:
    columns = (
        Column("code", "代码", width=7),
        Column("title", "环节", width=22),
        Column("outcome", "结论", width=10),
        Column("at", "时刻", width=10),
        Column("quote", "原话", width=40),
        Column("why", "认定理由", width=40),
        Column("confidence", "置信度", Kind.SHARE, 9),
    )
    rows = [
        (s.code, s.title_zh, OUTCOMES[s.outcome], hms(s.start), s.quote, s.why, s.confidence)
        for s in card.steps
    ]
    return TableData("steps", "程序环节", columns, rows)


def _words(card: ScorecardView) -> TableData:
    """What people said to the items, in order of time."""
    columns = (
        Column("item", "编号", width=7),
        Column("by", "何人", width=12),
        Column("verdict", "意见", width=10),
        Column("outcome", "结论", width=10),
        Column("note", "说明", width=48),
        Column("at", "时间", width=18),
    )
    said = sorted(((r.at, f.item, r) for f in card.findings for r in f.reviews), key=lambda x: x[0])
    rows = [
        (
            item,
            r.by,
            VERDICTS.get(r.verdict.value, r.verdict.value),
            OUTCOMES[r.outcome] if r.outcome else "",
            r.note,
            f"{at:%Y-%m-%d %H:%M}",
        )
        for at, item, r in said
    ]
    return TableData("words", "复核与申诉", columns, rows)


VERDICTS = {
    "confirm": "同意",
    "correct": "更正",
    "contest": "申诉",
    "explain": "说明",
    "uphold": "申诉成立",
    "dismiss": "申诉驳回",
    "bonus": "亮点加分",
}
