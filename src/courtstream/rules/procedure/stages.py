"""Where in the hearing a line stands: the likeliest path through the phases (Viterbi)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from courtstream.rules.procedure.candidates import Candidate
from courtstream.rules.procedure.pack import Pack

FORWARD = 0.25
"""Cost of leaving one phase for the next; each skipped phase costs it again."""

BACKWARD = 3.2
"""Cost of each phase the hearing goes back."""


def stage_path(lines: int, pack: Pack, found: Mapping[str, Sequence[Candidate]]) -> tuple[int, ...]:
    """For every line the index of its phase. Empty for an empty transcript."""
    if not lines:
        return ()
    reward = _rewards(lines, pack, found)
    count = len(pack.phases)
    best = [reward[0][s] - FORWARD * s * 2 for s in range(count)]
    back: list[list[int]] = []
    for row in reward[1:]:
        came, following = [], []
        for s in range(count):
            origin = max(range(count), key=lambda o: best[o] - _cost(o, s))
            came.append(origin)
            following.append(best[origin] - _cost(origin, s) + row[s])
        back.append(came)
        best = following
    state = max(range(count), key=best.__getitem__)
    path = [state]
    for came in reversed(back):
        state = came[state]
        path.append(state)
    return tuple(reversed(path))


def _cost(origin: int, target: int) -> float:
    """What a move between phases costs."""
    if target >= origin:
        return FORWARD * (target - origin)
    return BACKWARD * (origin - target)


def _rewards(lines: int, pack: Pack, found: Mapping[str, Sequence[Candidate]]) -> list[list[float]]:
    """What each line says for each phase; a step that fits many phases says little for each."""
    index = {name: i for i, name in enumerate(pack.phases)}
    table = [[0.0] * len(pack.phases) for _ in range(lines)]
    for step in pack.steps:
        places = [index[name] for name in step.phases if name in index]
        for candidate in found.get(step.code, ()):
            for place in places:
                table[candidate.line][place] += candidate.weight * min(1.0, 2 / len(places))
    return table
