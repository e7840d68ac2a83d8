"""公开审批: the stages speak in turn, each word is filed, the last one decides for all modes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.approval import DEFAULT_CHAIN, ApprovalOutcome, Stage
from courtstream.domain.errors import Conflict, Forbidden, InvalidInput
from courtstream.domain.ids import new_id
from courtstream.domain.staff import StaffRole
from courtstream.domain.trial import HearingState
from courtstream.services.gate import gatekeeping
from courtstream.services.people import audit
from courtstream.services.people.scope import court_for, court_path, hearing_for
from courtstream.services.views import UserView
from courtstream.store.tables import ApprovalFile, ApprovalStep, Court, Hearing, Judge

_OVER = frozenset({HearingState.ENDED, HearingState.CANCELLED})
_TITLES = {Stage.DIVISION: "庭长", Stage.VICE_PRESIDENT: "院长"}


def chain_of(session: Session, court_id: str) -> tuple[Stage, ...]:
    """The stages in force at a court: its own, else those of the nearest court above."""
    for each in court_path(session, court_id):
        court = session.get(Court, each)
        if court is not None and court.approval_chain is not None:
            return tuple(Stage(stage) for stage in court.approval_chain)
    return DEFAULT_CHAIN


def set_chain(
    session: Session,
    actor: UserView,
    court_id: str,
    stages: Sequence[Stage] | None,
    now: datetime,
) -> None:
    """Set the stages of a court; None takes over those of the court above, empty asks nobody.

    Files that are open keep the chain they were opened with. Raises Forbidden, NotFound,
    InvalidInput when a stage is named twice.
    """
    court = court_for(session, actor, Action.APPROVE, court_id)
    if stages is not None and len(set(stages)) != len(stages):
        raise InvalidInput("审批环节重复 / a stage is named twice")
    court.approval_chain = None if stages is None else [stage.value for stage in stages]
    audit.append(session, actor.id, "approval_chain", court_id, {"chain": court.approval_chain})


def open_file(session: Session, hearing: Hearing, by: str, now: datetime) -> ApprovalFile:
    """Open the hearing's file with the chain in force. An empty chain approves at once."""
    chain = chain_of(session, hearing.court_id)
    file = ApprovalFile(
        id=new_id("ap"),
        hearing_id=hearing.id,
        chain=[stage.value for stage in chain],
        round=1,
        opened_at=now,
        opened_by=by,
        steps=[],
    )
    hearing.file = file
    if not chain:
        _decide(file, ApprovalOutcome.PUBLISH, "policy", now)
    session.flush()
    return file


def filed_elsewhere(
    session: Session, hearing: Hearing, granted: bool, by: str, now: datetime
) -> None:
    """The approval came with the schedule: the court's own system has the signed form."""
    file = open_file(session, hearing, by, now)
    outcome = ApprovalOutcome.PUBLISH if granted else ApprovalOutcome.DO_NOT_PUBLISH
    reason = "" if granted else "随排期报送的审批结论"
    _file_step(file, None, outcome, reason, by, now)
    _decide(file, outcome, by, now)


def stage_now(hearing: Hearing) -> Stage | None:
    """The stage whose word is awaited, None when nothing is."""
    return stage_of(hearing.file) if hearing.file is not None else None


def stage_of(file: ApprovalFile) -> Stage | None:
    """The stage that a file awaits, None when it has its outcome."""
    if file.outcome is not None:
        return None
    spoken = sum(step.round == file.round for step in file.steps)
    return Stage(file.chain[spoken]) if spoken < len(file.chain) else None


def may_say(session: Session, actor: UserView, hearing: Hearing) -> bool:
    """Whether the awaited stage is this person's."""
    stage = stage_now(hearing)
    path = court_path(session, hearing.court_id)
    if stage is None or hearing.state in _OVER:
        return False
    if stage in _TITLES:
        return _leads(session, actor, stage, path)
    reach = path[1:] if stage is Stage.HIGHER_COURT else path
    return actor.role is StaffRole.OFFICE and (actor.court_id is None or actor.court_id in reach)


def _leads(session: Session, actor: UserView, stage: Stage, path: tuple[str, ...]) -> bool:
    """A division head of the hearing's own court, or a (vice-)president of it or one above."""
    judge = session.get(Judge, actor.judge_id) if actor.judge_id else None
    if judge is None or not judge.leader or _TITLES[stage] not in judge.title:
        return False
    return judge.court_id in (path[:1] if stage is Stage.DIVISION else path)


def say(
    session: Session,
    actor: UserView,
    hearing_id: str,
    outcome: ApprovalOutcome,
    reason: str,
    now: datetime,
) -> Hearing:
    """File the word of the awaited stage; the last stage's word is the outcome.

    Raises NotFound, Forbidden when another stage is awaited, Conflict when the hearing is over or
    the chain has finished, InvalidInput for a refusal without a reason.
    """
    hearing = hearing_for(session, actor, Action.SAY_APPROVAL, hearing_id)
    if hearing.state in _OVER:
        raise Conflict("庭审已结束 / the hearing is over")
    file = hearing.file or open_file(session, hearing, actor.id, now)
    stage = stage_now(hearing)
    if stage is None:
        raise Conflict("审批已有结论，需先申请复议 / decided; ask for reconsideration first")
    if not may_say(session, actor, hearing):
        raise Forbidden(action="approve")
    if outcome is ApprovalOutcome.DO_NOT_PUBLISH and not reason.strip():
        raise InvalidInput("不予公开须说明理由 / say why it is not published")
    _file_step(file, stage, outcome, reason.strip(), actor.id, now)
    if stage_now(hearing) is None:
        _decide(file, outcome, actor.id, now)
    detail = {"stage": stage.value, "outcome": outcome.value}
    audit.append(session, actor.id, "approve", hearing.id, detail, now)
    gatekeeping.again(session, hearing, now)
    return hearing


def reconsider(
    session: Session, actor: UserView, hearing_id: str, reason: str, now: datetime
) -> Hearing:
    """Begin a new round: until the chain has spoken again nothing is approved.

    Raises NotFound, Forbidden, Conflict, InvalidInput.
    """
    hearing = hearing_for(session, actor, Action.APPROVE, hearing_id)
    if not reason.strip():
        raise InvalidInput("复议须说明理由 / say why it is reconsidered")
    if hearing.file is None or hearing.file.outcome is None or hearing.state in _OVER:
        raise Conflict("没有可复议的结论 / there is no decision to reconsider")
    file = hearing.file
    file.round, file.outcome, file.decided_at, file.decided_by = file.round + 1, None, None, ""
    file.chain = [stage.value for stage in chain_of(session, hearing.court_id)]
    audit.append(session, actor.id, "reconsider", hearing.id, {"round": file.round}, now)
    if not file.chain:
        _decide(file, ApprovalOutcome.PUBLISH, "policy", now)
    gatekeeping.again(session, hearing, now)
    return hearing


def _file_step(
    file: ApprovalFile,
    stage: Stage | None,
    outcome: ApprovalOutcome,
    reason: str,
    by: str,
    now: datetime,
) -> None:
    file.steps.append(
        ApprovalStep(
            id=new_id("as"),
            position=len(file.steps),
            round=file.round,
            stage=stage,
            outcome=outcome,
            reason=reason,
            by=by,
            at=now,
        )
    )


def _decide(file: ApprovalFile, outcome: ApprovalOutcome, by: str, now: datetime) -> None:
    file.outcome, file.decided_at, file.decided_by = outcome, now, by
