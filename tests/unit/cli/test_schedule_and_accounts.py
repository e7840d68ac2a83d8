from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from courtstream.cli import hearing, user
from tests.support.platform import World, entered
from tests.support.stores import named


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World.make(tmp_path / "data")
    for name, value in named(made.settings).items():
        monkeypatch.setenv(name, value)
    return made


def run(*arguments: str, text: str = "") -> tuple[int, str]:
    app = typer.Typer()
    hearing.register(app)
    user.register(app)
    result = CliRunner().invoke(app, list(arguments), input=text)
    return result.exit_code, result.output


def test_import_names_rows_and_columns_and_then_imports(world: World, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    head = "法院,法庭,案号,案由,程序,开庭时间,法官,不公开情形"
    row = "临江法院,第一法庭,（2026）江0102民初9号,民间借贷纠纷,CIV1_SUM,2026-11-24 09:00,{},无"
    file.write_text(f"{head}\n{row.format('查无此人')}\n", "utf-8")
    code, output = run("hearing", "import", str(file))
    assert code == 1
    assert "第 1 行" in output
    assert "judges" in output
    assert "本院没有该法官" in output
    file.write_bytes(f"{head}\n{row.format('罗文清')}\n".encode("gb18030"))
    code, output = run("hearing", "import", str(file))
    assert (code, "已导入 1 场" in output) == (0, True)
    hearing_id = output.split()[-1]
    code, output = run("hearing", "list", "--text", "民初9号")
    assert (code, hearing_id in output) == (0, True)
    code, output = run("hearing", "approve", hearing_id, "--by", "office")
    assert (code, "live" in output) == (0, True)
    code, output = run("hearing", "approve", hearing_id, "--by", "clerk")
    assert (code, "权限不足" in output) == (1, True)


def test_accounts_are_made_and_their_passwords_changed(world: World) -> None:
    code, output = run(
        "user", "add", "wang", "--role", "clerk", "--court", "临江法院", text="a long password\n"
    )
    assert code == 0, output
    assert "a long password" not in output
    signed, _ = entered(world.work, "wang", "a long password")
    assert signed.user.court_name == "临江法院"
    assert run("user", "passwd", "wang", text="another password\n")[0] == 0
    entered(world.work, "wang", "another password")
    assert "wang" in run("user", "list")[1]


def test_mistakes_end_in_a_sentence_and_code_1(world: World) -> None:
    code, output = run("user", "add", "x", "--role", "clerk", "--court", "火星", text="y" * 12)
    assert (code, "没有该法院" in output) == (1, True)
    code, output = run("user", "add", "x", "--role", "clerk", text="short\n")
    assert (code, "至少 10 个字符" in output) == (1, True)
    assert run("user", "passwd", "nobody", text="long enough one\n")[0] == 1
