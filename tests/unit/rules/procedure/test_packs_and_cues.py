"""Packs as data, errors that name file and line, and cues by sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from courtstream.domain.trial import Procedure
from courtstream.rules.procedure import PackInvalid, load_pack
from courtstream.rules.procedure.pack import read_pack
from courtstream.rules.procedure.sound import compile_barrier, compile_cue, encode_char

PACK = """
version = "1"
procedure = "CIV1_ORD"
zh = "甲"
en = "a"
libraries = ["x"]
phases = ["open"]
mandatory = ["Z01"]
conditional = []
optional = []
order = []
"""
STEP = """
version = "1"
[[step]]
code = "Z01"
zh = "开庭"
en = "open"
who = ["J"]
phases = ["open"]
cues = ["现在开庭"]
"""


def folder(tmp_path: Path, pack: str = PACK, step: str = STEP) -> Path:
    (tmp_path / "pack.toml").write_text(pack, encoding="utf-8")
    (tmp_path / "x.toml").write_text(step, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("procedure", list(Procedure))
def test_every_procedure_has_a_pack_whose_rows_are_whole(procedure):
    pack = load_pack(procedure)
    groups = (pack.mandatory, pack.conditional, pack.optional)
    assert sum(map(len, groups)) == len(pack.steps)
    assert pack.version and pack.rules
    for step in pack.steps:
        assert step.zh and step.en and step.who and step.cues
        assert set(step.phases) & set(pack.phases)
        assert step.basis
    for code in pack.conditional:
        assert pack.step(code).needs


def test_a_small_pack_is_read(tmp_path):
    pack = read_pack(folder(tmp_path) / "pack.toml", tmp_path)
    assert [step.code for step in pack.steps] == ["Z01"]
    assert pack.has("Z01") and not pack.has("Z02")


@pytest.mark.parametrize(
    ("pack", "step", "where"),
    [
        (PACK.replace("Z01", "Z09"), STEP, "pack.toml:8"),
        (PACK.replace("order = []", 'order = [["Z01", "Z77"]]'), STEP, "pack.toml:11"),
        (PACK, STEP.replace('zh = "开庭"\n', ""), "x.toml:4"),
        (PACK, STEP.replace("现在开庭", "现在(开庭"), "x.toml:4"),
        (PACK, STEP.replace("现在开庭", "现在，开庭"), "x.toml:4"),
        (PACK, STEP + 'like = "Q01"\n', "x.toml:4"),
        (PACK + "bad = =", STEP, "line 12"),
        (PACK.replace("CIV1_ORD", "NOPE"), STEP, "pack.toml"),
    ],
)
def test_a_wrong_pack_names_file_and_line(tmp_path, pack, step, where):
    with pytest.raises(PackInvalid, match=where):
        read_pack(folder(tmp_path, pack, step) / "pack.toml", tmp_path)


def paired(text: str) -> str:
    return "".join((encode_char(char) or "") + char for char in text if encode_char(char))


@pytest.mark.parametrize(
    ("cue", "text", "found"),
    [
        ("现在开庭", "现在凯庭", True),
        ("进行评议", "金星评议", True),
        ("辩护人", "辩狐人", True),
        ("公诉意见", "公署意见", True),
        ("组成合议庭", "组成人民陪审团", False),
        ("由…发言", "有原告发言", False),
        ("由…发言", "由原告发言", True),
        ("现在‥开庭", "现在我宣布正式开庭", False),
        ("现在…开庭", "现在我宣布正式开庭", True),
        ("(宣布|宣读)法庭(纪律|规则)", "宣读法庭规则", True),
        ("^不申请", "我不申请", False),
    ],
)
def test_cues_are_heard_by_sound_with_gaps(cue, text, found):
    assert bool(compile_cue(cue).search(paired(text))) is found


def test_short_barriers_are_compared_as_written():
    barrier = compile_barrier(["异议"])
    assert barrier is not None
    assert not barrier.search(paired("可以依法从宽"))
    assert barrier.search(paired("没有异议"))


def test_punctuation_has_no_sound_and_digits_sound_like_numbers():
    assert encode_char("，") is None
    assert encode_char("3") == encode_char("三")
