"""Commands of the group `user`: staff accounts."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

import typer

from courtstream.domain.staff import StaffRole

_PASSWORD = "密码（至少 10 个字符）/ password (at least 10 characters): "


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    users = typer.Typer(no_args_is_help=True, help="工作人员账号 / staff accounts")
    users.command("add")(add)
    users.command("passwd")(passwd)
    users.command("list")(list_users)
    users.command("reset-factor")(reset_factor)
    app.add_typer(users, name="user")


def add(
    login: Annotated[str, typer.Argument(help="账号 / login")],
    role: Annotated[StaffRole, typer.Option(help="角色 / role")],
    name: Annotated[str, typer.Option(help="姓名 / name shown")] = "",
    court: Annotated[str, typer.Option(help="法院名称；空为全省 / court; empty: all")] = "",
    judge: Annotated[str, typer.Option(help="对应法官姓名 / the judge's name")] = "",
) -> None:
    """Make an account; the password is asked for, or read from standard input / 新建账号."""
    from courtstream.cli.offline import offline
    from courtstream.domain.clock import utc_now
    from courtstream.services.docket import lookup
    from courtstream.services.people import accounts

    password = _ask()
    with offline() as work:
        court_id = work.read(lookup.court_id, court) if court else None
        judge_id = work.read(lookup.judge_id, court_id, judge) if judge else None
        made = work.write(
            accounts.add_user,
            None,
            login=login,
            name=name,
            password=password,
            role=role,
            court_id=court_id,
            judge_id=judge_id,
            now=utc_now(),
        )
    typer.echo(f"✓ {made.login} · {made.role.value} · {made.court_name}")


def passwd(login: Annotated[str, typer.Argument(help="账号 / login")]) -> None:
    """Give an account a new password and end its sign-ins / 修改密码."""
    from courtstream.cli.offline import offline
    from courtstream.domain.clock import utc_now
    from courtstream.services.people import accounts

    password = _ask()
    with offline() as work:
        work.write(accounts.set_password, login, password, utc_now())
    typer.echo(f"✓ {login}")


def reset_factor(login: Annotated[str, typer.Argument(help="账号 / login")]) -> None:
    """Take an account's second factor away, for a lost telephone / 重置动态口令."""
    from courtstream.cli.offline import offline
    from courtstream.domain.clock import utc_now
    from courtstream.services.docket import lookup
    from courtstream.services.people import second_factor

    with offline() as work:
        user = work.read(lookup.user, login)
        work.write(second_factor.reset, None, user.id, utc_now())
    typer.echo(f"✓ {login}")


def list_users() -> None:
    """List the accounts / 列出账号."""
    from courtstream.cli.offline import offline
    from courtstream.services.docket import lookup

    with offline() as work:
        for user in work.read(lookup.all_users):
            state = "" if user.active else " · 停用 / off"
            typer.echo(f"{user.login:20} {user.role.value:8} {user.court_name}{state}")


def _ask() -> str:
    """The password: twice at a terminal, once from a pipe. Never as an argument."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass(_PASSWORD)
    if first != getpass.getpass("再输一次 / again: "):
        raise typer.BadParameter("两次输入不一致 / the two differ")
    return first
