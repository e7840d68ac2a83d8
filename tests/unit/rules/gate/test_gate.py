"""The gate: every row once, unknown is closed, and another code never opens more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtstream.domain.publication import ClosureEffect
from courtstream.domain.trial import CaseKind, Procedure, PublicationMode
from courtstream.rules.gate import (
    Approval,
    GateFacts,
    Objection,
    ObjectionBy,
    Trigger,
    closures,
    decide,
    version,
)

NOW = datetime(2025, 6, 2, 9, 0, tzinfo=UTC)
OPEN = GateFacts(
    kind=CaseKind.CIVIL,
    procedure=Procedure.CIV1_ORD,
    cause="民间借贷纠纷",
    flags=frozenset(),
    approval=Approval(True, "u_1", NOW),
)
CLOSING = {ClosureEffect.NO_HEARING_PUBLIC, ClosureEffect.NO_BROADCAST}


def flagged(*codes: str) -> GateFacts:
    return replace(OPEN, flags=frozenset(codes))


def test_an_ordinary_approved_case_may_go_out_in_every_mode() -> None:
    decision = decide(OPEN, NOW)
    assert decision.allowed == frozenset(PublicationMode)
    assert decision.may_broadcast
    assert decision.codes == ()
    assert decision.version == version()
    assert decision.decided_at == NOW


@pytest.mark.parametrize("code", list(closures()))
def test_every_row_has_its_effect(code: str) -> None:
    row = closures()[code]
    decision = decide(replace(flagged(code), applications={code: True}), NOW)
    if row.trigger is Trigger.NONE:
        assert decision.may_broadcast
        return
    assert code in decision.codes
    assert decision.effect is row.effect
    assert decision.may_broadcast is (row.effect not in CLOSING)
    assert any(row.zh in reason and row.basis in reason for reason in decision.reasons)


@pytest.mark.parametrize("code", list(closures()))
def test_every_row_names_its_law_and_its_first_day(code: str) -> None:
    row = closures()[code]
    assert row.basis
    assert row.effective_from < date(2025, 4, 19)
    assert row.mark in {"", "mem", "proposal"}
    assert row.zh and row.en


def test_a_row_does_not_apply_before_it_is_in_force() -> None:
    early = datetime(2018, 1, 1, tzinfo=UTC)
    assert "MEDIATION_CIV" not in decide(flagged("MEDIATION_CIV"), early).codes


@pytest.mark.parametrize(
    "facts",
    [
        replace(OPEN, kind=None),
        replace(OPEN, procedure=None),
        replace(OPEN, cause=None),
        replace(OPEN, cause=""),
        replace(OPEN, cause="某某某"),
        replace(OPEN, flags=None),
        replace(OPEN, public=None),
        replace(OPEN, procedure=Procedure.CRI1_ORD),
        flagged("NO_SUCH_CODE"),
        replace(OPEN, applications={"NO_SUCH_CODE": False}),
        replace(OPEN, waived=frozenset({"NO_SUCH_CODE"})),
    ],
)
def test_unknown_is_closed(facts: GateFacts) -> None:
    decision = decide(facts, NOW)
    assert decision.allowed == frozenset()
    assert "UNKNOWN" in decision.codes
    assert decision.reasons


@pytest.mark.parametrize("approval", [None, Approval(False, "u_1", NOW)])
def test_without_approval_nothing_is_broadcast(approval: Approval | None) -> None:
    decision = decide(replace(OPEN, approval=approval), NOW)
    assert not decision.may_broadcast
    assert PublicationMode.REPLAY not in decision.allowed
    assert PublicationMode.VERDICT in decision.allowed


def test_a_sitting_that_is_not_public_is_closed_but_its_verdict_is_announced() -> None:
    decision = decide(replace(OPEN, public=False), NOW)
    assert decision.allowed == {PublicationMode.VERDICT}
    assert decision.effect is ClosureEffect.NO_HEARING_PUBLIC


@pytest.mark.parametrize("upheld", [None, True])
@pytest.mark.parametrize("by", list(ObjectionBy))
def test_an_objection_closes_until_it_is_rejected(by: ObjectionBy, upheld: bool | None) -> None:
    objection = Objection(by, "涉及家庭生活", upheld)
    assert not decide(replace(OPEN, objections=(objection,)), NOW).may_broadcast
    rejected = replace(OPEN, objections=(replace(objection, upheld=False),))
    assert decide(rejected, NOW).may_broadcast


def test_divorce_is_not_broadcast_even_when_nobody_applied() -> None:
    decision = decide(replace(OPEN, cause="离婚纠纷"), NOW)
    assert decision.codes == ("DIVORCE",)
    assert decision.effect is ClosureEffect.NO_BROADCAST
    granted = replace(OPEN, cause="离婚纠纷", applications={"DIVORCE": True})
    assert decide(granted, NOW).effect is ClosureEffect.NO_HEARING_PUBLIC


def test_state_secrets_and_minors_bar_even_the_verdict() -> None:
    for code in ("STATE_SECRET_CIV", "JUVENILE_AT_TRIAL", "SEALABLE_RECORD"):
        assert decide(flagged(code), NOW).allowed == frozenset()


def test_a_discretion_is_lifted_only_where_the_law_leaves_one() -> None:
    lifted = replace(flagged("MAJOR_SENSITIVE"), waived=frozenset({"MAJOR_SENSITIVE"}))
    assert decide(lifted, NOW).may_broadcast
    stays = replace(flagged("PRIVACY_CIV"), waived=frozenset({"PRIVACY_CIV"}))
    assert not decide(stays, NOW).may_broadcast


CODES = st.sampled_from(sorted(closures()))
ANSWERS = st.sampled_from([True, None])


@given(
    codes=st.frozensets(CODES, max_size=5),
    extra=CODES,
    granted=st.dictionaries(CODES, ANSWERS, max_size=3),
    approved=st.booleans(),
)
def test_another_code_never_opens_more(
    codes: frozenset[str], extra: str, granted: dict[str, bool | None], approved: bool
) -> None:
    facts = replace(
        flagged(*codes), applications=granted, approval=Approval(True) if approved else None
    )
    before = decide(facts, NOW)
    after = decide(replace(facts, flags=codes | {extra}), NOW)
    assert after.allowed <= before.allowed
    assert set(before.codes) <= set(after.codes)


@given(codes=st.frozensets(CODES, max_size=6))
def test_the_most_restrictive_effect_wins(codes: frozenset[str]) -> None:
    together = decide(flagged(*codes), NOW)
    apart = [decide(flagged(code), NOW).allowed for code in codes]
    assert together.allowed == frozenset(PublicationMode).intersection(*apart)
