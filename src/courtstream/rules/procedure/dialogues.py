"""Steps told by who speaks to whom, and where, when no words of the step were heard.

A step names its exchange in `dialogue`. What is found here counts less than words do, and says
in its explanation that it comes from the exchange.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from courtstream.domain.trial import Role
from courtstream.rules.procedure.closing_dialogues import final, last_word
from courtstream.rules.procedure.inquiry_dialogues import questions_by, shown_by, witness
from courtstream.rules.procedure.landmarks import DEFENCE, ENOUGH, PARTIES, PROSECUTION
from courtstream.rules.procedure.merging import merged_line
from courtstream.rules.procedure.opening_dialogues import attendance, identity, names, ready, rise
from courtstream.rules.procedure.reading import Placed, Reading
from courtstream.rules.procedure.stream import Line

WEIGHT = 0.7
_TOLD: Mapping[str, Callable[[Reading], Line | None]] = {
    "rise": rise,
    "attendance": attendance,
    "ready": ready,
    "identity": identity,
    "names": names,
    "witness": witness,
    "asks_PR": questions_by(Role.PROSECUTOR, 2),
    "asks_L": questions_by(Role.COUNSEL, 1),
    "shows_PR": shown_by(PROSECUTION),
    "shows_parties": shown_by(PARTIES, alone=False),
    "shows_L": shown_by(DEFENCE),
    "merged": merged_line,
    "final": final,
    "last": last_word,
}


def exchanges(reading: Reading) -> None:
    """Place the steps that only their exchange tells, where words did not."""
    for step in reading.pack.steps:
        tell = _TOLD.get(step.dialogue)
        heard = reading.placed.get(step.code)
        if tell is None or (heard is not None and heard.score >= ENOUGH):
            continue
        line = tell(reading)
        if line is not None:
            reading.placed[step.code] = Placed(
                step, line.start, min(line.start + 1, line.end), WEIGHT, line.index, "dialogue"
            )
