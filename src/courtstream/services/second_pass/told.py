"""第二遍复核: what the journal says of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from courtstream.control.protocol import JournalRow
from courtstream.services.transcripts import corrections, listening
from courtstream.store.tables import Hearing, MomentRow, MomentVerdict, PassState, SecondPassRow


def told(session: Session, hearing: Hearing, row: JournalRow, at: datetime) -> None:
    """A journal row about the second pass: how far it is, that it is over, what was made anew."""
    known = session.get(SecondPassRow, hearing.id)
    if known is None:
        known = SecondPassRow(hearing_id=hearing.id, state=PassState.WAITING, asked_at=at)
        session.add(known)
    body, state = row.body, str(row.body.get("state", ""))
    known.told_at = at
    if listening.told(session, hearing, body, at):
        return
    if state == "remade":
        known.replaced = [*(known.replaced or []), *map(str, body.get("replaced", ()))]
        corrections.made(session, hearing.id, map(str, body.get("sounds", ())), at)
        for n in body.get("moments", ()):
            moment = session.get(MomentRow, (hearing.id, int(n)))
            if moment is not None:
                moment.remade, moment.verdict = True, MomentVerdict.HIDE
    elif state == "failed":
        known.state, known.code = PassState.FAILED, str(body.get("code", ""))[:64]
    elif state in {"running", "done"}:
        known.state = PassState(state)
        known.done, known.length = float(body.get("done", 0)), float(body.get("of", 0))
        known.finished_at = at if state == "done" else None


def found(session: Session, hearing: Hearing, body: Mapping[str, Any]) -> None:
    """A journal row of one moment."""
    session.merge(
        MomentRow(
            hearing_id=hearing.id,
            n=int(body["n"]),
            start=int(body["start"]),
            end=int(body["end"]),
            t=int(body.get("t", body["start"])),
            why=str(body["why"])[:32],
            score=float(body.get("score", 0.0)),
            visible=float(body.get("visible", 0.0)),
            box=list(body.get("box", ())),
            image=str(body.get("image", ""))[:40],
            verdict=None,
            remade=False,
        )
    )
