"""From rows to views. Everything the public may see of a hearing is decided here, once."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from courtstream.domain.time import to_seconds
from courtstream.domain.trial import HearingState, PublicationMode, Role
from courtstream.services.views import (
    GateView,
    HearingCard,
    JudgeView,
    PartyView,
    PolicyView,
    PublicationView,
)
from courtstream.store.tables import (
    Asset,
    GateDecisionRow,
    Hearing,
    HearingJudge,
    Judge,
    ParticipantRow,
    PolicyRow,
    Publication,
    PublicationState,
)

ON_AIR = frozenset({HearingState.LIVE, HearingState.INTERRUPTED})
TAIL = timedelta(seconds=90)
"""Viewers of the delayed stream may finish watching what was released before the end."""

MASTER = "master.m3u8"


_ORGANISATION = re.compile(
    "公司|集团|银行|分行|支行|企业|工厂|商行|商店|超市|经营部|门市部|工作室|事务所|合作社|合伙|"
    "委员会|政府|[局厅院所厂店馆站社部校会]$|中心|学校|大学|医院|协会|学会|基金|小组|街道|物业|"
    r"Ltd|Inc|LLC|GmbH|Corp"
)


def judge_view(judge: Judge) -> JudgeView:
    """A judge's public face."""
    return JudgeView(
        judge.id, judge.name, judge.title, judge.leader, judge.court_id, judge.court.name
    )


def party_view(row: ParticipantRow) -> PartyView:
    """A participant without more of the name than the public may have."""
    official = row.role in {Role.JUDGE, Role.CLERK, Role.PROSECUTOR}
    if row.protected:
        shown = row.label
    elif official:
        shown = row.name
    else:
        shown = masked_name(row.name)
    return PartyView(row.role, row.label, shown, row.protected)


def masked_name(name: str) -> str:
    """张三 → 张某 (法释〔2016〕19号 art. 8); organisations keep their names.

    A long name is an organisation's only when it says so: 阿依古丽·买买提 is a person.
    """
    plain = name.strip()
    if not plain or is_organisation(plain):
        return plain
    return plain[0] + "某" * min(len(plain) - 1, 2)


def is_organisation(name: str) -> bool:
    """Whether a long name says that it is an organisation's."""
    return len(name.strip()) > 4 and _ORGANISATION.search(name.strip()) is not None


def publication_of(hearing: Hearing, mode: PublicationMode) -> Publication | None:
    """The row of one mode."""
    return next((p for p in hearing.publications if p.mode is mode), None)


def released(hearing: Hearing, mode: PublicationMode) -> bool:
    """Whether a mode is released at this moment."""
    row = publication_of(hearing, mode)
    return row is not None and row.state is PublicationState.RELEASED


def pending(hearing: Hearing, mode: PublicationMode) -> bool:
    """Whether a mode waits for its release."""
    row = publication_of(hearing, mode)
    return row is not None and row.state is PublicationState.PENDING


def withdrawn(hearing: Hearing) -> bool:
    """Whether anything of the hearing itself was withdrawn and not released anew.

    The verdict stands apart: it is announced in public even after a closed hearing.
    """
    return any(
        p.state is PublicationState.WITHDRAWN and p.mode is not PublicationMode.VERDICT
        for p in hearing.publications
    )


def open_modes(hearing: Hearing) -> tuple[PublicationMode, ...]:
    """The modes in which the public may have the hearing at this moment."""
    gone, playable = withdrawn(hearing), hearing.state is HearingState.ENDED
    found = []
    for mode in PublicationMode:
        if not released(hearing, mode) or (gone and mode is not PublicationMode.VERDICT):
            continue
        if mode is PublicationMode.LIVE and hearing.state not in ON_AIR:
            continue
        if mode is PublicationMode.REPLAY and not (playable and hearing.last_seq > 0):
            continue
        found.append(mode)
    return tuple(found)


