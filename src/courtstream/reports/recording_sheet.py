"""庭审录音录像工作记录 on paper, for the case file (法释〔2017〕5号 art. 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from courtstream.domain.clock import COURT_ZONE
from courtstream.domain.trial import InterruptionReason
from courtstream.reports.pdf import Block, Heading, Table, Text, document

TITLE = "庭审录音录像记录表"
REASONS = {
    InterruptionReason.RECESS: "休庭",
    InterruptionReason.CLOSED_EVIDENCE: "公开庭审中的不公开质证",
    InterruptionReason.MEDIATION: "不宜录音录像的调解",
    None: "无法定事由，须书面说明",
}


@dataclass(frozen=True, slots=True)
class Row:
    """Recorded or interrupted; seconds. `reason` is looked at for interruptions only."""

    start: datetime
    end: datetime
    seconds: float
    reason: InterruptionReason | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on the sheet. `checks`: folder, verdict and hash."""

    facts: Sequence[tuple[str, str]]
    recorded: Sequence[Row]
    interruptions: Sequence[Row]
    checks: Sequence[tuple[str, str, str]]
    complete: bool
    made_at: datetime


def paper(sheet: Sheet, font: str = "") -> bytes:
    """The sheet as PDF with places to sign. Raises FontMissing."""
    blocks: list[Block] = [
        Table([list(fact) for fact in sheet.facts]),
        Heading("录制时段"),
        Table([_row(row)[:3] for row in sheet.recorded], head=("起", "止", "时长（秒）")),
        Heading("中断与缺失"),
        _interruptions(sheet.interruptions),
        Heading("完整性校验"),
        Table(list(sheet.checks), head=("目录", "结果", "SHA-256"), widths=(1, 1, 4)),
        Text("校验值由逐段散列链得出；任何一处改动都会使其改变。", small=True),
        Text(f"结论：{'录制完整' if sheet.complete else '录制不完整，须书面说明'}"),
        Heading("签名"),
        Table(
            [["审判长 / 独任审判员", ""], ["书记员", ""], ["当事人（核对校验值无误）", ""]],
            widths=(2, 5),
        ),
    ]
    foot = f"{_moment(sheet.made_at)}  courtstream"
    return document(TITLE, blocks, foot=foot, font=font)


def _interruptions(rows: Sequence[Row]) -> Block:
    if not rows:
        return Text("录制期间没有中断。")
    head = ("起", "止", "时长（秒）", "事由（法释〔2017〕5号第三条）")
    return Table([_row(row) for row in rows], head=head, widths=(2, 2, 1, 3))


def _row(row: Row) -> list[str]:
    reason = REASONS[row.reason]
    return [_moment(row.start), _moment(row.end), f"{row.seconds:.1f}", reason]


def _moment(instant: datetime) -> str:
    return instant.astimezone(COURT_ZONE).strftime("%Y-%m-%d %H:%M:%S")
