"""图文直播: what a clerk does with entries, and what readers get."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from courtstream.domain.ids import new_id
from courtstream.domain.time import Span, to_seconds
from courtstream.domain.trial import HearingState, PublicationMode, Role
from courtstream.services import (
    audit,
    entry_drafts,
    lifecycle,
    publishing,
    shape,
    transcripts,
    watch,
)
from courtstream.services.admission import EARLY
from courtstream.services.names import step_titles
from courtstream.services.schedule import LABELS
from courtstream.services.scope import hearing_for
from courtstream.services.screening import screen
from courtstream.services.steps_now import StepsNow
from courtstream.services.views import HearingCard, UserView
from courtstream.store.tables import (
    Asset,
    EntryRow,
    EntryState,
    Hearing,
    PublicationState,
    UtteranceRow,
)

MODE = PublicationMode.PICTURE_TEXT
POLICIES = ("person", "automatic", "off")


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry. `start`: seconds into the recording, None where there is none."""

    id: str
    at: datetime
    start: float | None
    role: Role
    speaker: str
    text: str
    still: str
    step_zh: str
    step_en: str
    state: EntryState
    edited: bool
    revision: int


@dataclass(frozen=True, slots=True)
class EntryDesk:
    """The clerk's page: drafts first, what is out, the stills to choose from.

    `waiting`: the mode was withdrawn, that was lifted, and now it waits for a person's yes.
    """

    card: HearingCard
    policy: str
    open_by_gate: bool
    withdrawn: bool
    may_act: bool
    without_video: bool
    waiting: bool
    drafts: tuple[EntryView, ...]
    released: tuple[EntryView, ...]
    stills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunningPage:
    """What readers see: entries in order of time. `going_on`: more may come."""

    card: HearingCard
    entries: tuple[EntryView, ...]
    revision: int
    going_on: bool
    withdrawn: bool
    modes: tuple[PublicationMode, ...]


def view(hearing: Hearing, row: EntryRow) -> EntryView:
    """An entry with the name of its speaker's role and of its step."""
    zh, en = step_titles(hearing.procedure, row.step) if row.step else ("", "")
    return EntryView(
        id=row.id,
        at=row.at,
        start=None if row.start is None else to_seconds(row.start),
        role=row.role,
        speaker=row.speaker,
        text=row.text,
        still=row.still,
        step_zh=zh,
        step_en=en,
        state=row.state,
        edited=row.edited,
        revision=row.revision,
    )


def desk(session: Session, actor: UserView, hearing_id: str) -> EntryDesk:
    """The clerk's page of one hearing. Raises NotFound, Forbidden."""
    hearing = hearing_for(session, actor, Action.SEE_COURTROOM, hearing_id)
    rows = _rows(session, hearing_id)
    stills = select(Asset.uri).where(Asset.hearing_id == hearing_id, Asset.kind == "still")
    names = session.scalars(stills.order_by(Asset.start.desc()).limit(24))
    return EntryDesk(
        card=shape.card_view(session, hearing),
        policy=shape.policy_view(hearing.policy).picture_text,
        open_by_gate=entry_drafts.wanted(hearing),
        withdrawn=shape.withdrawn(hearing),
        may_act=_may_act(session, actor, hearing_id),
        without_video=hearing.last_seq == 0 and hearing.state is not HearingState.ENDED,
        waiting=shape.pending(hearing, MODE),
        drafts=tuple(view(hearing, r) for r in rows if r.state is EntryState.DRAFT),
        released=tuple(view(hearing, r) for r in reversed(rows) if r.state is EntryState.RELEASED),
        stills=tuple(uri.rsplit("/", 1)[-1] for uri in names),
    )


def _may_act(session: Session, actor: UserView, hearing_id: str) -> bool:
    try:
        hearing_for(session, actor, Action.PUBLISH, hearing_id)
    except Forbidden:
        return False
    return True


def running_page(session: Session, hearing_id: str) -> RunningPage:
    """The released entries of a hearing. Raises NotFound where the mode was never released."""
    hearing = watch.public_hearing(session, hearing_id)
    row = shape.publication_of(hearing, MODE)
    if row is None or row.state is PublicationState.PENDING:
        raise NotFound
    gone = shape.withdrawn(hearing)
    rows = [] if gone else _rows(session, hearing_id, EntryState.RELEASED)
    return RunningPage(
        card=shape.card_view(session, hearing),
        entries=tuple(_as_may_be_read(session, hearing, rows)),
        revision=revision(session, hearing_id),
        going_on=hearing.state is not HearingState.ENDED,
        withdrawn=gone,
        modes=shape.open_modes(hearing),
    )


