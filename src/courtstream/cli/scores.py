"""`score`: judge stored hearings again; `mistakes`: what appeals found wrong, for the tests."""

from __future__ import annotations

import json
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from courtstream.domain.clock import utc_now
from courtstream.domain.errors import CourtstreamError
from courtstream.services.scoring import mistakes, rescoring, standards
from courtstream.services.scoring.rescoring import Rescored
from courtstream.services.work import Work
from courtstream.settings import Settings
from courtstream.store.migrate import upgrade
from courtstream.store.unit import Store

_HEARINGS = typer.Argument(help="庭审编号，不填为全部 / hearing ids, none for all")
_JOBS = typer.Option("--jobs", min=1, help="并行进程数 / processes")
_STANDARD = typer.Option("--standard", help="标准版本，默认现行 / edition, default: in force")
_DRY = typer.Option("--dry-run", help="只比较，不保存 / compare, keep nothing")
_JSON = typer.Option("--json", help="结果写入文件 / results as JSON")
_OUT = typer.Option("--out", file_okay=False, help="误判集目录 / folder of the set")


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("score")(score_command)
    app.command("mistakes")(mistakes_command)


def score_command(
    hearings: Annotated[list[str] | None, _HEARINGS] = None,
    jobs: Annotated[int, _JOBS] = max(1, (os.cpu_count() or 2) - 1),
    standard: Annotated[str, _STANDARD] = "",
    dry_run: Annotated[bool, _DRY] = False,
    as_json: Annotated[Path | None, _JSON] = None,
) -> None:
    """Score stored hearings again, side by side / 重新评分.

    Cards that people have spoken to or made final are left as they are.
    """
    settings = Settings()
    upgrade(settings.database)
    work = Work(Store(settings.database))
    try:
        rows = _score(work, settings.database, tuple(hearings or ()), jobs, standard, dry_run)
    except CourtstreamError as error:
        typer.secho(f"✗ {error.zh} / {error}", fg="red", err=True)
        raise typer.Exit(2) from None
    finally:
        work.store.close()
    _tell(rows, dry_run)
    if as_json is not None:
        found = [
            {"hearing": r.hearing_id, "before": r.before, "after": r.after}
            for r in sorted(rows, key=lambda r: r.hearing_id)
        ]
        as_json.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")


def _score(
    work: Work, database: str, hearings: tuple[str, ...], jobs: int, version: str, dry: bool
) -> list[Rescored]:
    version = version or work.read(standards.in_force).version
    work.read(standards.standard_of, version)
    ids = work.read(rescoring.due, hearings)
    rows: list[Rescored] = []
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(jobs, max(1, len(ids))), mp_context=spawned) as pool:
        cards = rescoring.all_judged(pool, database, ids, version)
        for card in track(cards, description="评分 / scoring", total=len(ids)):
            if dry:
                rows.append(work.read(rescoring.compared, card))
            else:
                rows.append(work.write(rescoring.keep, card, utc_now()))
    return rows


def _tell(rows: list[Rescored], dry: bool) -> None:
    console = Console()
    changed = sorted((r for r in rows if r.changed), key=lambda r: r.hearing_id)
    for row in changed[:50]:
        before = "–" if row.before is None else f"{row.before:.2f}"
        console.print(f"  {row.case_number}  {before} → {row.after:.2f}")
    kept = "未保存 / nothing kept" if dry else "已保存 / kept"
    zh = f"评分 {len(rows)} 场，变化 {len(changed)} 场"
    console.print(f"{zh} / {len(rows)} scored, {len(changed)} changed; {kept}")


def mistakes_command(out: Annotated[Path, _OUT]) -> None:
    """Write what appeals overturned, with the facts, for tests to replay / 导出误判集."""
    settings = Settings()
    store = Store(settings.database)
    try:
        found = Work(store).read(mistakes.replayable)
    finally:
        store.close()
    out.mkdir(parents=True, exist_ok=True)
    for case in found:
        path = out / f"{case['id']}.json"
        path.write_text(json.dumps(case, ensure_ascii=False, indent=1), encoding="utf-8")
    typer.echo(f"{len(found)} → {out}")
