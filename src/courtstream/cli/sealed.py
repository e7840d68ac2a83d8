"""Commands on the sealed original: `verify` for anybody, `unseal` with the master key, audited."""

from __future__ import annotations

import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from courtstream.cli.backup import verify_backup
from courtstream.control.journal import FILE_NAME, safe_id
from courtstream.control.sweep import chain_values, told_values
from courtstream.domain.errors import CourtstreamError, DatabaseAway
from courtstream.domain.time import Span, to_seconds
from courtstream.seal import (
    MasterKey,
    SealReader,
    SealReport,
    exchange_master_key,
    hearing_key,
    load_or_create_master_key,
    verify,
)
from courtstream.services.backup import is_backup
from courtstream.services.people import audit
from courtstream.services.sealed import sealing
from courtstream.settings import Settings
from courtstream.store.base import Json
from courtstream.store.unit import Store

_FOLDER = typer.Argument(exists=True, file_okay=False, help="庭审目录 / the hearing's folder")
_HEARING = typer.Argument(help="庭审编号或目录 / the hearing's id or its folder")


class Why(StrEnum):
    """Why a sealed original is opened; goes into the audit chain."""

    COPY_FOR_PARTY = "copy_for_party"
    RECORD_CHECK = "record_check"
    COMPLAINT = "complaint"
    ARCHIVE = "archive"
    DRILL = "drill"


def register(app: typer.Typer) -> None:
    """Add `verify` and `unseal`."""
    app.command("verify")(verify_command)
    app.command("unseal")(unseal_command)
    group = typer.Typer(help="原始录音录像 / the sealed original", no_args_is_help=True)
    group.command("verify")(verify_command)
    group.command("unseal")(unseal_command)
    group.command("new-key")(new_key_command)
    app.add_typer(group, name="sealed")


