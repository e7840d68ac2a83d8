"""`courtstream secondpass HEARING`: look over an ended hearing's picture again, by hand."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from courtstream.cli.offline import offline
from courtstream.control.journal import JournalReader
from courtstream.control.protocol import JournalRequest, RowKind
from courtstream.services.nodes import journal, running
from courtstream.services.second_pass import desk as second_pass_desk
from courtstream.services.second_pass import errands as second_pass_errands
from courtstream.services.work import Work
from courtstream.settings import Settings

POLL_SECONDS = 1.0


def register(app: typer.Typer) -> None:
    """Add `secondpass`."""
    app.command("secondpass")(second_pass_command)


def second_pass_command(
    hearing: Annotated[str, typer.Argument(help="庭审编号 / the hearing's id")],
    again: Annotated[bool, typer.Option(help="重新复查 / look anew though it was done")] = False,
) -> None:
    """Compare what was published with the sealed original / 对照原始录像复查已公开画面.

    Lists the moments a person has to look at before the replay is released, and carries out the
    hidings people have asked for. Exits 1 while moments wait.
    """
    settings = Settings()
    with offline(settings) as work:
        work.read(second_pass_errands.require_ended, hearing)
        order = work.read(second_pass_errands.order_of, hearing, settings, again=again)
        code = run(order.model_dump_json(), settings.hearings / hearing)
        catch_up(work, hearing, settings.hearings)
        found = work.read(second_pass_desk.overview, hearing)
    if code:
        typer.secho(f"✗ 复核未完成 / not finished ({found.code or code})", fg="red", err=True)
        raise typer.Exit(2)
    for m in found.moments:
        said = m.verdict.value if m.verdict else "?"
        place = f"{m.start:8.1f}–{m.end:.1f} s"
        typer.echo(f"  {m.n:4}  {place}  {m.why}  {m.score:.2f}  {said}")
    if found.settled:
        typer.secho("✓ 已全部确认 / settled", fg="green")
        return
    typer.echo(f"{found.waiting} 条待确认 / to be settled: /staff/hearings/{hearing}/moments")
    raise typer.Exit(1)


def run(order: str, folder: Path) -> int:
    """The data plane's process; how far it is stands in the journal it writes."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as spec:
        spec.write(order)
        spec.flush()
        command = [sys.executable, "-m", "media_workers", "secondpass", "--spec", spec.name]
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        reader, after = JournalReader(folder.parent), 0
        while child.poll() is None:
            time.sleep(POLL_SECONDS)
            after = _tell(reader, folder.name, after)
    return child.returncode


def _tell(reader: JournalReader, hearing: str, after: int) -> int:
    """Show the newest progress; gives the number of the last row read."""
    rows = reader.page(JournalRequest(hearing_id=hearing, after=after)).rows
    for row in rows:
        told = row.kind in {RowKind.SECOND_PASS, RowKind.LATE} and "done" in row.body
        if told and sys.stderr.isatty():
            of = f"/{row.body['of']:.0f}" if "of" in row.body else ""
            sys.stderr.write(f"\r  {row.body['done']:.0f}{of} s ")
    return rows[-1].seq if rows else after


def catch_up(work: Work, hearing: str, hearings: Path) -> None:
    """Take the journal's new rows into the database, as the platform does."""
    reader, more = JournalReader(hearings), True
    while more:
        _, last = work.read(running.where, hearing)
        page = reader.page(JournalRequest(hearing_id=hearing, after=last))
        work.write(journal.apply_rows, page.rows)
        more = page.more
