"""宣判公开: the editor's page, with the account of the masking."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action, may
from courtstream.rules.judgment import Hidden, OverMasked, Unpublished, appeal_notice, unpublished
from courtstream.services.people.scope import hearing_for, target_of
from courtstream.services.publication import shape
from courtstream.services.verdicts.editing import MODE, VerdictForm, allowed
from courtstream.services.verdicts.masking import masked
from courtstream.services.views import HearingCard, UserView
from courtstream.store.tables import (
    ClipRow,
    ClipState,
    Hearing,
    PublicationState,
    VerdictRow,
    VerdictState,
)


@dataclass(frozen=True, slots=True)
class FilmChoice:
    """A film of this hearing that may be the announcement."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class VerdictDesk:
    """The editor's page. `hidden` and `over` are the account of the last masking."""

    card: HearingCard
    state: VerdictState | None
    form: VerdictForm
    masked: str
    operative_masked: str
    hidden: tuple[Hidden, ...]
    over: tuple[OverMasked, ...]
    films: tuple[FilmChoice, ...]
    reasons: tuple[Unpublished, ...]
    reason_code: str
    reason: str
    open_by_gate: bool
    withdrawn: bool
    may_act: bool


def desk(session: Session, actor: UserView, hearing_id: str) -> VerdictDesk:
    """The editor's page. Raises NotFound, Forbidden."""
    hearing = hearing_for(session, actor, Action.SEE_COURTROOM, hearing_id)
    row = session.get(VerdictRow, hearing_id)
    form = _form(hearing, row)
    whole = masked(hearing, f"{form.operative}\n\n{form.source}", form.keep, form.hide)
    films = session.scalars(
        select(ClipRow)
        .where(ClipRow.hearing_id == hearing_id, ClipRow.state == ClipState.READY)
        .order_by(ClipRow.start)
    )
    publication = shape.publication_of(hearing, MODE)
    gone = publication is not None and publication.state is PublicationState.WITHDRAWN
    return VerdictDesk(
        card=shape.card_view(session, hearing),
        state=row.state if row else None,
        form=form,
        masked=masked(hearing, form.source, form.keep, form.hide).text,
        operative_masked=masked(hearing, form.operative, form.keep, form.hide).text,
        hidden=whole.hidden,
        over=whole.over,
        films=tuple(FilmChoice(c.id, c.title or c.step or c.id[-6:]) for c in films),
        reasons=tuple(unpublished().values()),
        reason_code=row.reason_code if row else "",
        reason=row.reason if row else "",
        open_by_gate=allowed(hearing),
        withdrawn=gone,
        may_act=may(actor, Action.PUBLISH, target_of(session, hearing)),
    )


def _form(hearing: Hearing, row: VerdictRow | None) -> VerdictForm:
    if row is None:
        notice = appeal_notice(hearing.procedure)
        at = hearing.actual_end
        return VerdictForm("", at, "", notice, "", (), (), "")
    return VerdictForm(
        title=row.title,
        announced_at=row.announced_at,
        operative=row.operative,
        appeal=row.appeal,
        source=row.source,
        keep=tuple(map(str, row.keep)),
        hide=tuple(map(str, row.hide)),
        clip_id=row.clip_id,
    )
