"""宣判公开: operative part, panel, date, appeal notice, masked judgment, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action, may
from courtstream.domain.errors import Conflict, InvalidInput, NotFound, Withdrawn
from courtstream.domain.trial import CaseKind, PublicationMode, Role
from courtstream.rules.judgment import (
    Hidden,
    Keeps,
    Masked,
    OverMasked,
    Person,
    Unpublished,
    appeal_notice,
    mask_judgment,
    unpublished,
)
from courtstream.services import audit, publishing, shape
from courtstream.services.scope import hearing_for, target_of
from courtstream.services.views import HearingCard, UserView
from courtstream.store.tables import (
    ClipRow,
    ClipState,
    Hearing,
    PublicationState,
    VerdictRow,
    VerdictState,
)

MODE = PublicationMode.VERDICT
LONGEST = 200_000
PAGE = 30
_STAFF = frozenset({Role.JUDGE, Role.CLERK})


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


@dataclass(frozen=True, slots=True)
class VerdictPage:
    """What the public reads. `film` is empty where the announcement has none."""

    card: HearingCard
    title: str
    announced_at: datetime | None
    operative: str
    appeal: str
    document: str
    film: str
    watch: bool
    modes: tuple[PublicationMode, ...]


@dataclass(frozen=True, slots=True)
class JudgmentItem:
    """A line of the list: published, or not published with the reason."""

    hearing_id: str
    case_number: str
    court_name: str
    day: date
    published: bool
    title: str
    reason_zh: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class JudgmentList:
    """A page of the list and both totals, those that may not be named included."""

    items: tuple[JudgmentItem, ...]
    published: int
    not_published: int
    page: int
    pages: int


def people_of(hearing: Hearing) -> tuple[Person, ...]:
    """Everybody of the case as the judgment's rules see them."""
    return tuple(
        Person(p.name, p.role, p.protected, organisation=shape.is_organisation(p.name))
        for p in hearing.case.participants
        if p.role not in _STAFF or p.protected
    )


def keeps_of(hearing: Hearing) -> Keeps:
    """What art. 11 keeps in this case."""
    people = hearing.case.participants
    staff = [p.name for p in people if p.role in _STAFF and not p.protected]
    return Keeps(
        bench=(*(seat.judge.name for seat in hearing.bench), *staff),
        lawyers=tuple(p.name for p in people if p.role is Role.COUNSEL and not p.protected),
        organisations=tuple(p.name for p in people if shape.is_organisation(p.name)),
        case_number=hearing.case.number,
        court=hearing.court.name,
    )


def masked(hearing: Hearing, text: str, keep: Sequence[str], hide: Sequence[str]) -> Masked:
    """A text of the judgment by the rules and the editor's corrections."""
    case = hearing.case
    kind: CaseKind = case.kind
    return mask_judgment(
        text, people_of(hearing), kind, case.cause, keeps_of(hearing), keep=keep, hide=hide
    )


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
        open_by_gate=_allowed(hearing),
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
    if not _allowed(hearing):
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


def page(session: Session, hearing_id: str) -> VerdictPage:
    """The public's page, even after a closed hearing. Raises NotFound, Withdrawn."""
    hearing, row = session.get(Hearing, hearing_id), session.get(VerdictRow, hearing_id)
    publication = shape.publication_of(hearing, MODE) if hearing else None
    if hearing is None or row is None or publication is None:
        raise NotFound
    if publication.state is PublicationState.WITHDRAWN:
        raise Withdrawn
    if row.state is not VerdictState.PUBLISHED or not shape.released(hearing, MODE):
        raise NotFound
    clip = session.get(ClipRow, row.clip_id) if row.clip_id else None
    modes = shape.open_modes(hearing) if hearing.public else (MODE,)
    return VerdictPage(
        card=shape.card_view(session, hearing),
        title=row.title,
        announced_at=row.announced_at,
        operative=masked(hearing, row.operative, row.keep, row.hide).text,
        appeal=row.appeal,
        document=row.masked,
        film=clip.file if clip is not None and clip.state is ClipState.READY else "",
        watch=PublicationMode.LIVE in modes,
        modes=modes,
    )


def listing(session: Session, page_number: int = 1, court_id: str = "") -> JudgmentList:
    """Published and not published judgments, the newest first.

    Those whose reason may not be told with their number are only counted (art. 6).
    """
    hidden = [code for code, reason in unpublished().items() if not reason.listed]
    done = (VerdictState.PUBLISHED, VerdictState.NOT_PUBLISHED)
    query = select(VerdictRow, Hearing).join(Hearing, Hearing.id == VerdictRow.hearing_id)
    query = query.where(VerdictRow.state.in_(done))
    if court_id:
        query = query.where(Hearing.court_id == court_id)
    counted = query.with_only_columns(VerdictRow.state, func.count()).group_by(VerdictRow.state)
    totals = {row[0]: int(row[1]) for row in session.execute(counted)}
    shown = query.where(VerdictRow.reason_code.not_in(hidden))
    total = session.scalar(select(func.count()).select_from(shown.subquery())) or 0
    number = max(1, page_number)
    ordered = shown.order_by(VerdictRow.announced_at.desc(), VerdictRow.hearing_id)
    rows = session.execute(ordered.limit(PAGE).offset((number - 1) * PAGE))
    return JudgmentList(
        items=tuple(i for v, h in rows if (i := _item(v, h)) is not None),
        published=totals.get(VerdictState.PUBLISHED, 0),
        not_published=totals.get(VerdictState.NOT_PUBLISHED, 0),
        page=number,
        pages=max(1, -(-total // PAGE)),
    )


def _item(row: VerdictRow, hearing: Hearing) -> JudgmentItem | None:
    out = row.state is VerdictState.PUBLISHED
    if out and not shape.released(hearing, MODE):
        return None
    reason = unpublished().get(row.reason_code) if not out else None
    more = f"：{row.reason}" if row.reason and reason is not None else ""
    at = row.announced_at or row.changed_at
    return JudgmentItem(
        hearing_id=hearing.id,
        case_number=hearing.case.number,
        court_name=hearing.court.name,
        day=at.date(),
        published=out,
        title=row.title or hearing.case.cause if out else "",
        reason_zh=f"{reason.zh}{more}" if reason else "",
        reason_en=reason.en if reason else "",
    )


def _row(session: Session, hearing_id: str, actor: UserView, now: datetime) -> VerdictRow:
    row = session.get(VerdictRow, hearing_id)
    if row is None:
        row = VerdictRow(hearing_id=hearing_id, state=VerdictState.DRAFT, keep=[], hide=[])
        session.add(row)
    row.changed_at, row.changed_by = now, actor.id
    return row


def _allowed(hearing: Hearing) -> bool:
    return bool(hearing.gate_decisions) and MODE.value in hearing.gate_decisions[-1].allowed
