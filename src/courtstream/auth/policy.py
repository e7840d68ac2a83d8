"""Who may do what, where: one table of role x action x scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Protocol

from courtstream.domain.errors import Forbidden
from courtstream.domain.staff import StaffRole


class Action(StrEnum):
    """What staff do."""

    SCHEDULE = "schedule"
    SEE_COURTROOM = "see_courtroom"
    CHANGE_KEY = "change_key"
    APPROVE = "approve"
    SAY_APPROVAL = "say_approval"
    FILE_OBJECTION = "file_objection"
    CORRECT_CLOSURE = "correct_closure"
    COMMAND = "command"
    PUBLISH = "publish"
    SEE_SCORE = "see_score"
    REVIEW = "review"
    CONTEST = "contest"
    SEE_PERFORMANCE = "see_performance"
    SEE_COVERAGE = "see_coverage"
    SUPERVISE = "supervise"
    ANSWER_NOTICE = "answer_notice"
    REPORT_FIGURES = "report_figures"
    MANAGE_USERS = "manage_users"
    SEE_AUDIT = "see_audit"
    LOOK_RAW = "look_raw"
    SEE_ORIGINAL = "see_original"
    MANAGE_STANDARDS = "manage_standards"
    SWITCH_SCORING = "switch_scoring"
    NAME_SPEAKER = "name_speaker"
    EDIT_TRANSCRIPT = "edit_transcript"
    SIGN_TRANSCRIPT = "sign_transcript"
    FILE_CORRECTION = "file_correction"
    DECIDE_CORRECTION = "decide_correction"
    HIDE_LATER = "hide_later"
    OPEN_LATER = "open_later"
    MANAGE_NODES = "manage_nodes"
    BRING_LATE = "bring_late"


class Scope(Enum):
    """How far a permission reaches."""

    OWN = "hearings one sits in, or one's own page"
    DIVISION = "the judges of one's own division"
    COURT = "one's own court"
    TREE = "one's own court and those below it"


_C, _J, _O, _A = StaffRole.CLERK, StaffRole.JUDGE, StaffRole.OFFICE, StaffRole.ADMIN
_H = StaffRole.HEAD

ALLOWED: Mapping[Action, Mapping[StaffRole, Scope]] = {
    Action.SCHEDULE: {_C: Scope.COURT, _O: Scope.TREE, _A: Scope.TREE},
    Action.SEE_COURTROOM: {_C: Scope.COURT, _J: Scope.COURT, _O: Scope.TREE, _A: Scope.TREE},
    Action.CHANGE_KEY: {_C: Scope.COURT, _A: Scope.TREE},
    Action.APPROVE: {_O: Scope.TREE, _A: Scope.TREE},
    Action.SAY_APPROVAL: {_J: Scope.COURT, _O: Scope.TREE},  # by title and awaited stage
    Action.FILE_OBJECTION: {_C: Scope.COURT, _J: Scope.OWN, _O: Scope.TREE},
    Action.CORRECT_CLOSURE: {_J: Scope.OWN, _O: Scope.TREE},
    Action.COMMAND: {_C: Scope.COURT, _J: Scope.OWN, _A: Scope.TREE},
    Action.PUBLISH: {_C: Scope.COURT, _J: Scope.OWN, _O: Scope.TREE, _A: Scope.TREE},
    Action.SEE_SCORE: {_J: Scope.OWN, _H: Scope.DIVISION, _O: Scope.TREE},
    Action.REVIEW: {_O: Scope.TREE},
    Action.CONTEST: {_J: Scope.OWN},
    Action.SEE_PERFORMANCE: {_J: Scope.OWN, _H: Scope.DIVISION, _O: Scope.TREE},
    Action.SEE_COVERAGE: {_H: Scope.DIVISION, _O: Scope.TREE},
    Action.SUPERVISE: {_O: Scope.TREE},
    Action.ANSWER_NOTICE: {_J: Scope.OWN, _H: Scope.DIVISION, _O: Scope.COURT},
    Action.REPORT_FIGURES: {_O: Scope.TREE},
    Action.MANAGE_USERS: {_A: Scope.TREE},
    Action.LOOK_RAW: {_C: Scope.COURT, _J: Scope.OWN},
    Action.SEE_AUDIT: {_O: Scope.TREE, _A: Scope.TREE},
    Action.SEE_ORIGINAL: {_J: Scope.OWN, _O: Scope.TREE},
    Action.MANAGE_STANDARDS: {_O: Scope.TREE, _A: Scope.TREE},
    Action.SWITCH_SCORING: {_A: Scope.TREE},
    Action.EDIT_TRANSCRIPT: {_C: Scope.COURT, _J: Scope.OWN, _O: Scope.TREE},
    Action.SIGN_TRANSCRIPT: {_C: Scope.COURT, _J: Scope.OWN},
    Action.FILE_CORRECTION: {_C: Scope.COURT, _O: Scope.TREE},
    Action.DECIDE_CORRECTION: {_C: Scope.COURT, _J: Scope.OWN, _O: Scope.TREE},
    Action.HIDE_LATER: {_C: Scope.COURT, _J: Scope.OWN, _O: Scope.TREE, _A: Scope.TREE},
    Action.OPEN_LATER: {_J: Scope.OWN, _O: Scope.TREE},
    Action.MANAGE_NODES: {_A: Scope.TREE},
    Action.BRING_LATE: {_C: Scope.COURT, _O: Scope.TREE, _A: Scope.TREE},
    Action.NAME_SPEAKER: {_C: Scope.COURT, _J: Scope.OWN, _O: Scope.TREE},
}


class Person(Protocol):
    """What the policy asks about the one who acts. `court_id` None: the whole province."""

    @property
    def role(self) -> StaffRole:
        """The role."""

    @property
    def court_id(self) -> str | None:
        """The court, None for all."""

    @property
    def judge_id(self) -> str | None:
        """The judge this account belongs to."""

    @property
    def division_id(self) -> str | None:
        """The division that judge belongs to."""

    @property
    def scopes(self) -> frozenset[str] | None:
        """The actions an API token is good for; None for a person."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is acted on: its court first and the courts above it, the judges who sit in it, and
    their divisions."""

    courts: tuple[str, ...] = ()
    judges: frozenset[str] = frozenset()
    divisions: frozenset[str] = frozenset()


def actions_of(role: StaffRole) -> tuple[Action, ...]:
    """The actions a role has anywhere at all, in the table's order."""
    return tuple(action for action, roles in ALLOWED.items() if role in roles)


def may(person: Person, action: Action, target: Target) -> bool:
    """Whether the table allows it."""
    scope = ALLOWED[action].get(person.role)
    if scope is None or (person.scopes is not None and action not in person.scopes):
        return False
    if scope is Scope.OWN:
        return person.judge_id is not None and person.judge_id in target.judges
    if scope is Scope.DIVISION:
        return person.division_id is not None and person.division_id in target.divisions
    if person.court_id is None:
        return True
    reach = target.courts if scope is Scope.TREE else target.courts[:1]
    return person.court_id in reach


def require(person: Person, action: Action, target: Target) -> None:
    """Raises Forbidden when the table does not allow it."""
    if not may(person, action, target):
        raise Forbidden(action=action.value)