def _as_may_be_read(
    session: Session, hearing: Hearing, rows: Iterable[EntryRow]
) -> Iterator[EntryView]:
    """Entries without what people hid after they were written: taken anew from the words, and
    those a person has rewritten are left out until they are released again.
    """
    hidden = transcripts.hidden_later(session, hearing.id)
    for row in rows:
        shown = view(hearing, row)
        touched = (
            row.start is not None
            and row.end is not None
            and any(span.start < row.end and span.end > row.start for span in hidden)
        )
        if not touched:
            yield shown
        elif not row.edited:
            text = _text_now(session, hearing.id, row.lines, hidden)
            yield replace(shown, text=text, revision=row.revision)


def _text_now(
    session: Session, hearing_id: str, lines: Iterable[int], hidden: Sequence[Span]
) -> str:
    rows = (session.get(UtteranceRow, (hearing_id, seq)) for seq in lines)
    return "".join(transcripts.readable(row, hidden) for row in rows if row is not None)


def revision(session: Session, hearing_id: str) -> int:
    """The number of the last act on the hearing's entries."""
    query = select(func.max(EntryRow.revision)).where(EntryRow.hearing_id == hearing_id)
    return session.scalar(query) or 0


def _rows(session: Session, hearing_id: str, state: EntryState | None = None) -> list[EntryRow]:
    query = select(EntryRow).where(EntryRow.hearing_id == hearing_id)
    if state is not None:
        query = query.where(EntryRow.state == state)
    return list(session.scalars(query.order_by(EntryRow.at, EntryRow.id)))


def follow(session: Session, hearing_id: str, steps: StepsNow, now: datetime) -> bool:
    """After new words: draft, and release where the policy says so. Whether readers get more."""
    made = entry_drafts.draft(session, hearing_id, steps, now)
    hearing = session.get(Hearing, hearing_id)
    if not made or hearing is None or hearing.policy is None:
        return False
    if hearing.policy.picture_text != "automatic":
        return False
    return release_rows(
        session, hearing, _rows(session, hearing_id, EntryState.DRAFT), "policy", now
    )


def release(
    session: Session, actor: UserView, hearing_id: str, ids: Iterable[str], now: datetime
) -> bool:
    """A person releases drafts. Raises NotFound, Forbidden, Conflict when the gate is closed."""
    hearing = _for_act(session, actor, hearing_id)
    wanted = set(ids)
    rows = [r for r in _rows(session, hearing_id, EntryState.DRAFT) if r.id in wanted]
    return release_rows(session, hearing, rows, actor.id, now)


def release_rows(
    session: Session, hearing: Hearing, rows: list[EntryRow], by: str, now: datetime
) -> bool:
    """Give entries to the public; the mode itself is released with the first."""
    if not rows:
        return False
    number = revision(session, hearing.id)
    for row in rows:
        number += 1
        row.state, row.released_at, row.released_by = EntryState.RELEASED, now, by
        row.revision = number
    if not shape.released(hearing, MODE):
        publishing.put(session, hearing, MODE, PublicationState.RELEASED, by, now)
    audit.append(session, by, "entries_released", hearing.id, {"entries": len(rows)}, now)
    return True


def reopen(session: Session, actor: UserView, hearing_id: str, now: datetime) -> None:
    """After a withdrawal was lifted: what had been released is before the public again."""
    hearing = _for_act(session, actor, hearing_id)
    if shape.publication_of(hearing, MODE) is None:
        raise Conflict("尚未发布过 / nothing was released yet")
    publishing.put(session, hearing, MODE, PublicationState.RELEASED, actor.id, now)


