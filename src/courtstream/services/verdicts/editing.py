"""宣判公开: an editor writes the verdict, publishes it, or says why it is not published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import Conflict, InvalidInput
from courtstream.domain.trial import PublicationMode
from courtstream.rules.judgment import appeal_notice, unpublished
from courtstream.services.people import audit
from courtstream.services.people.scope import hearing_for
from courtstream.services.publication import publishing, shape
from courtstream.services.verdicts.masking import masked
from courtstream.services.views import UserView
from courtstream.store.tables import ClipRow, Hearing, PublicationState, VerdictRow, VerdictState

MODE = PublicationMode.VERDICT
LONGEST = 200_000
"""Characters of a judgment."""


@dataclass(frozen=True, slots=True)
class VerdictForm:
    """What an editor writes. `keep` and `hide`: literal texts, beating the rules."""

    title: str
    announced_at: datetime | None
    operative: str
    appeal: str
    source: str
    keep: tuple[str, ...]
    hide: tuple[str, ...]
    clip_id: str


def save(
    session: Session, actor: UserView, hearing_id: str, form: VerdictForm, now: datetime
) -> None:
    """Keep the draft; one that is published already is corrected at once.

    Raises NotFound, Forbidden, InvalidInput for texts too long or an unknown film.
    """
    hearing = hearing_for(session, actor, Action.PUBLISH, hearing_id)
    if len(form.source) > LONGEST or len(form.operative) > 20_000:
        raise InvalidInput("文书过长 / the document is too long")
    row = _row(session, hearing_id, actor, now)
    row.title = masked(hearing, form.title[:100], (), ()).text
    row.announced_at, row.operative, row.source = form.announced_at, form.operative, form.source
    row.appeal = form.appeal.strip()[:500] or appeal_notice(hearing.procedure)
    row.keep, row.hide, row.clip_id = list(form.keep), list(form.hide), form.clip_id
    if form.clip_id:
        clip = session.get(ClipRow, form.clip_id)
        if clip is None or clip.hearing_id != hearing_id:
            raise InvalidInput("没有该片段 / there is no such film")
    if row.state is VerdictState.PUBLISHED:
        row.masked = masked(hearing, row.source, row.keep, row.hide).text
    elif row.state is VerdictState.NOT_PUBLISHED:
        row.state = VerdictState.DRAFT
    audit.append(session, actor.id, "verdict_saved", hearing_id, {"keep": len(form.keep)}, now)


def publish(
    session: Session, actor: UserView, hearing_id: str, now: datetime, *, accepted: bool = False
) -> None:
    """Put the verdict before the public.

    `accepted`: the editor has looked at what the over-masking check found. Raises NotFound,
    Forbidden, Conflict when the gate bars it, when there is nothing to publish, or when the bench
    or the case number would be hidden; any other finding only asks to be accepted.
    """
    hearing = hearing_for(session, actor, Action.PUBLISH, hearing_id)
    row = session.get(VerdictRow, hearing_id)
    if not allowed(hearing):
        raise Conflict("公开审查不允许宣判公开 / the gate does not allow it")
    if row is None or not (row.operative.strip() or row.source.strip()):
        raise Conflict("尚无判决内容 / there is nothing to publish")
    whole = masked(hearing, f"{row.operative}\n\n{row.source}", row.keep, row.hide)
    barred = [o for o in whole.over if o.code in {"KEEP-JUDGE", "KEEP-CASENO"}]
    if barred:
        raise Conflict("审判人员姓名或案号不得隐去 / bench and case number must be readable")
    if whole.over and not accepted:
        raise Conflict("请先核对过度隐去的提示 / look at what may be hidden too much")
    row.masked = masked(hearing, row.source, row.keep, row.hide).text
    row.state, row.changed_at, row.changed_by = VerdictState.PUBLISHED, now, actor.id
    row.announced_at = row.announced_at or now
    publishing.put(session, hearing, MODE, PublicationState.RELEASED, actor.id, now)


def do_not_publish(
    session: Session, actor: UserView, hearing_id: str, code: str, reason: str, now: datetime
) -> None:
    """List the judgment as not published, with the reason (art. 6). Raises InvalidInput."""
    hearing = hearing_for(session, actor, Action.PUBLISH, hearing_id)
    if code not in unpublished() or (code == "OTHER" and not reason.strip()):
        raise InvalidInput("须选择理由；其他情形须说明 / a reason is needed")
    row = _row(session, hearing_id, actor, now)
    row.state, row.reason_code = VerdictState.NOT_PUBLISHED, code
    row.reason = masked(hearing, reason.strip()[:300], (), ()).text
    row.announced_at = row.announced_at or hearing.actual_end or now
    if shape.publication_of(hearing, MODE) is not None:
        publishing.put(session, hearing, MODE, PublicationState.WITHDRAWN, actor.id, now, code)
    audit.append(session, actor.id, "verdict_not_published", hearing_id, {"code": code}, now)


def _row(session: Session, hearing_id: str, actor: UserView, now: datetime) -> VerdictRow:
    row = session.get(VerdictRow, hearing_id)
    if row is None:
        row = VerdictRow(hearing_id=hearing_id, state=VerdictState.DRAFT, keep=[], hide=[])
        session.add(row)
    row.changed_at, row.changed_by = now, actor.id
    return row


def allowed(hearing: Hearing) -> bool:
    """Whether the last gate decision allows the verdict to be published."""
    return bool(hearing.gate_decisions) and MODE.value in hearing.gate_decisions[-1].allowed
