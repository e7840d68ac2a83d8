"""One reading of a transcript: where every step of the procedure most likely stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from courtstream.domain.time import MediaTime, seconds
from courtstream.domain.transcript import Transcript
from courtstream.domain.trial import MinuteState, Participant, Procedure, Role
from courtstream.rules.procedure.candidates import Candidate, candidates
from courtstream.rules.procedure.pack import Pack, Step, load_pack
from courtstream.rules.procedure.speakers import guess_speakers
from courtstream.rules.procedure.stages import stage_path
from courtstream.rules.procedure.stream import Line, Stream

PLACE = (1.0, 0.8, 0.5, 0.2)
"""What a candidate is worth at 0, 1, 2 and 3 phases from where it belongs."""

NEAR_BEST = 0.85
CLUSTER = seconds(40)
TURN_WEIGHT = 0.7
ANSWER = 8
CALLED_ONLY = 0.3
"""What a call is worth that nobody answered."""

States = Sequence[tuple[MediaTime, MinuteState]]


@dataclass(frozen=True, slots=True)
class Placed:
    """A step's best place: stream positions, score in 0..1, and how it was found."""

    step: Step
    start: int
    end: int
    score: float
    line: int
    how: str = "cue"


@dataclass(slots=True)
class Reading:
    """Everything steps and rules are judged from."""

    stream: Stream
    pack: Pack
    sole_judge: bool
    public: bool
    states: States
    found: dict[str, list[Candidate]] = field(default_factory=dict)
    path: tuple[int, ...] = ()
    placed: dict[str, Placed] = field(default_factory=dict)

    def phase(self, line: int) -> str:
        """The phase a line stands in."""
        return self.pack.phases[self.path[line]]

    def lines_in(self, first: int, last: int) -> Sequence[Line]:
        """Lines `first`..`last`, both included."""
        return self.stream.lines[max(0, first) : last + 1]

    def start_line(self, code: str) -> int | None:
        """The line a step starts in, None when it has no place."""
        placed = self.placed.get(code)
        return placed.line if placed else None

    def state_at(self, t: MediaTime) -> MinuteState:
        """What the public gets at `t`; live when nothing else was said."""
        state = MinuteState.LIVE
        for since, value in self.states:
            if since <= t:
                state = value
        return state


def read(
    transcript: Transcript,
    procedure: Procedure,
    *,
    sole_judge: bool,
    public: bool,
    participants: Sequence[Participant],
    states: States,
) -> Reading:
    """Read a transcript against the pack of its procedure."""
    pack = load_pack(procedure)
    stream = Stream(_told_apart(transcript), participants)
    reading = Reading(stream, pack, sole_judge, public, states)
    reading.found = candidates(stream, pack)
    reading.path = stage_path(len(stream.lines), pack, reading.found)
    for step in pack.steps:
        placed = _place(reading, step)
        if placed is not None:
            reading.placed[step.code] = placed
    return reading


def _told_apart(transcript: Transcript) -> Transcript:
    """A transcript in which hardly anybody is labelled, with the speakers its words tell."""
    said = transcript.utterances
    unknown = sum(u.role is Role.UNKNOWN for u in said)
    if unknown * 2 <= len(said):
        return transcript
    guesses = zip(said, guess_speakers(said), strict=True)
    return replace(
        transcript,
        utterances=tuple(replace(u, role=g.role) if g is not None else u for u, g in guesses),
    )


def _score(reading: Reading, step: Step, candidate: Candidate) -> float:
    """The cue's weight, less for standing in another part of the hearing."""
    index = {name: i for i, name in enumerate(reading.pack.phases)}
    here = reading.path[candidate.line]
    away = min((abs(index[name] - here) for name in step.phases if name in index), default=0)
    return candidate.weight * PLACE[min(away, len(PLACE) - 1)]


def _place(reading: Reading, step: Step) -> Placed | None:
    """The best place of a step: by its cues, else by a party's own turn."""
    scored = [(_score(reading, step, c), c) for c in reading.found.get(step.code, ())]
    best = max((score for score, _ in scored), default=0.0)
    if best < TURN_WEIGHT and step.turn is not None:
        turn = _own_turn(reading, step)
        if turn is not None:
            return turn
    if best <= 0:
        return None
    good = [(score, c) for score, c in scored if score >= NEAR_BEST * best]
    score, chosen = good[0] if step.pick == "first" else _last_cluster(reading.stream, good)
    if step.starts == "answer":
        return _from_answer(reading, step, chosen, score)
    return Placed(step, chosen.start, chosen.end, score, chosen.line)


def _last_cluster(stream: Stream, good: list[tuple[float, Candidate]]) -> tuple[float, Candidate]:
    """The first of the last few that stand close together."""
    chosen = good[-1]
    for score, candidate in reversed(good):
        if stream.time(chosen[1].start) - stream.time(candidate.start) > CLUSTER:
            break
        chosen = (score, candidate)
    return chosen


def _from_answer(reading: Reading, step: Step, chosen: Candidate, score: float) -> Placed:
    """Begin with the party's own words when the court only called for them."""
    stream, role = reading.stream, step.turn.role if step.turn else None
    line = stream.lines[chosen.line]
    if line.role is role:
        return Placed(step, line.start, chosen.end, score, line.index)
    after = stream.lines[line.index + 1 : line.index + 4]
    for following in after:
        if following.role is Role.JUDGE:
            break
        if following.role in (role, Role.UNKNOWN):
            return Placed(step, following.start, following.end, score, following.index, "answer")
    if line.role is Role.JUDGE and after:
        answered = after[0].length >= ANSWER and _strayed(reading, after[0])
        score *= 0.8 if answered else CALLED_ONLY
    return Placed(step, chosen.start, chosen.end, score, chosen.line)


def _strayed(reading: Reading, line: Line) -> bool:
    """A party's answer under a wrong label: no words of the court in it."""
    if line.role is not Role.JUDGE:
        return True
    return not any(c.line == line.index for found in reading.found.values() for c in found)


def _own_turn(reading: Reading, step: Step) -> Placed | None:
    """The first long turn of the right party in the right part of the hearing."""
    assert step.turn is not None
    after = -1
    for earlier in reading.pack.steps:
        if earlier.code == step.code:
            break
        if earlier.turn is not None and earlier.code in reading.placed:
            after = max(after, reading.placed[earlier.code].line)
    for line in reading.stream.lines[after + 1 :]:
        place = reading.phase(line.index)
        if place in step.phases and line.role is step.turn.role and line.length >= step.turn.least:
            return Placed(step, line.start, line.end, TURN_WEIGHT, line.index, "turn")
    return None
