"""Commands on the transcript: as a file, and people's corrections as test cases."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Form(StrEnum):
    """The formats of a transcript file."""

    VTT = "vtt"
    SRT = "srt"
    TXT = "txt"
    JSON = "json"
    DOCX = "docx"


def register(app: typer.Typer) -> None:
    """Add `transcript` and `corrections`."""
    app.command("transcript")(transcript)
    app.command("corrections")(corrections)


def transcript(
    hearing_id: Annotated[str, typer.Argument(help="庭审编号 / hearing id")],
    form: Annotated[Form, typer.Option("--format", help="格式 / format")] = Form.TXT,
    revision: Annotated[
        int | None, typer.Option(help="修订号，0 为机器原文 / revision, 0: the machine's")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="输出文件 / file; otherwise stdout")] = None,
) -> None:
    """Write the masked transcript of a hearing / 导出庭审文字."""
    from courtstream.cli.offline import offline
    from courtstream.reports.transcripts import FORMATS
    from courtstream.services.transcripts import pages as transcript_pages

    with offline() as work:
        view = work.read(transcript_pages.staff_file, None, hearing_id, revision)
    data = FORMATS[form.value][1](view)
    if out is None:
        sys.stdout.buffer.write(data)
        return
    out.write_bytes(data)
    typer.echo(f"✓ {out} · {len(view.turns)} · {view.state}", err=True)


def corrections(
    out: Annotated[Path, typer.Option(help="JSON lines / 每行一例")],
    hearing_id: Annotated[str, typer.Option("--hearing", help="庭审编号 / one hearing only")] = "",
) -> None:
    """People's corrections as test cases, private digits shifted / 导出更正用例."""
    from courtstream.cli.offline import offline
    from courtstream.services.transcripts import cases

    with offline() as work:
        found = work.read(cases.collect, hearing_id)
    lines = (json.dumps(asdict(case), ensure_ascii=False) for case in found.cases)
    out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    typer.echo(
        f"✓ {len(found.cases)} 例 / cases；{found.untold} 处不含号码，未导出 / without a number",
        err=True,
    )
