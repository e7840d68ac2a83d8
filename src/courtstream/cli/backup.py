"""`courtstream backup` and `courtstream restore`; `courtstream verify` reads a backup through."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from courtstream.domain.clock import utc_now
from courtstream.domain.errors import CourtstreamError
from courtstream.settings import Settings

_TO = typer.Argument(help="备份目录 / where the backup goes", file_okay=False)
_FROM = typer.Argument(help="备份目录 / the backup", exists=True, file_okay=False)


def register(app: typer.Typer) -> None:
    """Add this group's commands."""

    @app.command()
    def backup(target: Annotated[Path, _TO]) -> None:
        """Database, originals, journals, public files; not the keys / 备份（不含密钥）.

        Made again into the same folder, only what changed is copied.
        """
        from courtstream.services.backup import back_up

        with _explained():
            count = back_up(Settings(), target, utc_now())
        typer.echo(f"✓ {count} 个文件 / files → {target}")
        typer.echo(
            "  主密钥须另行保存 / keep the master key apart: without it no original can be played"
        )

    @app.command()
    def restore(source: Annotated[Path, _FROM]) -> None:
        """A backup into an empty data folder and database / 恢复到空的数据目录."""
        from courtstream.services import backup

        with _explained():
            count = backup.restore(source, Settings())
        typer.echo(f"✓ {count} 个文件 / files → {Settings().data}")
        typer.echo("  放回主密钥后运行 / put the master key back, then: courtstream doctor")


def verify_backup(source: Path) -> bool:
    """Read a backup through and say what was found; whether all of it is sound."""
    from courtstream.services.backup import check

    with _explained(), tempfile.TemporaryDirectory() as scratch:
        found = check(source, Path(scratch))
    good = found.audit_entries >= 0
    typer.echo(f"文件 / files        {found.files}  {found.bytes / 1e6:.1f} MB")
    typer.echo(f"原始录音录像 / originals  {found.seals}")
    typer.echo(f"审计 / audit        {found.audit_entries if good else '✗'}")
    for name in (*found.damaged, *found.broken_seals):
        typer.secho(f"✗ {name}", fg="red")
    if not good:
        typer.secho("✗ 审计链已断 / the audit chain is broken", fg="red")
    if found.sound:
        typer.secho("✓ 备份完整 / the backup is sound", fg="green")
    return found.sound


class _explained:
    """Our errors become a sentence and exit code 1."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, CourtstreamError):
            typer.secho(f"✗ {error.zh} / {error}", fg="red", err=True)
            raise typer.Exit(1)
