"""Who speaks: guessed from the words, told by the voice, put right by hand."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import InvalidInput, NotFound, SealBroken
from courtstream.domain.trial import Role
from courtstream.rules.procedure.speakers import guess_speakers
from courtstream.services.people import audit
from courtstream.services.people.scope import hearing_for
from courtstream.services.scoring.facts import transcript_of
from courtstream.services.views import UserView
from courtstream.services.work import Work
from courtstream.settings import Settings
from courtstream.store.tables import Hearing, UtteranceRow

LONGEST = 20
GUESS, VOICE, PERSON = "guess", "voice", "person"
"""What may have named a speaker, beside `channel` and `words`; only a guess gives way."""


def name_speaker(
    session: Session,
    actor: UserView,
    hearing_id: str,
    seq: int,
    role: str,
    label: str,
    everywhere: bool,
    now: datetime,
) -> int:
    """Set role and seat label of a turn; `everywhere`: of all turns that carry the same label now.

    The label is a seat such as 审判长, never a name: one that is a participant's name is refused.
    Gives how many turns changed. Raises NotFound, Forbidden, InvalidInput.
    """
    hearing = hearing_for(session, actor, Action.NAME_SPEAKER, hearing_id)
    row = session.get(UtteranceRow, (hearing_id, seq))
    if row is None:
        raise NotFound
    if role not in set(Role):
        raise InvalidInput("未知角色 / unknown role")
    label = label.strip()[:LONGEST]
    if any(p.name and p.name in label for p in hearing.case.participants):
        raise InvalidInput("请填席位称谓，不填姓名 / a seat, not a name")
    rows = [row]
    if everywhere and (row.speaker or row.role is not Role.UNKNOWN):
        query = select(UtteranceRow).where(
            UtteranceRow.hearing_id == hearing_id,
            UtteranceRow.speaker == row.speaker,
            UtteranceRow.role == row.role,
        )
        rows = list(session.scalars(query))
    for one in rows:
        one.role, one.speaker, one.told_by = Role(role), label, PERSON
    detail = {"turns": len(rows), "role": role}
    audit.append(session, actor.id, "speaker_named", hearing_id, detail, now)
    return len(rows)


async def find(
    work: Work, settings: Settings, actor: UserView, hearing_id: str, now: datetime
) -> int:
    """Label the turns nobody has labelled, by words and voices; how many were labelled.

    A hearing without a sealed original is labelled by words alone. Raises NotFound, Forbidden,
    SealBroken.
    """
    turns = await work.reading(unlabelled, actor, hearing_id)
    folder = settings.hearings / hearing_id / "sealed"
    found = by_words(turns)
    if folder.is_dir():
        found = {**found, **await _by_voice(turns, folder, settings.master_key)}
    return await work.writing(label, actor, hearing_id, found, now)


def unlabelled(session: Session, actor: UserView, hearing_id: str) -> list[dict[str, Any]]:
    """Every turn with its guess, as the voice tool takes them. `known`: it has a label already."""
    hearing_for(session, actor, Action.NAME_SPEAKER, hearing_id)
    query = (
        select(UtteranceRow)
        .where(UtteranceRow.hearing_id == hearing_id)
        .order_by(UtteranceRow.start, UtteranceRow.seq)
    )
    rows = list(session.scalars(query))
    named = transcript_of(session, hearing_id).utterances
    said = [
        replace(u, role=Role.UNKNOWN, speaker="") if row.told_by == GUESS else u
        for row, u in zip(rows, named, strict=True)
    ]
    return [
        {
            "seq": row.seq,
            "start": u.span.start,
            "end": u.span.end,
            "role": guess.role.value if guess else Role.UNKNOWN.value,
            "label": guess.label if guess else "",
            "sure": bool(guess and guess.sure),
            "known": u.role is not Role.UNKNOWN,
        }
        for row, u, guess in zip(rows, said, guess_speakers(said), strict=True)
    ]


def by_words(turns: Iterable[Mapping[str, Any]]) -> dict[int, tuple[str, str]]:
    """What the words say of the turns nobody has labelled."""
    return {
        turn["seq"]: (turn["role"], turn["label"])
        for turn in turns
        if not turn["known"] and turn["role"] != Role.UNKNOWN.value
    }


def label(
    session: Session,
    actor: UserView,
    hearing_id: str,
    found: Mapping[int, tuple[str, str]],
    now: datetime,
) -> int:
    """Put labels on turns that have none or a guess; a person's word is never overwritten."""
    session.get_one(Hearing, hearing_id)
    done = 0
    for seq, (role, seat) in found.items():
        row = session.get(UtteranceRow, (hearing_id, seq))
        if row is not None and _open(row) and role in set(Role):
            row.role, row.speaker, row.told_by = Role(role), seat[:LONGEST], VOICE
            done += 1
    audit.append(session, actor.id, "speakers_found", hearing_id, {"turns": done}, now)
    return done


def _open(row: UtteranceRow) -> bool:
    """Whether nobody and nothing sure has named the speaker."""
    return row.role is Role.UNKNOWN or row.told_by == GUESS


async def _by_voice(
    turns: list[dict[str, Any]], folder: Path, key: Path
) -> dict[int, tuple[str, str]]:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "media_workers", "speakers", str(folder), str(key)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    out, _ = await child.communicate(json.dumps({"turns": turns}).encode())
    if child.returncode:
        raise SealBroken("speakers")
    rows = json.loads(out)["turns"]
    return {row["seq"]: (str(row["role"]), str(row["label"])) for row in rows}
