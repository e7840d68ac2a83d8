"""Whether a conditional step was due in this hearing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from courtstream.domain.trial import Procedure, Role
from courtstream.rules.procedure.pack import Step
from courtstream.rules.procedure.reading import Reading
from courtstream.rules.procedure.sound import compile_cue

MET = 0.6
UNCLEAR = 0.45

SECOND_INSTANCE = frozenset({Procedure.CIV2, Procedure.CRI2, Procedure.ADM2})

_SMALL_CLAIMS = compile_cue("(小额诉讼|一审终审|小额程序)")
_CUSTODY = compile_cue("(羁押|看守所|提押|押解|带被告人|押到|执行逮捕|被逮捕|法警)")
_BAIL = compile_cue("(取保候审|监视居住)")


def is_due(reading: Reading, step: Step) -> bool:
    """Whether the step had to happen: mandatory ones unless excused, others on their condition."""
    if step.code in reading.pack.optional:
        return step.code == "P06" and not reading.public
    condition = _CONDITIONS.get(step.needs)
    if condition is not None:
        return condition(reading)
    return step.code in reading.pack.mandatory


def has_judgment(reading: Reading) -> bool:
    """Whether judgment was given in this sitting."""
    return any(
        placed.score >= MET and placed.step.code in ("C18", "K30", "A11", "R08", "D16")
        for placed in reading.placed.values()
    )


def conversion(reading: Reading) -> int | None:
    """The line that takes the case to another procedure, None when it stays in its own."""
    for code in ("S07", "A13"):
        placed = reading.placed.get(code)
        if placed is not None and placed.score >= MET:
            return placed.line
    return None


def appeal_lies(reading: Reading) -> bool:
    """Whether a judgment of this sitting may be appealed: first instance, no small claim."""
    if reading.pack.procedure in SECOND_INSTANCE:
        return False
    return not reading.stream.has(_SMALL_CLAIMS, 0, len(reading.stream.plain))


def witness_lines(reading: Reading) -> list[int]:
    """Lines spoken by witnesses or experts."""
    return [line.index for line in reading.stream.lines if line.role is Role.WITNESS]


def _came(reading: Reading, role: Role) -> bool:
    """Whether someone of the role is present or spoke."""
    listed = [p for p in reading.stream.participants if p.role is role]
    if listed:
        return any(p.present for p in listed)
    return any(line.role is role for line in reading.stream.lines)


def _defendant(reading: Reading) -> bool:
    listed = [p for p in reading.stream.participants if p.role is Role.DEFENDANT]
    return not listed or any(p.present for p in listed)


def _unrepresented(reading: Reading) -> bool:
    """A present civil party with nobody to speak for it."""
    listed = [p for p in reading.stream.participants if p.present]
    for role in (Role.PLAINTIFF, Role.DEFENDANT):
        own = [p for p in listed if p.role is role]
        if own and not any("代理" in p.label or p.role is Role.COUNSEL for p in own):
            return True
    return False


def _custody(reading: Reading) -> bool:
    """The accused was brought from custody, so restraints had to come off."""
    stream = reading.stream
    end = len(stream.plain)
    return stream.has(_CUSTODY, 0, end) and not stream.has(_BAIL, 0, end)


def _never(_: Reading) -> bool:
    return False


_CONDITIONS: Mapping[str, Callable[[Reading], bool]] = {
    "third_party": lambda reading: _came(reading, Role.THIRD_PARTY),
    "witness": lambda reading: bool(witness_lines(reading)),
    "defendant": _defendant,
    "judgment": has_judgment,
    "appeal": lambda reading: has_judgment(reading) and appeal_lies(reading),
    "unrepresented": _unrepresented,
    "custody": _custody,
    "mentioned": _never,
}
