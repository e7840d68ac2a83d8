"""A transcript as a file: WebVTT, SubRip, plain text, JSON and Word. Always of the masked text."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt

CJK = "宋体"
_LINE = 34
_LONGEST = 6.0
"""Seconds that a subtitle made of a long turn stays."""


@dataclass(frozen=True, slots=True)
class FileTurn:
    """A turn as it stands in a file; times in seconds, `who` a seat label or 未知."""

    id: str
    start: float
    end: float
    role: str
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class TranscriptFile:
    """All a file says. `state` and `signatures` in words of the court."""

    hearing_id: str
    title: str
    case_number: str
    court: str
    courtroom: str
    started: datetime | None
    revision: int
    state: str
    sha256: str
    signatures: tuple[str, ...]
    turns: tuple[FileTurn, ...]


NOTE = "个人信息已依法屏蔽。Personal data is hidden by law."


def as_vtt(file: TranscriptFile) -> bytes:
    """WebVTT (W3C); hostile text cannot end a cue or open a tag."""
    lines = ["WEBVTT", "", f"NOTE {_one_line(file.title)} {_one_line(NOTE)}", ""]
    for turn, start, end, text in _cues(file):
        who = _escaped(turn.who)
        lines += [f"{_stamp(start, '.')} --> {_stamp(end, '.')}", f"<v {who}>{_escaped(text)}", ""]
    return "\n".join(lines).encode()


def as_srt(file: TranscriptFile) -> bytes:
    """SubRip."""
    lines: list[str] = []
    for number, (turn, start, end, text) in enumerate(_cues(file), 1):
        times = f"{_stamp(start, ',')} --> {_stamp(end, ',')}"
        lines += [str(number), times, f"{turn.who}：{_one_line(text)}", ""]
    return "\n".join(lines).encode("utf-8-sig")


def as_txt(file: TranscriptFile) -> bytes:
    """Plain text, a turn a line."""
    head = [file.title, *_head(file), ""]
    body = [f"[{_stamp(t.start, '.')[:8]}] {t.who}：{_one_line(t.text)}" for t in file.turns]
    return "\n".join([*head, *body, ""]).encode()


def as_json(file: TranscriptFile) -> bytes:
    """Everything, for programs."""
    fields = asdict(file) | {"started": file.started.isoformat() if file.started else None}
    return json.dumps({"version": 1, **fields}, ensure_ascii=False, indent=1).encode()


def as_docx(file: TranscriptFile) -> bytes:
    """A Word document as courts file it: heading, facts, turns, signatures."""
    document = Document()
    font = document.styles["Normal"].font
    font.name, font.size = CJK, Pt(12)
    document.styles["Normal"].element.get_or_add_rPr().get_or_add_rFonts().set(
        qn("w:eastAsia"), CJK
    )
    document.add_heading(_clean(file.title), level=1)
    for line in _head(file):
        document.add_paragraph(_clean(line))
    for turn in file.turns:
        paragraph = document.add_paragraph()
        paragraph.add_run(f"{turn.who}：").bold = True
        paragraph.add_run(_clean(turn.text))
        paragraph.add_run(f"  [{_stamp(turn.start, '.')[:8]} {turn.id}]").font.size = Pt(8)
    for line in file.signatures:
        document.add_paragraph(_clean(line))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


FORMATS: Mapping[str, tuple[str, Callable[[TranscriptFile], bytes]]] = {
    "vtt": ("text/vtt; charset=utf-8", as_vtt),
    "srt": ("application/x-subrip; charset=utf-8", as_srt),
    "txt": ("text/plain; charset=utf-8", as_txt),
    "json": ("application/json", as_json),
    "docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        as_docx,
    ),
}
"""Media type and maker by the file's ending."""


def _head(file: TranscriptFile) -> list[str]:
    started = f"{file.started:%Y-%m-%d %H:%M}" if file.started else "–"
    return [
        f"{file.court} {file.courtroom} {file.case_number}",
        f"开庭 / opened {started}",
        f"修订 / revision {file.revision}：{file.state}",
        *([f"SHA-256 {file.sha256}"] if file.sha256 else []),
        NOTE,
    ]


def _cues(file: TranscriptFile) -> Iterable[tuple[FileTurn, float, float, str]]:
    """Turns cut into pieces that fit a screen, the time shared by length."""
    for turn in file.turns:
        pieces = _pieces(turn.text)
        step = (turn.end - turn.start) / max(1, sum(map(len, pieces)))
        at = turn.start
        for piece in pieces:
            end = at + step * len(piece)
            yield turn, at, max(at + 0.2, min(end, at + _LONGEST)), piece
            at = end


def _pieces(text: str) -> list[str]:
    pieces, rest = list[str](), _one_line(text)
    while len(rest) > _LINE:
        cut = max((rest.rfind(mark, 0, _LINE) for mark in "。？！；，、"), default=-1) + 1
        mark = rest.find("〔")
        cut = cut if cut > _LINE // 3 else _LINE
        if mark < cut < rest.find("〕", mark) + 1:  # never inside the mark of what is hidden
            cut = mark if mark > 0 else rest.find("〕") + 1
        pieces.append(rest[:cut])
        rest = rest[cut:]
    return [*pieces, rest] if rest else pieces


def _stamp(value: float, point: str) -> str:
    ms = round(value * 1000)
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{point}{ms % 1000:03}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _escaped(text: str) -> str:
    line = _one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return line.replace("-->", "--&gt;")


def _clean(text: str) -> str:
    """Without characters that XML cannot hold."""
    return "".join(char for char in text if char.isprintable() or char in "\t\n")
