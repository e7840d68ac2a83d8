"""Commands that apply the rules to text: no media, no network, no database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import track

from courtstream.rules.masking import spot as spot_text
from courtstream.rules.procedure.transcripts import findings, prediction, read_file

_IN = typer.Argument(exists=True, dir_okay=False, help="JSON lines with id and text / 每行一句")
_OUT = typer.Option("--out", help="Where the spans go / 结果文件")
_NAMES = typer.Option("--protected", help="A protected name; may be repeated / 受保护姓名")


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("spot")(spot_command)
    app.command("steps")(steps_command)


def spot_command(
    source: Annotated[Path, _IN],
    out: Annotated[Path, _OUT],
    protected: Annotated[list[str] | None, _NAMES] = None,
) -> None:
    """Find private spans in text: spot IN.jsonl --out PRED.jsonl [--protected NAME …].

    A line without `text` may carry a list `protected_names`, which is added to the names; each
    line with `id` and `text` gives `{"id", "spans": [[start, end, type], …]}`.
    """
    rows = list(_rows(source))
    names = list(protected or [])
    for row in rows:
        if "text" not in row:
            names.extend(str(name) for name in row.get("protected_names", ()))
    texts = [row for row in rows if "id" in row and isinstance(row.get("text"), str)]
    with out.open("w", encoding="utf-8") as stream:
        for row in track(texts, description="识别隐私片段 / spotting"):
            spans = spot_text(row["text"], protected=names)
            found = [[span.start, span.end, span.type] for span in spans]
            line = {"id": row["id"], "spans": found}
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")


_FOLDER = typer.Argument(exists=True, file_okay=False, help="Transcripts, *.json / 庭审笔录文件夹")
_OUT_FOLDER = typer.Option("--out", file_okay=False, help="Where results go / 结果文件夹")


def steps_command(
    source: Annotated[Path, _FOLDER],
    out: Annotated[Path, _OUT_FOLDER],
) -> None:
    """Find procedure steps and broken rules in transcripts: steps DIR --out PRED_DIR.

    Every `DIR/*.json` gives `PRED_DIR/<id>.json` with `{"steps": [{code, status, t0, …}],
    "rules": [{code, violated, …}]}`; status is met, missing, unclear or not_applicable.
    """
    files = sorted(source.glob("*.json"))
    if not files:
        raise typer.BadParameter("文件夹中没有 *.json / no *.json in the folder")
    out.mkdir(parents=True, exist_ok=True)
    for path in track(files, description="核对庭审环节 / checking steps"):
        hearing = read_file(path)
        steps, rules = findings(hearing)
        target = out / f"{Path(hearing.id).name}.json"
        target.write_text(
            json.dumps(prediction(steps, rules), ensure_ascii=False, indent=1), encoding="utf-8"
        )


def _rows(source: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise typer.BadParameter(
                f"第 {number} 行不是 JSON / line {number} is not JSON"
            ) from error
        if isinstance(row, dict):
            yield row
