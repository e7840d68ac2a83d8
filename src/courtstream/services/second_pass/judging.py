"""第二遍复核: what people say of moments, and of a second pass that failed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import Conflict, InvalidInput, NotFound
from courtstream.services.people import audit
from courtstream.services.people.scope import hearing_for
from courtstream.services.second_pass.moments import MomentView, moment_view
from courtstream.services.views import UserView
from courtstream.store.tables import MomentRow, MomentVerdict, PassState, SecondPassRow


def judge(
    session: Session,
    actor: UserView,
    hearing_id: str,
    n: int,
    verdict: MomentVerdict,
    now: datetime,
) -> MomentView:
    """A person says what a moment is. What is hidden in the replay already stays hidden.

    Raises NotFound, Forbidden, Conflict.
    """
    hearing_for(session, actor, Action.PUBLISH, hearing_id)
    moment = session.get(MomentRow, (hearing_id, n))
    if moment is None:
        raise NotFound
    if moment.remade and verdict is not MomentVerdict.HIDE:
        raise Conflict("已在录播中屏蔽，不能撤销 / it is hidden in the replay already")
    moment.verdict, moment.by, moment.at = verdict, actor.id, now
    detail = {"moment": n, "verdict": verdict.value}
    audit.append(session, actor.id, "moment_judged", hearing_id, detail, now)
    return moment_view(moment)


def again(session: Session, actor: UserView, hearing_id: str, now: datetime) -> None:
    """Try a second pass that failed once more. Raises NotFound, Forbidden, Conflict."""
    row = _failed(session, actor, hearing_id)
    row.state = PassState.DONE if row.finished_at else PassState.WAITING
    row.code, row.told_at = "", None
    audit.append(session, actor.id, "second_pass_again", hearing_id, {}, now)


def waive(session: Session, actor: UserView, hearing_id: str, why: str, now: datetime) -> None:
    """A person answers for a replay without a second pass, which failed; with a reason.

    Raises NotFound, Forbidden, InvalidInput, and Conflict when it did not fail.
    """
    if len(why.strip()) < 4:
        raise InvalidInput("须说明理由 / say why")
    row = _failed(session, actor, hearing_id)
    row.state, row.by, row.why = PassState.WAIVED, actor.id, why.strip()[:500]
    audit.append(session, actor.id, "second_pass_waived", hearing_id, {"code": row.code}, now)


def _failed(session: Session, actor: UserView, hearing_id: str) -> SecondPassRow:
    hearing_for(session, actor, Action.PUBLISH, hearing_id)
    row = session.get(SecondPassRow, hearing_id)
    if row is None or row.state is not PassState.FAILED:
        raise Conflict("第二遍复核没有失败 / the second pass has not failed")
    return row
