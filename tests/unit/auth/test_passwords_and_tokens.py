from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtstream.auth.attempts import Attempts
from courtstream.auth.passwords import hash_password, needs_rehash, password_fits
from courtstream.auth.policy import ALLOWED, Action, Scope, Target, may, require
from courtstream.auth.tokens import derived, digest, new_ingest_key, same, site_secret
from courtstream.domain.errors import Forbidden, InvalidInput, TooManyAttempts
from courtstream.domain.staff import StaffRole


class Person:
    def __init__(self, role: StaffRole, court: str | None, judge: str | None = None) -> None:
        self.role, self.court_id, self.judge_id = role, court, judge
        self.scopes = None


def test_passwords_are_argon2_and_fit_only_themselves() -> None:
    stored = hash_password("a long enough one")
    assert stored.startswith("$argon2id$")
    assert password_fits(stored, "a long enough one")
    assert not password_fits(stored, "a long enough onE")
    assert not password_fits(None, "a long enough one")
    assert not password_fits("not a hash", "a long enough one")
    assert not needs_rehash(stored)


def test_short_passwords_are_refused() -> None:
    with pytest.raises(InvalidInput):
        hash_password("short")


def test_ingest_keys_have_160_bits_and_are_safe_in_a_url() -> None:
    keys = {new_ingest_key() for _ in range(200)}
    assert len(keys) == 200
    assert all(len(k) == 32 and k.isalnum() and k == k.lower() for k in keys)


@given(st.text(), st.text())
def test_same_is_equality(a: str, b: str) -> None:
    assert same(a, b) == (a == b)
    assert (digest(a) == digest(b)) == (a == b)


def test_the_site_secret_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "secret.key"
    first = site_secret(path)
    assert len(first) == 32
    assert site_secret(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert derived(first, "a") == derived(first, "a") != derived(first, "b")


HEARING = Target(courts=("basic", "middle", "high"), judges=frozenset({"j1"}))


@pytest.mark.parametrize(
    ("person", "action", "allowed"),
    [
        (Person(StaffRole.CLERK, "basic"), Action.COMMAND, True),
        (Person(StaffRole.CLERK, "other"), Action.COMMAND, False),
        (Person(StaffRole.CLERK, "high"), Action.COMMAND, False),
        (Person(StaffRole.CLERK, "basic"), Action.SEE_SCORE, False),
        (Person(StaffRole.JUDGE, "basic", "j1"), Action.SEE_SCORE, True),
        (Person(StaffRole.JUDGE, "basic", "j2"), Action.SEE_SCORE, False),
        (Person(StaffRole.JUDGE, "basic", "j1"), Action.CONTEST, True),
        (Person(StaffRole.JUDGE, "basic", "j1"), Action.REVIEW, False),
        (Person(StaffRole.OFFICE, "middle"), Action.REVIEW, True),
        (Person(StaffRole.OFFICE, "other"), Action.REVIEW, False),
        (Person(StaffRole.OFFICE, None), Action.REVIEW, True),
        (Person(StaffRole.ADMIN, "high"), Action.SEE_SCORE, False),
        (Person(StaffRole.ADMIN, "high"), Action.CHANGE_KEY, True),
    ],
)
def test_who_may_do_what_where(person: Person, action: Action, allowed: bool) -> None:
    assert may(person, action, HEARING) is allowed
    if not allowed:
        with pytest.raises(Forbidden):
            require(person, action, HEARING)


def test_a_judge_without_a_judge_row_owns_nothing() -> None:
    assert not may(Person(StaffRole.JUDGE, None, None), Action.SEE_SCORE, HEARING)


def test_every_action_is_in_the_table_and_admins_never_see_scores() -> None:
    assert set(ALLOWED) == set(Action)
    assert StaffRole.ADMIN not in ALLOWED[Action.SEE_PERFORMANCE]
    assert all(ALLOWED[a].get(StaffRole.JUDGE) in {None, Scope.OWN, Scope.COURT} for a in Action)


def test_passwords_cannot_be_tried_for_ever() -> None:
    attempts = Attempts()
    for _ in range(10):
        attempts.note("Clerk", "10.0.0.1")
    with pytest.raises(TooManyAttempts):
        attempts.note("clerk", "10.0.0.2")
    attempts.note("other", "10.0.0.1")
    attempts.forgive("CLERK ")
    attempts.note("clerk", "10.0.0.2")