def edit(
    session: Session,
    actor: UserView,
    entry_id: str,
    *,
    text: str,
    speaker: str,
    still: str,
    now: datetime,
) -> tuple[str, ...]:
    """Rewrite an entry; the kinds of what the rules hid in the new text.

    Raises NotFound, Forbidden, Conflict, InvalidInput for an empty text or an unknown still.
    """
    row = session.get(EntryRow, entry_id)
    if row is None:
        raise NotFound
    hearing = _for_act(session, actor, row.hearing_id)
    screened = screen(hearing, text)
    _known_still(session, hearing.id, still)
    row.text, row.still, row.edited = screened.text, still, True
    row.speaker = screen(hearing, speaker, 40).text if speaker.strip() else ""
    if row.state is EntryState.RELEASED:
        row.revision = revision(session, hearing.id) + 1
    audit.append(session, actor.id, "entry_edited", hearing.id, {"entry": row.id}, now)
    return screened.hidden


def drop(session: Session, actor: UserView, entry_id: str, now: datetime) -> str:
    """Take an entry back, or never publish it; it stays on file. The hearing's id."""
    row = session.get(EntryRow, entry_id)
    if row is None:
        raise NotFound
    hearing = hearing_for(session, actor, Action.PUBLISH, row.hearing_id)
    row.state, row.revision = EntryState.DROPPED, revision(session, hearing.id) + 1
    audit.append(session, actor.id, "entry_dropped", hearing.id, {"entry": row.id}, now)
    return hearing.id


def post(
    session: Session,
    actor: UserView,
    hearing_id: str,
    *,
    text: str,
    role: Role,
    still: str,
    now: datetime,
) -> tuple[str, ...]:
    """A person writes an entry and releases it; the kinds of what the rules hid in it.

    Works without any video: the hearing then begins with its first entry. Raises NotFound,
    Forbidden, Conflict when the gate is closed or it is too early, InvalidInput.
    """
    hearing = _for_act(session, actor, hearing_id)
    if hearing.state is HearingState.SCHEDULED and now < hearing.scheduled_start - EARLY:
        raise Conflict("尚未到开庭时间 / it is too early")
    screened = screen(hearing, text)
    _known_still(session, hearing_id, still)
    row = EntryRow(
        id=new_id("en"),
        hearing_id=hearing_id,
        at=now,
        role=role,
        speaker=LABELS.get(role, ""),
        text=screened.text,
        still=still,
        state=EntryState.DRAFT,
        created_by=actor.id,
    )
    session.add(row)
    session.flush()
    hearing.actual_start = hearing.actual_start or now
    release_rows(session, hearing, [row], actor.id, now)
    return screened.hidden


def finish(session: Session, actor: UserView, hearing_id: str, now: datetime) -> None:
    """A hearing that was told in text only is over. Raises Conflict where it has a recording."""
    hearing = _for_act(session, actor, hearing_id)
    if hearing.last_seq or hearing.state not in {HearingState.SCHEDULED, HearingState.ADMITTED}:
        raise Conflict("有视频的庭审由书记员在法庭页面结束 / end it on the courtroom page")
    for state in (HearingState.ADMITTED, HearingState.ENDED):
        lifecycle.move(session, hearing, state, actor.id, now, "text_only")
    hearing.actual_end = now


def set_policy(
    session: Session, actor: UserView, hearing_id: str, policy: str, now: datetime
) -> None:
    """Who releases drafts: a person, the policy by itself, or nobody."""
    hearing = hearing_for(session, actor, Action.PUBLISH, hearing_id)
    if policy not in POLICIES or hearing.policy is None:
        raise InvalidInput
    hearing.policy.picture_text = policy
    audit.append(session, actor.id, "entries_policy", hearing_id, {"policy": policy}, now)


def _for_act(session: Session, actor: UserView, hearing_id: str) -> Hearing:
    hearing = hearing_for(session, actor, Action.PUBLISH, hearing_id)
    if not entry_drafts.wanted(hearing) or hearing.state is HearingState.CANCELLED:
        raise Conflict("公开审查不允许图文直播或已撤回 / the gate does not allow it, or withdrawn")
    return hearing


def _known_still(session: Session, hearing_id: str, still: str) -> None:
    """A picture is one of the hearing's own redacted stills, nothing else."""
    if not still:
        return
    query = select(Asset.uri).where(Asset.hearing_id == hearing_id, Asset.kind == "still")
    if still not in {uri.rsplit("/", 1)[-1] for uri in session.scalars(query)}:
        raise InvalidInput("没有这张图片 / there is no such picture")
