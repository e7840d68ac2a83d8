"""A text is checked and signed: draft_asr → checked → signed (法释〔2017〕5号 art. 6)."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import Conflict, InvalidInput
from courtstream.domain.transcript import TranscriptState
from courtstream.domain.trial import HearingState
from courtstream.services.people import audit
from courtstream.services.people.scope import hearing_for
from courtstream.services.transcripts.revisions import current, open_revision
from courtstream.services.views import UserView
from courtstream.store.tables import TranscriptRevision


def check(session: Session, actor: UserView, hearing_id: str, now: datetime) -> TranscriptRevision:
    """A person has read it all: draft_asr → checked. Raises Conflict, Forbidden, NotFound."""
    hearing = hearing_for(session, actor, Action.EDIT_TRANSCRIPT, hearing_id)
    if hearing.state is not HearingState.ENDED:
        raise Conflict("庭审尚未结束 / the hearing is not over")
    newest = current(session, hearing_id) or open_revision(session, hearing, actor.id, now)
    if newest.state is not TranscriptState.DRAFT_ASR:
        raise Conflict("该修订已核对 / this revision has been checked")
    newest.state, newest.checked_at, newest.checked_by = TranscriptState.CHECKED, now, actor.id
    detail = {"revision": newest.number}
    audit.append(session, actor.id, "transcript_checked", hearing_id, detail, now)
    return newest


def sign(
    session: Session, actor: UserView, hearing_id: str, capacity: str, now: datetime
) -> TranscriptRevision:
    """Sign a checked revision; others may add theirs. The text can change no more.

    Raises Conflict when it has not been checked or the person has signed as this already.
    """
    hearing_for(session, actor, Action.SIGN_TRANSCRIPT, hearing_id)
    newest = current(session, hearing_id)
    if newest is None or newest.state is TranscriptState.DRAFT_ASR:
        raise Conflict("须先核对再签署 / check it first")
    if not capacity.strip() or len(capacity) > 20:
        raise InvalidInput("须注明签署身份 / say in which capacity")
    if any((s["by"], s["capacity"]) == (actor.id, capacity) for s in newest.signatures):
        raise Conflict("已签署 / signed already")
    if newest.state is TranscriptState.SIGNED and newest.sha256 != digest(newest):
        raise Conflict("内容与签署时不符 / the text is not what was signed")
    signature = {"by": actor.id, "capacity": capacity.strip(), "at": now.isoformat()}
    newest.signatures = [*newest.signatures, signature]
    newest.state, newest.signed_at = TranscriptState.SIGNED, newest.signed_at or now
    newest.sha256 = newest.sha256 or digest(newest)
    detail = {"revision": newest.number, "sha256": newest.sha256, "capacity": capacity.strip()}
    audit.append(session, actor.id, "transcript_signed", hearing_id, detail, now)
    return newest


def digest(of: TranscriptRevision) -> str:
    """SHA-256 over every turn of a revision: what the signatures stand for."""
    rows = [[t.turn_id, t.start, t.end, t.role.value, t.speaker, t.text] for t in of.turns]
    text = json.dumps([of.hearing_id, of.number, rows], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