def verify_command(
    hearing: Annotated[str, _HEARING],
    contents: Annotated[bool, typer.Option(help="用主密钥核对内容 / open contents")] = False,
    expect: Annotated[str, typer.Option(help="应得的校验值 / chain value it must have")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")] = False,
) -> None:
    """Check a sealed original: chain, completeness, --contents every byte / 校验原始录音录像.

    Prints the hash that the parties confirm. A recording that was damaged and went on beside
    itself has several folders; every one must be sound. Completeness: no gap without one of the
    three lawful reasons, and nothing missing that the hearing's journal knows of. Of a backup:
    every file, every seal and the audit chain.
    """
    folder = _folder_of(hearing)
    if is_backup(folder):
        raise typer.Exit(0 if verify_backup(folder) else 1)
    reports = []
    with _Explained():
        for sealed in sealing.folders(folder) or [folder]:
            key = hearing_key(sealed, _master(Settings())) if contents else None
            reports.append((sealed, verify(sealed, key)))
    missing = _not_there(folder, reports)
    matches = not expect or expect.lower() in {report.hash for _, report in reports}
    if as_json:
        _print_json(reports, missing, matches)
    else:
        _tell_all(reports, missing)
        if not matches:
            typer.secho("✗ 校验值与所给不符 / not the expected chain value", fg="red")
    sound = all(report.ok for _, report in reports) and not missing
    raise typer.Exit(0 if sound and matches else 1)


Reports = list[tuple[Path, SealReport]]


def _folder_of(hearing: str) -> Path:
    """The folder named, or that of the hearing with this id."""
    folder = Path(hearing)
    if not folder.is_dir() and safe_id(hearing):
        folder = Settings().hearings / hearing
    if not folder.is_dir():
        typer.secho("✗ 没有该庭审的目录 / no folder of this hearing", fg="red", err=True)
        raise typer.Exit(2)
    return folder


def _not_there(folder: Path, reports: Reports) -> int:
    """Records the journal knows of whose chain value no folder has."""
    journal = folder / FILE_NAME
    if not journal.exists():
        return 0
    have = {value for sealed, _ in reports for value in chain_values(sealed)}
    return sum(value not in have for value in told_values(journal))


def _print_json(reports: Reports, missing: int, matches: bool) -> None:
    first = asdict(reports[0][1])
    more = [{"folder": sealed.name, **asdict(report)} for sealed, report in reports]
    whole = {"folders": more, "missing": missing, "matches": matches}
    typer.echo(json.dumps(first | whole, ensure_ascii=False))


def _tell_all(reports: Reports, missing: int) -> None:
    for sealed, report in reports:
        if len(reports) > 1:
            typer.echo(f"— {sealed.name}")
        _tell(report)
    if missing:
        typer.secho(
            f"✗ 日志所载 {missing} 条记录缺失 / {missing} records of the journal missing", fg="red"
        )
    unexplained = sum(gap.reason is None for _, report in reports for gap in report.gaps)
    if unexplained:
        typer.secho(
            f"! {unexplained} 处空缺无法定事由，须书面说明 / gaps to be explained in writing",
            fg="yellow",
        )


def unseal_command(
    folder: Annotated[Path, _FOLDER],
    out: Annotated[Path, typer.Option(help="导出目录 / where the files go")],
    why: Annotated[Why, typer.Option(help="事由，记入审计 / reason, goes into the audit chain")],
    yes: Annotated[bool, typer.Option("--yes", help="不再询问 / do not ask")] = False,
) -> None:
    """Decrypt a sealed original into playable files; needs the master key / 解封原始录音录像.

    The act is written into the audit chain before the first byte is opened.
    """
    settings, sealed = Settings(), _sealed(folder)
    typer.echo("本操作将记入审计 / this act will be audited")
    if not yes and not typer.confirm("继续吗 / go on?"):
        raise typer.Exit(1)
    with _Explained():
        key = hearing_key(sealed, _master(settings))
        _record(settings, "unseal", folder.absolute().name, {"why": why.value})
        files = SealReader(sealed, key).export(out)
    for path in files:
        typer.echo(str(path))
    typer.echo("导出文件未加密，用后请删除 / these files are in clear: delete them after use")


def new_key_command(
    yes: Annotated[bool, typer.Option("--yes", help="不再询问 / do not ask")] = False,
) -> None:
    """Put a new master key in force; former ones stay to open older recordings / 更换主密钥."""
    settings = Settings()
    _master(settings)
    if not yes and not typer.confirm("更换主密钥吗 / exchange the master key?"):
        raise typer.Exit(1)
    with _Explained():
        _record(settings, "master_key_exchanged", "", {})
        keys = exchange_master_key(settings.master_key)
    typer.echo(
        f"✓ 新庭审使用新密钥；文件共 {len(keys)} 把 / in force for new hearings; keys: {len(keys)}"
    )
    typer.echo("  请重启各节点并重新离线备份该文件 / restart the nodes and back this file up again")


def _sealed(folder: Path) -> Path:
    inner = folder / "sealed"
    return inner if inner.is_dir() else folder


def _master(settings: Settings) -> MasterKey:
    if not settings.master_key.exists():
        typer.secho(f"✗ 没有主密钥 / no master key: {settings.master_key}", fg="red", err=True)
        raise typer.Exit(1)
    return load_or_create_master_key(settings.master_key)


def _record(settings: Settings, act: str, subject: str, detail: Json) -> None:
    store = Store(settings.database)
    try:
        with store.write() as session:
            audit.append(session, "operator", act, subject, detail)
    except (DatabaseAway, SQLAlchemyError):
        typer.secho(
            "✗ 审计未能写入，未作任何操作 / the audit entry could not be written: nothing was done",
            fg="red",
            err=True,
        )
        raise typer.Exit(1) from None
    finally:
        store.close()


def _tell(report: SealReport) -> None:
    good = "✓ 完整 / sound" if report.ok else f"✗ 损坏 / broken: {report.first_broken}"
    typer.secho(good, fg="green" if report.ok else "red")
    typer.echo(f"时段 / span        {_span(report.span)}")
    typer.echo(f"记录 / records     {report.records}")
    for part in report.parts:
        state = "正常结束 / closed" if part.closed else "中断 / cut off"
        typer.echo(f"  第 {part.number} 段 / part  {_span(part.span)}  {part.records}  {state}")
    for gap in report.gaps:
        why = gap.reason.value if gap.reason else "无法定事由 / no lawful reason"
        typer.echo(f"  空缺 / gap  {_span(gap.span)}  {why}")
    typer.echo(f"校验值 / SHA-256   {report.hash}")
    if not report.decrypted:
        typer.echo("仅核对链；加 --contents 核对内容 / chain only; --contents opens the contents")


def _span(span: Span | None) -> str:
    if span is None:
        return "-"
    return f"{to_seconds(span.start):.1f}–{to_seconds(span.end):.1f} s"


class _Explained:
    """Our errors become a sentence, a remedy and exit code 1."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, CourtstreamError):
            typer.secho(f"✗ {error.zh} / {error}", fg="red", err=True)
            if error.remedy:
                typer.echo(f"  → {error.remedy}", err=True)
            raise typer.Exit(1)
