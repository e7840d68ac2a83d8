"""The courtroom stream endpoint: what to paste into the encoder, and what is happening."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from courtstream.auth.policy import Action, Target, require
from courtstream.auth.tokens import site_secret
from courtstream.domain.clock import court_day, day_bounds
from courtstream.domain.trial import HearingState
from courtstream.services import paging
from courtstream.services.courtroom import admission, keys, pulls
from courtstream.services.courtroom.seats import seats_of
from courtstream.services.nodes.board import Board
from courtstream.services.nodes.capacity import GIB
from courtstream.services.paging import Page
from courtstream.services.people.scope import courtroom_for, courts_within
from courtstream.services.public import outline
from courtstream.services.publication import shape
from courtstream.services.views import (
    CourtroomPage,
    CourtroomView,
    DeskFacts,
    HearingCard,
    IngestUrls,
    MarkView,
    StreamView,
    UserView,
)
from courtstream.settings import Settings
from courtstream.store.tables import (
    Court,
    Courtroom,
    Hearing,
    Mark,
    RedactionRow,
    Segment,
    Stream,
    User,
)

PAGE = 20
HIDDEN = "••••••••••••••••••••••••••••"

_SAYS: dict[str, tuple[str, str]] = {
    "started": ("处理进程已启动", "the worker has started"),
    "connected": ("编码器已接入", "the encoder is connected"),
    "returned": ("信号已恢复", "the signal is back"),
    "changed": ("信号格式已改变", "the signal has changed its form"),
    "lost": ("信号中断", "the signal is lost"),
    "broken": ("信号损坏，无法解码", "the stream cannot be decoded"),
    "ended": ("已结束", "ended"),
    "no_audio_track": ("信号中没有音频轨", "no audio track"),
    "no_video_track": ("信号中没有视频轨", "no video track"),
    "broken_stream": ("信号损坏，无法解码", "the stream cannot be decoded"),
    "codec_unsupported": ("编码格式不受支持，请用 H.264 与 AAC", "use H.264 and AAC"),
    "journal_damaged": ("庭审日志有损坏行，已跳过", "damaged journal lines were passed over"),
    "rows_lost": ("庭审日志有记录无法读取", "rows of the journal cannot be read"),
    "seal_moved": ("原始录音录像目录损坏，已另目录续录", "the sealed folder is damaged: beside it"),
    "hung_threads": (
        "分析多次挂起，处理进程重新启动",
        "analysis hung repeatedly, starting anew",
    ),
    "full": ("语音分析恢复完整", "speech is read with full care again"),
    "wider_hop": (
        "算力不足：语音窗口间隔加大，画面压缩从简",
        "short of power: speech windows lie further apart, pictures are compressed with less care",
    ),
    "narrow_beam": ("算力不足：语音只读一遍", "short of power: speech is read once only"),
    "small_model": ("算力不足：语音改用小模型", "short of power: the smaller speech model"),
    "mute": ("算力不足：声音静音", "short of power: sound is muted"),
    "analysis_lying": ("画面或语音分析异常，已遮蔽", "analysis failed its check, all hidden"),
}


_ORDERED: dict[str, tuple[str, str]] = {
    "start": ("开播", "the broadcast began"),
    "cut": ("切断播出", "cut"),
    "release": ("恢复播出", "broadcast again"),
    "recess": ("休庭", "recess"),
    "close_segment": ("转为不公开", "closed part"),
    "resume": ("复庭，恢复公开", "resumed"),
    "set_delay": ("调整延时", "delay changed"),
    "end": ("结束庭审", "hearing ended"),
    "hide": ("人工消音", "hidden by hand"),
    "keep": ("人工保留", "kept by hand"),
    "grace_over": (
        "信号中断超过宽限期，恢复后须书记员点“复庭 / 恢复公开”",
        "the signal was away too long: a person has to resume",
    ),
}
"""What people, or rules, ordered."""


def courtrooms(
    session: Session, actor: UserView, now: datetime, page: int = 1
) -> Page[CourtroomView]:
    """Courtrooms the actor may see, by court and name, a page of them."""
    if actor.court_id is not None:
        require(actor, Action.SEE_COURTROOM, Target((actor.court_id,)))
    query = (
        select(Courtroom)
        .join(Courtroom.court)
        .where(Courtroom.court_id.in_(courts_within(session, actor.court_id)))
        .order_by(Court.code, Courtroom.name, Courtroom.id)
        .options(contains_eager(Courtroom.court), selectinload(Courtroom.keys))
    )
    found = paging.of_query(session, query, page, PAGE)
    return found.showing(_view(session, room, now) for room in found.rows)


def courtroom_page(
    session: Session,
    actor: UserView,
    courtroom_id: str,
    settings: Settings,
    board: Board,
    now: datetime,
    fresh_key: str = "",
) -> CourtroomPage:
    """Everything of one courtroom. `fresh_key`: a key made just now, shown this once.

    Raises NotFound, Forbidden.
    """
    room = courtroom_for(session, actor, Action.SEE_COURTROOM, courtroom_id)
    hearing = admission.hearing_now(session, room.id, now) or _last_today(session, room.id, now)
    return CourtroomPage(
        courtroom=_view(session, room, now),
        keys=tuple(keys.key_view(k) for k in reversed(room.keys) if k.purpose == keys.PUSH),
        urls=ingest_urls(room, settings, board, fresh_key),
        sources=pulls.sources(session, room.id),
        streams=_streams(session, room.id),
        marks=_marks(session, hearing.id) if hearing else (),
        today=_today(session, room.id, now),
        status=board.status(hearing.id, now) if hearing else None,
        gate=shape.gate_view(hearing) if hearing else None,
        policy=shape.policy_view(hearing.policy) if hearing else None,
        segments=_count(session, Segment, hearing),
        redactions=_count(session, RedactionRow, hearing),
        desk=_desk(session, hearing, settings, board, now),
        seats=seats_of(room),
    )


def _desk(
    session: Session, hearing: Hearing | None, settings: Settings, board: Board, now: datetime
) -> DeskFacts:
    beat = board.node_beat(hearing.node if hearing and hearing.node else settings.node, now)
    minutes = outline.minutes(session, hearing.id) if hearing else ()
    ids = {minute.by for minute in minutes}
    people = session.scalars(select(User).where(User.id.in_(ids)))
    return DeskFacts(
        minutes=minutes,
        people={user.id: user.name for user in people},
        free_bytes=beat.free_bytes if beat else 0,
        least_bytes=int(settings.admission.least_free_gb * GIB),
        lost=sum(end - start for start, end in outline.missed(session, hearing.id))
        if hearing
        else 0.0,
    )


def seen(session: Session, actor: UserView, courtroom_id: str) -> None:
    """Raises NotFound or Forbidden when the actor may not see the courtroom."""
    courtroom_for(session, actor, Action.SEE_COURTROOM, courtroom_id)


def key_urls(
    session: Session,
    actor: UserView,
    courtroom_id: str,
    settings: Settings,
    board: Board,
    fresh_key: str,
) -> IngestUrls:
    """Where a key made just now is used. Raises NotFound, Forbidden."""
    room = courtroom_for(session, actor, Action.CHANGE_KEY, courtroom_id)
    return ingest_urls(room, settings, board, fresh_key)


def ingest_urls(room: Courtroom, settings: Settings, board: Board, fresh_key: str) -> IngestUrls:
    """The exact words for an encoder; the key is hidden unless it was made just now."""
    host = settings.ingest.public_host or settings.ingest.host
    port = board.rtmp_port(settings.node) or settings.ingest.rtmp_port
    server = f"rtmp://{host}:{port}/live"
    known = keys.in_force(room)
    key = fresh_key or (HIDDEN + known.last4 if known else "")
    whole = f"{server}/{key}"
    command = f'ffmpeg -re -i INPUT -c:v libx264 -g 50 -bf 0 -c:a aac -f flv "{whole}"'
    srt_port = board.srt_port(settings.node) or settings.ingest.srt_port
    secret = keys.passphrase(site_secret(settings.secret_key), known.sha256) if known else ""
    return IngestUrls(
        server,
        key,
        whole,
        command,
        whip=f"{settings.pages_url}/whip",
        srt=f"srt://{host}:{srt_port}",
        srt_ids=(key, f"#!::r={key},m=publish") if key else (),
        srt_passphrase=secret,
    )


def _view(session: Session, room: Courtroom, now: datetime) -> CourtroomView:
    hearing = admission.hearing_now(session, room.id, now)
    known = keys.in_force(room)
    waiting = admission.next_due(session, hearing, now) if hearing else None
    return CourtroomView(
        id=room.id,
        name=room.name,
        court_id=room.court_id,
        court_name=room.court.name,
        key_last4=known.last4 if known else "",
        publishing=bool(hearing and admission.open_streams(session, hearing.id)),
        current=shape.card_view(session, hearing) if hearing else None,
        waiting=shape.card_view(session, waiting) if waiting else None,
    )


def _last_today(session: Session, courtroom_id: str, now: datetime) -> Hearing | None:
    begin, end = day_bounds(court_day(now))
    query = (
        select(Hearing)
        .where(Hearing.courtroom_id == courtroom_id, Hearing.state == HearingState.ENDED)
        .where(Hearing.scheduled_start >= begin, Hearing.scheduled_start < end)
        .order_by(Hearing.scheduled_start.desc())
        .limit(1)
    )
    return session.scalars(query).first()


def _today(session: Session, courtroom_id: str, now: datetime) -> tuple[HearingCard, ...]:
    begin, end = day_bounds(court_day(now))
    query = (
        select(Hearing)
        .where(Hearing.courtroom_id == courtroom_id)
        .where(Hearing.scheduled_start >= begin, Hearing.scheduled_start < end)
        .order_by(Hearing.scheduled_start)
    )
    return tuple(shape.card_view(session, row) for row in session.scalars(query))


def _streams(session: Session, courtroom_id: str) -> tuple[StreamView, ...]:
    query = (
        select(Stream)
        .where(Stream.courtroom_id == courtroom_id)
        .order_by(Stream.started_at.desc())
        .limit(10)
    )
    return tuple(
        StreamView(s.id, s.node, s.protocol, s.started_at, s.seen_at, s.ended_at, s.end_code)
        for s in session.scalars(query)
    )


def _marks(session: Session, hearing_id: str) -> tuple[MarkView, ...]:
    kinds = ("started", "source", "error", "effort", "state", "ended")
    query = (
        select(Mark)
        .where(Mark.hearing_id == hearing_id, Mark.kind.in_(kinds))
        .order_by(Mark.seq.desc())
        .limit(30)
    )
    return tuple(_mark(mark) for mark in session.scalars(query))


def _mark(mark: Mark) -> MarkView:
    if mark.body.get("resumed"):
        lost = float(mark.body.get("lost_seconds") or 0.0)
        zh, en = (
            f"处理进程已重启，缺失 {lost:.1f} 秒",
            f"the worker restarted, {lost:.1f} s are lost",
        )
        return MarkView(mark.at, mark.kind, "restarted", zh, en)
    body = mark.body
    if body.get("command"):
        code = str(body["command"])
        zh, en = _ORDERED.get(code, (code, code))
        return MarkView(mark.at, mark.kind, code, zh, en)
    code = str(body.get("code") or body.get("state") or body.get("effort") or mark.kind)
    zh, en = _SAYS.get(code, (code, code))
    return MarkView(mark.at, mark.kind, code, zh, en)


def _count(session: Session, table: type[Segment] | type[RedactionRow], h: Hearing | None) -> int:
    if h is None:
        return 0
    query = select(func.count()).select_from(table).where(table.hearing_id == h.id)
    return session.scalar(query) or 0