def live_open(hearing: Hearing, now: datetime) -> bool:
    """Whether the public may take the live stream now."""
    if withdrawn(hearing) or not released(hearing, PublicationMode.LIVE):
        return False
    if hearing.state in ON_AIR:
        return True
    ended = hearing.actual_end
    return hearing.state is HearingState.ENDED and ended is not None and now < ended + TAIL


def replay_open(hearing: Hearing) -> bool:
    """Whether the public may take the replay now."""
    return (
        hearing.state is HearingState.ENDED
        and not withdrawn(hearing)
        and released(hearing, PublicationMode.REPLAY)
    )


def media_path(hearing_id: str) -> str:
    """URL path of the playlist, live and later as replay."""
    return f"/media/{hearing_id}/live/{MASTER}"


def card_options() -> tuple[ExecutableOption, ...]:
    """What a query of hearings loads along, so that a list of cards asks once and not per row."""
    judge = selectinload(Hearing.bench).joinedload(HearingJudge.judge)
    return (
        joinedload(Hearing.case),
        joinedload(Hearing.court),
        joinedload(Hearing.courtroom),
        judge.joinedload(Judge.court),
        selectinload(Hearing.publications),
    )


def card_view(session: Session, hearing: Hearing) -> HearingCard:
    """A hearing for a list."""
    playable = replay_open(hearing) and hearing.last_seq > 0
    on_air = hearing.state in ON_AIR and released(hearing, PublicationMode.LIVE)
    live = on_air and not withdrawn(hearing)
    return HearingCard(
        id=hearing.id,
        title=hearing.title,
        case_number=hearing.case.number,
        cause=hearing.case.cause,
        kind=hearing.case.kind,
        procedure=hearing.procedure,
        court_id=hearing.court_id,
        court_name=hearing.court.name,
        courtroom_id=hearing.courtroom_id,
        courtroom_name=hearing.courtroom.name,
        judges=tuple(judge_view(seat.judge) for seat in hearing.bench),
        sole_judge=hearing.sole_judge,
        state=hearing.state,
        scheduled_start=hearing.scheduled_start,
        actual_start=hearing.actual_start,
        actual_end=hearing.actual_end,
        duration=to_seconds(hearing.duration),
        demo=hearing.demo,
        live=live,
        replay=playable,
        still=_still(session, hearing.id) if live or playable else "",
    )


def _still(session: Session, hearing_id: str) -> str:
    query = (
        select(Asset.uri)
        .where(Asset.hearing_id == hearing_id, Asset.kind == "still")
        .order_by(Asset.seq.desc())
        .limit(1)
    )
    uri = session.scalars(query).first()
    return f"/media/{hearing_id}/stills/{uri.rsplit('/', 1)[-1]}" if uri else ""


def publication_view(row: Publication) -> PublicationView:
    """One mode's state."""
    return PublicationView(row.mode, row.state, row.by, row.at, row.reason)


def gate_view(hearing: Hearing) -> GateView | None:
    """The latest gate decision."""
    if not hearing.gate_decisions:
        return None
    row: GateDecisionRow = hearing.gate_decisions[-1]
    return GateView(
        allowed=tuple(PublicationMode(mode) for mode in row.allowed),
        effect=row.effect,
        codes=tuple(row.codes),
        reasons=tuple(row.reasons),
        version=row.version,
        decided_at=row.decided_at,
    )


def policy_view(row: PolicyRow | None) -> PolicyView:
    """The hearing's privacy policy, or the default one."""
    row = row or PolicyRow(
        delay=10.0,
        delay_min=6.0,
        delay_max=30.0,
        faces="all",
        bleep="tone",
        identity_window=True,
        replay_release="person",
        picture_text="person",
        start="auto",
    )
    return PolicyView(
        row.delay,
        row.delay_min,
        row.delay_max,
        row.faces,
        row.bleep,
        row.identity_window,
        row.replay_release,
        row.picture_text,
        row.start,
    )
