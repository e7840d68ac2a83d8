"""The procedure steps of a hearing as far as it has got: live chapters before any scorecard."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

from sqlalchemy.orm import Session

from courtstream.domain.scoring import Outcome, StepFinding
from courtstream.domain.time import MediaTime, to_seconds
from courtstream.domain.trial import HearingState
from courtstream.rules.procedure import PackInvalid, assess
from courtstream.services.publication import heard
from courtstream.services.scoring.facts import transcript_of
from courtstream.services.scoring.names import step_titles
from courtstream.services.views import Chapter
from courtstream.store.tables import Hearing

FRESH = 12.0
"""Seconds an answer is used again: reading the whole transcript is not free."""

_KEPT = 64


class StepsNow:
    """Steps recognised so far by hearing, worked out at most once in `FRESH` seconds."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[float, int, tuple[StepFinding, ...]]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, session: Session, hearing: Hearing) -> tuple[StepFinding, ...]:
        """The steps found, in order of time; empty where no pack knows the procedure."""
        with self._lock:
            known = self._known.get(hearing.id)
        now = time.monotonic()
        if known is not None and (now - known[0] < FRESH or known[1] == hearing.last_seq):
            return known[2]
        found = found_steps(session, hearing)
        with self._lock:
            self._known[hearing.id] = (now, hearing.last_seq, found)
            self._known.move_to_end(hearing.id)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return found


def found_steps(session: Session, hearing: Hearing) -> tuple[StepFinding, ...]:
    """The steps met in what was said until now, by their beginning."""
    transcript = transcript_of(session, hearing.id)
    try:
        found, _ = assess(
            transcript, hearing.procedure, sole_judge=hearing.sole_judge, public=hearing.public
        )
    except PackInvalid:
        return ()
    placed = [step for step in found if step.outcome is Outcome.MET and step.span is not None]
    return tuple(sorted(placed, key=_start))


def step_at(steps: tuple[StepFinding, ...], t: MediaTime) -> str:
    """The code of the step that had begun last at `t`, empty before the first."""
    begun = [step for step in steps if _start(step) <= t]
    return begun[-1].code if begun else ""


def _start(step: StepFinding) -> MediaTime:
    return step.span.start if step.span is not None else 0


def live_chapters(session: Session, hearing_id: str, steps: StepsNow) -> tuple[Chapter, ...]:
    """The steps of a hearing on air that the public has already heard, as chapters."""
    hearing = session.get(Hearing, hearing_id)
    if hearing is None or hearing.state is HearingState.ENDED:
        return ()
    aired, found = heard.reached(session, hearing), []
    for step in steps.of(session, hearing):
        if step.span is None or step.span.start > aired:
            continue
        zh, en = step_titles(hearing.procedure, step.code)
        span = step.span
        found.append(
            Chapter(
                step.code, zh, en, to_seconds(span.start), to_seconds(span.end), step.confidence
            )
        )
    return tuple(found)
