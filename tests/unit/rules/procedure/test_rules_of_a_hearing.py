"""Every rule of a hearing, kept and broken."""

from __future__ import annotations

import pytest

from courtstream.domain.trial import MinuteState, Participant, Procedure, Role
from courtstream.rules.procedure.rules_private import is_private
from tests.unit.rules.procedure.hearings import violated

CIVIL = Procedure.CIV1_ORD

KEPT = """
K 核对到庭情况，原告到庭，被告到庭。
K 宣布法庭纪律，不得录音录像。
K 全体起立，请合议庭成员入庭。
K 报告审判长，准备工作就绪。
#gavel
J/审判长 现在开庭。
J/审判长 核对当事人身份，原告先说。
P/原告 甲，三十岁，住在城东区。
D/被告 乙，四十岁，农民。
J/审判长 双方对对方出庭人员有无异议？
P/原告 没有。
D/被告 没有。
J/审判长 今天公开开庭审理甲诉乙借款合同纠纷一案。
J/审判长 本案由三名法官组成合议庭，书记员担任记录。
J/审判长 双方享有申请回避、提供证据的权利，听清了吗？
P/原告 听清了。
D/被告 听清了。
J/审判长 原告是否申请回避？
P/原告 不申请。
J/审判长 被告是否申请回避？
D/被告 不申请。
J/审判长 现在进行法庭调查，原告陈述诉讼请求。
P/原告 请求判令被告偿还借款五万元及利息，事实与理由见起诉状。
J/审判长 被告答辩。
D/被告 借款属实，但是已经还了一万元。
J/审判长 争议焦点是一万元是否已经归还，双方有无异议？
P/原告 没有。
D/被告 没有。
J/审判长 原告举证。
P/原告 证据一，借条一张，证明借款五万元。
J/审判长 被告质证。
D/被告 真实性没有异议。
J/审判长 被告举证。
D/被告 证据一，转账记录一份，证明还款。
J/审判长 原告质证。
P/原告 真实性认可，与本案无关。
J/审判长 法庭调查结束。
J/审判长 现在进行法庭辩论。
P/原告 被告应当按照约定还款。
D/被告 应当扣除已经归还的部分。
J/审判长 法庭辩论终结。
J/审判长 双方陈述最后意见。
P/原告 坚持诉讼请求。
D/被告 坚持答辩意见。
J/审判长 现在休庭，合议庭评议后择期宣判。
#gavel
K 请双方核对笔录并签字。
"""


def test_a_hearing_by_the_book_breaks_no_rule():
    assert violated(KEPT, CIVIL) == set()


def without(*lines: str) -> str:
    text = KEPT
    for line in lines:
        assert line in text
        text = text.replace(line + "\n", "", 1)
    return text


def changed(old: str, new: str, text: str = KEPT) -> str:
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (changed("#gavel\nJ/审判长 现在开庭。", "J/审判长 现在开庭。\n#gavel"), "X-GAVEL-OPEN"),
        (changed("择期宣判。\n#gavel", "择期宣判。"), "X-GAVEL-REC"),
        (without("J/审判长 被告是否申请回避？", "D/被告 不申请。"), "X-RECUSE-EACH"),
        (without("D/被告 坚持答辩意见。"), "X-FINAL-BOTH"),
        (without("J/审判长 被告质证。", "D/被告 真实性没有异议。"), "X-EVID-BOTH"),
        (without("J/审判长 原告质证。", "P/原告 真实性认可，与本案无关。"), "X-EVID-BOTH"),
        (changed("组成合议庭，", "，由本审判员独任审理，"), "X-PANEL-CONTRA"),
        (
            changed(
                "P/原告 甲，三十岁，住在城东区。",
                "P/原告 甲，身份证号二二九九零一一九八零零一零一一二三四。",
            ),
            "X-PII-SPOKEN",
        ),
        (
            changed(
                "P/原告 甲，三十岁，住在城东区。", "P/原告 甲，住城东区建设路十二号三单元五零一室。"
            ),
            "X-PII-SPOKEN",
        ),
        (
            changed(
                "J/审判长 现在休庭，合议庭评议后择期宣判。",
                "J/审判长 现在宣判，判决如下：被告偿还原告四万元。\nJ/审判长 现在闭庭。",
            ),
            "X-APPEAL",
        ),
        (
            changed(
                "J/审判长 现在休庭",
                "J/审判长 双方是否愿意调解？\nP/原告 可以。\nD/被告 可以。\n"
                "J/审判长 被告提出调解方案。\nD/被告 我最多出两万。\nJ/审判长 现在休庭",
            ),
            "X-MEDIATION-STREAM",
        ),
        (
            changed("J/审判长 法庭调查结束。\n", "J/审判长 本案调查与辩论合并进行。\n"),
            "X-MERGE-OK",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("X-") else "",
)
def test_a_broken_rule_is_raised_and_only_that_one(text, rule):
    assert violated(text, CIVIL) == {rule}


def test_steps_in_the_wrong_order_are_raised_once_both_happened():
    moved = without("J/审判长 原告是否申请回避？", "P/原告 不申请。")
    moved = moved.replace("J/审判长 被告是否申请回避？\nD/被告 不申请。\n", "", 1)
    moved = moved.replace(
        "J/审判长 本案由三名法官组成合议庭",
        "J/审判长 双方是否申请回避？\nP/原告 不申请。\nD/被告 不申请。\n"
        "J/审判长 本案由三名法官组成合议庭",
        1,
    )
    assert violated(moved, CIVIL) == {"X-ORDER"}


