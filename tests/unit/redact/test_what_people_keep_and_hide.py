"""A person's word about sound that has not aired: more is hidden at once, little may be opened."""

from __future__ import annotations

import pytest

from courtstream.domain.redaction import Reason
from courtstream.domain.time import Span
from courtstream.rules.masking.opening import opening_rules
from media_workers.redact.ledger import SpeechLedger
from media_workers.runtime.items import PrivateSpan, SpeechPassed

ALL = Span.of_seconds(0, 100)


def ledger(*private: PrivateSpan) -> SpeechLedger:
    made = SpeechLedger()
    made.record(SpeechPassed(ALL.end, private))
    return made


def found(start: float, end: float, reason: Reason) -> PrivateSpan:
    return PrivateSpan(Span.of_seconds(start, end), reason)


def hidden(of: SpeechLedger) -> list[tuple[float, float, str]]:
    near = of.private_near(ALL, 0)
    return sorted((p.span.start / 1e9, p.span.end / 1e9, p.reason.value) for p in near)


def test_a_person_hides_what_the_machine_did_not_find() -> None:
    made = ledger()
    made.hide(Span.of_seconds(3, 5), "u1")
    assert hidden(made) == [(3, 5, "PERSON")]
    assert made.private_near(ALL, 0)[0].by == "u1"


@pytest.mark.parametrize("reason", [Reason.NUMBER_BEING_READ, Reason.ADDRESS])
def test_what_the_machine_may_mistake_can_be_kept(reason: Reason) -> None:
    made = ledger(found(3, 5, reason))
    assert made.keep(Span.of_seconds(3.5, 4)) is None
    assert hidden(made) == []
    assert [(row[1], row[3]) for row in made.waiting(0)] == [(reason, True)]


@pytest.mark.parametrize("reason", [r for r in Reason if not opening_rules().of(r).live])
def test_what_the_law_hides_cannot_be_kept(reason: Reason) -> None:
    made = ledger(found(3, 5, reason))
    assert made.keep(Span.of_seconds(3, 5)) is reason
    assert hidden(made) == [(3, 5, reason.value)]


def test_nothing_is_opened_next_to_what_must_stay_hidden() -> None:
    made = ledger(found(3, 5, Reason.NUMBER_BEING_READ), found(5.5, 8, Reason.ID))
    assert made.keep(Span.of_seconds(3, 5)) is Reason.ID
    assert len(hidden(made)) == 2


def test_what_is_found_later_hides_a_kept_stretch_again() -> None:
    made = ledger(found(3, 5, Reason.NUMBER_BEING_READ))
    assert made.keep(Span.of_seconds(3, 5)) is None
    made.record(SpeechPassed(ALL.end, (found(3, 6, Reason.PHONE),)))
    assert hidden(made) == [(3, 6, "PHONE")]


def test_a_kept_stretch_that_grows_is_hidden_where_nobody_kept_it() -> None:
    made = ledger(found(3, 5, Reason.NUMBER_BEING_READ))
    assert made.keep(Span.of_seconds(3, 5)) is None
    made.record(SpeechPassed(ALL.end, (found(2, 7, Reason.NUMBER_BEING_READ),)))
    assert hidden(made) == [(2, 3, "NUMBER"), (5, 7, "NUMBER")]


def test_hiding_undoes_keeping() -> None:
    made = ledger(found(3, 5, Reason.ADDRESS))
    made.keep(Span.of_seconds(3, 5))
    made.hide(Span.of_seconds(3, 5), "u2")
    assert (3, 5, "PERSON") in hidden(made)


def test_every_reason_that_speech_is_hidden_for_has_a_rule_with_its_basis() -> None:
    rules = opening_rules()
    assert all(row.basis for row in rules.rows.values())
    assert not rules.of(Reason.NAME).later and not rules.of(Reason.MINOR).later
    assert not any(rules.of(reason).live for reason in (Reason.ID, Reason.PHONE, Reason.BANK))
