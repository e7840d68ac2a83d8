"""`courtstream upload HEARING FILE`: a recorder's file, brought after the hearing."""

from __future__ import annotations

import shutil
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from courtstream.services.sealed.late_uploads import Intake

_FILE = typer.Argument(exists=True, dir_okay=False, help="录播主机导出的 MKV、MP4 或 TS")


def register(app: typer.Typer) -> None:
    """Add `upload`."""
    app.command("upload")(upload)


def upload(
    hearing: Annotated[str, typer.Argument(help="庭审编号 / the hearing's id")],
    file: Annotated[Path, _FILE],
    by: Annotated[str, typer.Option(help="上传人账号 / login of the one who brings it")],
    why: Annotated[str, typer.Option(help="未能直播的原因 / why it was not live")],
    began: Annotated[
        datetime | None, typer.Option(help="录像开始时间（北京时间） / when it begins, court time")
    ] = None,
    wait: Annotated[bool, typer.Option(help="在此处理完 / work through it here")] = True,
) -> None:
    """Bring a recording after its hearing: sealed, redacted, and waiting for release / 补传录像.

    Exits 1 with a sentence when the file cannot be taken; it stays where it was.
    """
    from courtstream.cli.offline import offline
    from courtstream.domain.clock import COURT_ZONE, utc_now
    from courtstream.services.docket import lookup
    from courtstream.services.sealed import late_files, late_uploads
    from courtstream.settings import Settings

    settings = Settings()
    with offline(settings) as work:
        person = work.read(lookup.user, by)
        intake = work.write(
            late_uploads.begin,
            person,
            hearing,
            settings,
            size=file.stat().st_size,
            began=began.replace(tzinfo=COURT_ZONE) if began else None,
            why=why,
            free=shutil.disk_usage(settings.data).free,
            now=utc_now(),
        )
        _copy(file, intake)
        found = late_files.take_in(work, person, intake, settings.node)
    typer.echo(f"✓ 已接收 {found.length:.0f} s  SHA-256 {found.sha256}")
    shown = found.clock.astimezone(COURT_ZONE) if found.clock else None
    clock = f"{shown:%Y-%m-%d %H:%M} ({found.clock_from})" if shown else "无 / none"
    typer.echo(f"  文件时钟 / the file's clock: {clock}")
    if wait:
        _work_through(hearing)


def _copy(file: Path, intake: Intake) -> None:
    from courtstream.services.sealed import late_files

    with file.open("rb") as stream:
        stream.seek(at := late_files.have(intake))
        while piece := stream.read(late_files.PIECE):
            at = late_files.take(intake, at, piece)
            if sys.stderr.isatty():
                sys.stderr.write(f"\r  {at >> 20} / {intake.size >> 20} MiB ")


def _work_through(hearing: str) -> None:
    """Here and now; a running platform that is faster is left to it."""
    from courtstream.cli import second_pass
    from courtstream.cli.offline import offline
    from courtstream.services.sealed import late_work
    from courtstream.services.second_pass import errands
    from courtstream.settings import Settings

    settings = Settings()
    with offline(settings) as work:
        late = work.read(late_work.order_of, hearing, settings)
        if late is None:
            return
        order = errands.spec(hearing, settings).model_copy(update={"late": late})
        code = second_pass.run(order.model_dump_json(), settings.hearings / hearing)
        second_pass.catch_up(work, hearing, settings.hearings)
    if code:
        typer.secho(f"✗ 处理未完成 / not finished ({code})", fg="red", err=True)
        raise typer.Exit(2)
    typer.echo(f"✓ 已封存并完成屏蔽 / sealed and redacted; courtstream secondpass {hearing}")