def test_asking_whether_the_parties_are_willing_is_not_mediation_on_air():
    asked = changed(
        "J/审判长 现在休庭",
        "J/审判长 双方是否愿意调解？\nP/原告 不愿意。\nD/被告 我愿意。\nJ/审判长 现在休庭",
    )
    assert "X-MEDIATION-STREAM" not in violated(asked, CIVIL)


def test_bargaining_while_the_stream_is_closed_is_in_order():
    held = changed(
        "J/审判长 现在休庭",
        "J/审判长 双方是否愿意调解？\nP/原告 可以，给三万就行。\n"
        "D/被告 我最多出两万。\nJ/审判长 现在休庭",
    )
    assert "X-MEDIATION-STREAM" in violated(held, CIVIL)
    closed = ((0, MinuteState.CLOSED),)
    assert "X-MEDIATION-STREAM" not in violated(held, CIVIL, states=closed)


def test_a_panel_formed_after_conversion_is_no_contradiction():
    text = "J/审判员 由本审判员独任审理。\nJ/审判员 本案转为普通程序，另行组成合议庭审理。"
    assert "X-PANEL-CONTRA" not in violated(text, Procedure.CIV1_SUM, sole_judge=True)
    slip = "J/审判员 由本审判员独任审理。\nJ/审判员 待合议庭评议后宣判。"
    assert "X-PANEL-CONTRA" in violated(slip, Procedure.CIV1_SUM, sole_judge=True)


def test_a_partys_slip_about_the_panel_does_not_count():
    text = "J/审判员 由本审判员独任审理。\nP/原告 请合议庭支持我的请求。"
    assert "X-PANEL-CONTRA" not in violated(text, Procedure.CIV1_SUM, sole_judge=True)


def test_no_appeal_lies_from_small_claims_nor_from_a_second_instance():
    notice = "J 如不服本判决，可在十五日内提起上诉。"
    judged = "J 现在开庭。\nJ 本案{}\nJ 现在宣判，判决如下：被告给付三千元。\n"
    small = judged.format("适用小额诉讼程序，一审终审。")
    assert "X-APPEAL" in violated(small + notice, Procedure.CIV1_SUM, sole_judge=True)
    assert "X-APPEAL" not in violated(small, Procedure.CIV1_SUM, sole_judge=True)
    second = judged.format("是上诉案件。") + "J 本判决为终审判决。"
    assert "X-APPEAL" not in violated(second, Procedure.CIV2)
    assert "X-APPEAL" in violated(second + "\n" + notice, Procedure.CIV2)


def test_a_closed_hearing_says_why():
    told = "J 现在开庭。\nJ 因本案涉及个人隐私，依法不公开开庭审理。"
    assert "X-CLOSE-REASON" not in violated(told, CIVIL, public=False)
    assert "X-CLOSE-REASON" in violated("J 现在开庭。\nJ 本案不公开审理。", CIVIL, public=False)


WITNESS = """
J/审判长 传证人到庭。
J/审判长 证人应当如实作证，作伪证要承担法律责任。
W/证人 我保证如实作证，我看见他们签了合同。
J/审判长 请证人退庭。
"""


def test_a_witness_is_warned_and_was_not_in_the_gallery():
    assert violated(WITNESS, CIVIL).isdisjoint({"X-WIT-OATH", "X-WIT-GALLERY"})
    unwarned = "J/审判长 传证人到庭。\nW/证人 我看见他们签了合同。\nJ/审判长 请证人退庭。"
    assert "X-WIT-OATH" in violated(unwarned, CIVIL)
    heard = WITNESS.replace("我看见", "我刚才坐在旁听席，我看见")
    assert "X-WIT-GALLERY" in violated(heard, CIVIL)


@pytest.mark.parametrize(
    ("answer", "broken"),
    [
        ("负责人没有来，只有我一个律师。", True),
        ("副局长张某到庭参加诉讼。", False),
        ("我是法制科科长，负责人因公未能出庭。", False),
    ],
)
def test_an_authority_sends_its_official_or_at_least_staff(answer, broken):
    text = f"J 现在开庭。\nJ 行政机关负责人是否出庭？\nD/被告代理人 {answer}"
    assert ("X-OFFICIAL" in violated(text, Procedure.ADM1)) is broken


def test_every_accused_has_the_last_word():
    text = "J 现在开庭。\nJ 法庭辩论终结，被告人作最后陈述。\nDF/{} 我认罪。\nJ {}"
    both = text.format("被告人甲", "被告人乙作最后陈述。\nDF/被告人乙 我也认罪。")
    one = text.format("被告人甲", "现在休庭。\nDF/被告人乙 等一下。")
    listed = tuple(
        Participant(Role.ACCUSED, n, f"被告人{n}", s) for n, s in (("甲", "DF1"), ("乙", "DF2"))
    )
    assert "X-LAST-EACH" not in violated(both, Procedure.CRI1_ORD, listed)
    assert "X-LAST-EACH" in violated(one, Procedure.CRI1_ORD, listed)


def test_the_gavel_is_not_judged_when_nothing_listened_for_it():
    silent = "\n".join(line for line in KEPT.splitlines() if not line.startswith("#"))
    assert violated(silent, CIVIL).isdisjoint({"X-GAVEL-OPEN", "X-GAVEL-REC"})


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("身份证号220102198001011234", True),
        ("电话是幺三八零零幺三八零零零", True),
        ("住城关镇三道街二十二号", True),
        ("一九八五年六月出生，住青桦市双桦区", False),
        ("二零二四年三月十二日签订合同，金额八十六万二千元", False),
        ("身份证号＊＊＊＊＊＊", False),
    ],
)
def test_full_numbers_and_door_level_addresses_are_private(text, private):
    assert is_private(text) is private
