"""The gate: the most restrictive effect wins, unknown is closed, a verdict is public.

Pure: the same facts on the same day give the same decision. Sources: court-rules table 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from courtstream.domain.publication import ClosureEffect, GateDecision
from courtstream.domain.trial import CaseKind, Procedure, PublicationMode
from courtstream.rules.gate.closures import (
    RANK,
    Closure,
    Trigger,
    cause_known,
    closures,
    implied,
    version,
)
from courtstream.rules.gate.facts import GateFacts, Objection, ObjectionBy

UNKNOWN = "UNKNOWN"
NOT_APPROVED = "NOT_APPROVED"
NOT_PUBLIC = "NOT_PUBLIC"

_PROCEDURES: dict[CaseKind, str] = {
    CaseKind.CIVIL: "CIV",
    CaseKind.CRIMINAL: "CRI",
    CaseKind.ADMINISTRATIVE: "ADM",
}
_CLOSING = frozenset({ClosureEffect.NO_HEARING_PUBLIC, ClosureEffect.NO_BROADCAST})


@dataclass(frozen=True, slots=True)
class _Ground:
    """One thing found against, or bearing on, publication."""

    code: str
    effect: ClosureEffect
    reason: str
    bars_verdict: bool = False


def decide(facts: GateFacts, now: datetime) -> GateDecision:
    """Whether and how a hearing may be published, with every code and reason for the file."""
    grounds = [*_unknown(facts), *_in_court(facts), *_objections(facts), *_approval(facts)]
    grounds += _closures(facts, now)
    effect = min((ground.effect for ground in grounds), key=RANK.index, default=None)
    return GateDecision(
        allowed=_allowed(grounds, effect),
        effect=effect,
        codes=tuple(dict.fromkeys(ground.code for ground in grounds)),
        reasons=tuple(dict.fromkeys(ground.reason for ground in grounds)),
        version=version(),
        decided_at=now,
    )


def _allowed(grounds: list[_Ground], effect: ClosureEffect | None) -> frozenset[PublicationMode]:
    if effect not in _CLOSING:
        return frozenset(PublicationMode)
    if any(ground.bars_verdict for ground in grounds):
        return frozenset()
    return frozenset({PublicationMode.VERDICT})


def _closed(code: str, reason: str, bars_verdict: bool = False) -> _Ground:
    return _Ground(code, ClosureEffect.NO_BROADCAST, reason, bars_verdict)


def _unknown(facts: GateFacts) -> Iterator[_Ground]:
    """Missing or contradictory facts close everything, the verdict too."""
    if facts.kind is None:
        yield _closed(UNKNOWN, "案件类型不明，按不公开处理", True)
    if facts.procedure is None:
        yield _closed(UNKNOWN, "审理程序不明，按不公开处理", True)
    if facts.flags is None:
        yield _closed(UNKNOWN, "尚未核对不公开情形，按不公开处理", True)
    if facts.public is None:
        yield _closed(UNKNOWN, "是否公开开庭不明，按不公开处理", True)
    if not facts.cause or (facts.kind and not cause_known(facts.kind, facts.cause)):
        yield _closed(UNKNOWN, "案由类别不明，按不公开处理", True)
    if facts.kind and facts.procedure and not _fits(facts.kind, facts.procedure):
        yield _closed(UNKNOWN, "案件类型与审理程序不一致，按不公开处理", True)
    named = (facts.flags or frozenset()) | frozenset(facts.applications) | facts.waived
    for code in sorted(named - closures().keys()):
        yield _closed(UNKNOWN, f"未知的不公开情形代码 {code}，按不公开处理", True)


def _fits(kind: CaseKind, procedure: Procedure) -> bool:
    return procedure.value.startswith(_PROCEDURES.get(kind, ""))


def _in_court(facts: GateFacts) -> Iterator[_Ground]:
    if facts.public is False:
        yield _Ground(NOT_PUBLIC, ClosureEffect.NO_HEARING_PUBLIC, "本次庭审不公开开庭")


def _approval(facts: GateFacts) -> Iterator[_Ground]:
    if facts.approval is None:
        yield _closed(NOT_APPROVED, "尚未完成直播审批（法发〔2010〕48号 第五条）")
    elif not facts.approval.granted:
        yield _closed(NOT_APPROVED, "审批结论为不直播（法发〔2010〕48号 第五条）")


def _objections(facts: GateFacts) -> Iterator[_Ground]:
    for objection in facts.objections:
        if objection.upheld is not False:
            yield _objected(objection)


def _objected(objection: Objection) -> _Ground:
    prosecution = objection.by is ObjectionBy.PROSECUTION
    row = closures()["PROSECUTION_OBJECTS" if prosecution else "PARTY_OBJECTS"]
    state = "异议成立" if objection.upheld else "异议待审查，审查前不直播"
    return _closed(row.code, f"{row.zh}：{state}（{row.basis}）")


def _implied(facts: GateFacts) -> frozenset[str]:
    """Codes that the cause of action names by itself."""
    cause = facts.cause or ""
    return frozenset(
        rule.code
        for rule in implied()
        if facts.kind in rule.kinds and any(word in cause for word in rule.words)
    )


def _closures(facts: GateFacts, now: datetime) -> Iterator[_Ground]:
    flags = (facts.flags or frozenset()) | _implied(facts) | frozenset(facts.applications)
    for code, row in closures().items():
        if code not in flags or not row.in_force(now.date()):
            continue
        effect = _effect(row, facts)
        if effect is not None:
            reason = f"{row.zh}（{row.basis}）"
            yield _Ground(code, effect, reason, row.bars_verdict and effect in _CLOSING)


def _effect(row: Closure, facts: GateFacts) -> ClosureEffect | None:
    """What a situation that exists does now; a flag of another case kind closes all the same."""
    if row.trigger is Trigger.NONE:
        return None
    if row.code in facts.waived and row.waivable:
        return row.standing
    if row.trigger is Trigger.ON_APPLICATION:
        return _applied(row, facts)
    return row.effect


def _applied(row: Closure, facts: GateFacts) -> ClosureEffect | None:
    granted = facts.applications.get(row.code, "none")
    if granted is True:
        return row.effect
    if granted is False:
        return row.standing
    waiting = ClosureEffect.NO_BROADCAST if row.effect in _CLOSING else row.effect
    if granted is None:
        return waiting
    # the situation is on file but nobody has applied: only what stands without an application;
    # a row that has no standing effect waits for the application to be asked about
    return row.standing or waiting
