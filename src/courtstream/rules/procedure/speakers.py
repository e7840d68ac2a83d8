"""Who most likely speaks, from the words alone: what only one seat says, and who was asked.

A guess, never a finding: it labels turns that nobody has labelled, so that steps can be told by
their speaker and voices have something to begin from. People put it right by hand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from courtstream.domain.transcript import Utterance
from courtstream.domain.trial import Role


@dataclass(frozen=True, slots=True)
class Guess:
    """A turn's likely role. `sure`: from words that only this seat says."""

    role: Role
    label: str
    sure: bool


_SAYS: tuple[tuple[Role, str, str], ...] = (
    (
        Role.CLERK,
        "书记员",
        r"宣布法庭纪律|法庭规则|旁听人员|全体起立|请.{0,8}入庭|报告审判[长员]|准备(工作)?.{0,6}就绪|"
        r"请坐下?$|核对笔录|阅读笔录|未经(法庭)?许可.{0,8}(录音|录像|发言)",
    ),
    (
        Role.JUDGE,
        "审判长",
        r"(现在|宣布)开庭|核[对实].{0,6}身份|是否(申请|要求)?.{0,10}回避|(进行|进入|开始)法庭(调查|辩论)|"
        r"法庭(调查|辩论)(到此)?(结束|终结)|争议焦点|本庭|合议庭评议|现在休庭|闭庭|判决如下|"
        r"(请|由|先由)(原告|被告|第三人|公诉人|辩护人|上诉人|被上诉人|证人).{0,14}"
        r"(陈述|发表|答辩|举证|质证|宣读|发问|回答|说明|入座|出庭)|"
        r"(原告|被告|第三人|公诉人|辩护人)[，,方]?.{0,10}(吗|没有|意见)[?？]|是否听清|诉讼权利和?义务|"
        r"^(原告|被告|上诉人|第三人|证人|公诉人|辩护人)(方|人|的?代理人)?[，,：:]?"
        r"(请|是否|有无|报一下|进行|质证|举证|可以|应当|还有)|由(原告|被告).{0,4}(举证|质证)|"
        r"证人退庭|符合法律规定.{0,8}参加|各方(当事人)?(对|作|是否)|"
        r"是否(愿意|同意)调解|传(被告人|证人)|最后(陈述|意见)[?？]?$|准许|反对(无效|有效)",
    ),
    (
        Role.PROSECUTOR,
        "公诉人",
        r"起诉书指控|现在宣读起诉书|本院认为被告人|提请(法庭|依法)|公诉意见|出庭支持公诉|"
        r"公诉人(认为|讯问|出示)|建议(对被告人)?判处",
    ),
    (
        Role.COUNSEL,
        "辩护人",
        r"辩护人认为|辩护意见(如下|是)|接受.{0,14}委托.{0,12}辩护|为被告人.{0,6}辩护",
    ),
    (
        Role.PLAINTIFF,
        "原告方",
        r"(我方?的?)?诉讼请求(是|如下|为)|请求(法院|法庭)?(依法)?判令|事实(和|与)理由(如下|是)?[:：]|"
        r"我方?(要求|请求)被告|(支持|维持)我方诉讼?请求|坚持诉讼请求",
    ),
    (
        Role.DEFENDANT,
        "被告方",
        r"答辩(意见)?(如下|是)|不同意原告|请求驳回|我方?(不认可|不同意).{0,8}原告|原告(的)?(诉请|主张|请求).{0,8}"
        r"(不成立|没有依据|不能成立)|被告.{0,4}辩称",
    ),
)
_PATTERNS = [(role, label, re.compile(pattern)) for role, label, pattern in _SAYS]

_ASKED: tuple[tuple[Role, str, re.Pattern[str]], ...] = (
    (Role.DEFENDANT, "被告方", re.compile(r"被告(方|代理人|的)?(?!人)")),
    (Role.PLAINTIFF, "原告方", re.compile(r"原告(方|代理人|的)?")),
    (Role.ACCUSED, "被告人", re.compile(r"被告人")),
    (Role.PROSECUTOR, "公诉人", re.compile(r"公诉人")),
    (Role.COUNSEL, "辩护人", re.compile(r"辩护人")),
    (Role.THIRD_PARTY, "第三人", re.compile(r"第三人")),
    (Role.WITNESS, "证人", re.compile(r"证人")),
)
_SENTENCES = re.compile(r"[^。！？!?；;]+[。！？!?；;]?")


class SpeakerGuesses:
    """Guesses turn after turn, as they come."""

    def __init__(self) -> None:
        self._asked: tuple[Role, str] | None = None

    def push(self, said: Utterance) -> Guess | None:
        """Who says this; None where the words say nothing. A labelled turn keeps its label."""
        guess = _known(said) or _by_words(said.text)
        if guess is None and self._asked is not None:
            guess = Guess(*self._asked, sure=False)
        self.told(said, guess.role if guess is not None else Role.UNKNOWN)
        return guess

    def told(self, said: Utterance, role: Role) -> None:
        """This turn's speaker is known from elsewhere; whom a judge asks answers next."""
        self._asked = _asks(said.text) if role is Role.JUDGE else None


def guess_speakers(utterances: Sequence[Utterance]) -> list[Guess | None]:
    """One guess a turn, None where the words say nothing; labelled turns keep their label."""
    guesses = SpeakerGuesses()
    return [guesses.push(said) for said in utterances]


def _known(said: Utterance) -> Guess | None:
    return Guess(said.role, said.speaker, sure=True) if said.role is not Role.UNKNOWN else None


def _by_words(text: str) -> Guess | None:
    """The seat whose words stand out most; a tie says nothing."""
    hits = [
        (len(pattern.findall(text)), role, label)
        for role, label, pattern in _PATTERNS
        if pattern.search(text)
    ]
    if not hits:
        return None
    best = max(count for count, _, _ in hits)
    top = [(role, label) for count, role, label in hits if count == best]
    return Guess(*top[0], sure=True) if len(top) == 1 else None


def _asks(text: str) -> tuple[Role, str] | None:
    """Whom the court turns to: named last, in one of its last two sentences."""
    for sentence in reversed(_SENTENCES.findall(text)[-2:]):
        last: tuple[int, Role, str] | None = None
        for role, label, pattern in _ASKED:
            places = [match.start() for match in pattern.finditer(sentence)]
            if places and (last is None or places[-1] >= last[0]):
                last = (places[-1], role, label)
        if last is not None:
            return last[1], last[2]
    return None
