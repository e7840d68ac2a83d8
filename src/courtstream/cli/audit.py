"""Commands of the group `audit`: checking the chain and taking it away."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from courtstream.domain.errors import AuditBroken

_HEAD = typer.Option(
    "--head",
    help="早先记下的 条数:校验值，核对末尾未被截去 / N:HASH noted earlier, shows no end was cut",
)
_FILE = typer.Option("--file", exists=True, dir_okay=False, help="校验导出文件 / an exported file")


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    group = typer.Typer(no_args_is_help=True, help="审计链 / the audit chain")
    group.command("verify")(verify)
    group.command("export")(export)
    app.add_typer(group, name="audit")


def verify(
    head: Annotated[str, _HEAD] = "",
    file: Annotated[Path | None, _FILE] = None,
) -> None:
    """Check every entry; exit code 1 and the first broken entry's number / 校验审计链."""
    from courtstream.cli.offline import explained, offline
    from courtstream.services.people import audit

    wanted = _parsed(head) if head else None
    with explained():
        if file is not None:
            found = _checked(_read(file), wanted)
        else:
            with offline() as work:
                found = work.read(lambda session: _checked(audit.rows(session), wanted))
    typer.echo(f"✓ {found.length} 条完整 / entries sound")
    typer.echo(f"  {found.length}:{found.hash}")


def export(
    out: Annotated[Path, typer.Argument(help="文件；.csv 或 .jsonl / the file to write")],
) -> None:
    """Write the whole chain as JSON lines or CSV; itself on record / 导出审计链."""
    from courtstream.cli.offline import offline
    from courtstream.services.people import audit, audit_log

    kind = "csv" if out.suffix == ".csv" else "jsonl"
    with offline() as work:
        work.write(audit.append, "operator", "audit_exported", kind, {})

        def write(session: Any) -> None:
            with out.open("w", encoding="utf-8", newline="") as stream:
                stream.writelines(audit_log.lines(audit.rows(session), kind))

        work.read(write)
    typer.echo(f"✓ {out}")


def _checked(rows: Iterator[Mapping[str, Any]], wanted: tuple[int, str] | None) -> Any:
    """Walk the entries; the one noted earlier must be there with its hash."""
    from courtstream.services.people import audit

    noted: dict[int, str] = {}

    def watched() -> Iterator[Mapping[str, Any]]:
        for row in rows:
            if wanted and row["id"] == wanted[0]:
                noted[row["id"]] = row["hash"]
            yield row

    found = audit.walk(watched())
    if wanted and wanted[0] and noted.get(wanted[0]) != wanted[1]:
        entry = min(wanted[0], found.length + 1)
        raise AuditBroken(f"entry: {entry}", entry=entry)
    return found


def _parsed(head: str) -> tuple[int, str]:
    number, _, value = head.partition(":")
    if not number.isdigit() or len(value) != 64:
        raise typer.BadParameter("须为 条数:校验值 / must be N:HASH")
    return int(number), value


def _read(file: Path) -> Iterator[Mapping[str, Any]]:
    """The lines of a JSONL export; one that cannot be read counts as broken."""
    from courtstream.services.people.audit import FIELDS

    with file.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            try:
                row = json.loads(line)
            except ValueError:
                raise AuditBroken(f"entry: {number}", entry=number) from None
            if not isinstance(row, dict) or set(row) != set(FIELDS):
                raise AuditBroken(f"entry: {number}", entry=number)
            yield row
