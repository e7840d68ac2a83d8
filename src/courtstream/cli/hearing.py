"""Commands of the group `hearing`: the schedule at the command line."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

_FILE = typer.Argument(exists=True, dir_okay=False, help="CSV 或 JSON / CSV or JSON")


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    hearings = typer.Typer(no_args_is_help=True, help="庭审排期 / the schedule of hearings")
    hearings.command("import")(import_file)
    hearings.command("list")(list_hearings)
    hearings.command("approve")(approve)
    hearings.command("columns")(columns)
    app.add_typer(hearings, name="hearing")


def import_file(file: Annotated[Path, _FILE]) -> None:
    """Schedule every hearing of a file, or none: faults by row and column / 导入排期."""
    from courtstream.cli.offline import offline
    from courtstream.domain.clock import utc_now
    from courtstream.services.docket.importing import ImportRefused, import_hearings

    with offline() as work:
        try:
            report = work.write(import_hearings, None, file.read_bytes(), utc_now())
        except ImportRefused as refused:
            for e in refused.report.errors:
                row = f"第 {e.row} 行 row {e.row}" if e.row else "文件 file"
                where = f"{row} · {e.column}" if e.column else row
                typer.secho(f"✗ {where}: {e.message_zh} / {e.message_en}", fg="red", err=True)
            raise
    typer.echo(f"✓ 已导入 {len(report.hearing_ids)} 场庭审 / hearings imported")
    for hearing_id in report.hearing_ids:
        typer.echo(f"  {hearing_id}")


def list_hearings(
    day: Annotated[str, typer.Option(help="日期 / day, 2026-11-24")] = "",
    text: Annotated[str, typer.Option(help="案号、案由、法院、法官 / search")] = "",
    page: Annotated[int, typer.Option(min=1, help="页 / page")] = 1,
) -> None:
    """List public hearings, newest first / 列出庭审."""
    from courtstream.cli.offline import offline
    from courtstream.domain.clock import COURT_ZONE
    from courtstream.services.public import search as public_search

    try:
        wanted_day = datetime.fromisoformat(day).date() if day else None
    except ValueError:
        raise typer.BadParameter("日期应如 2026-11-24 / a day like 2026-11-24") from None
    with offline() as work:
        found = work.read(
            public_search.search, public_search.Search(text=text, day=wanted_day, page=page)
        )
    for card in found.cards:
        start = card.scheduled_start.astimezone(COURT_ZONE).strftime("%Y-%m-%d %H:%M")
        place = f"{card.court_name}{card.courtroom_name}"
        typer.echo(f"{card.id}  {start}  {card.state.value:11} {place}  {card.case_number}")
    typer.echo(f"{found.total} · {found.page}/{found.pages}")


def approve(
    hearing_id: Annotated[str, typer.Argument(help="庭审编号 / hearing id")],
    by: Annotated[str, typer.Option(help="审批人账号 / login of the one who approves")],
    refuse: Annotated[
        bool, typer.Option("--refuse", help="不同意公开 / not to be published")
    ] = False,
    reason: Annotated[str, typer.Option(help="不同意的理由 / why not")] = "",
) -> None:
    """File the word of the approval stage whose turn it is / 公开审批."""
    from courtstream.cli.offline import offline
    from courtstream.domain.approval import ApprovalOutcome
    from courtstream.domain.clock import utc_now
    from courtstream.services.docket import lookup
    from courtstream.services.gate import approving
    from courtstream.services.publication import shape

    outcome = ApprovalOutcome.DO_NOT_PUBLISH if refuse else ApprovalOutcome.PUBLISH
    with offline() as work:
        person = work.read(lookup.user, by)
        hearing = work.write(approving.say, person, hearing_id, outcome, reason, utc_now())
        gate = shape.gate_view(hearing)
    open_modes = ", ".join(gate.allowed) if gate and gate.allowed else "无 / none"
    typer.echo(f"✓ 可公开方式 / modes allowed: {open_modes}")
    for reason in gate.reasons if gate else ():
        typer.echo(f"  {reason}")


def columns() -> None:
    """The columns an import file may have / 导入文件的列."""
    from courtstream.services.docket.sheet import COLUMNS, REQUIRED

    for name, headings in COLUMNS.items():
        need = "必填 required" if name in REQUIRED else ""
        typer.echo(f"{name:15} {'、'.join(headings):24} {need}")
