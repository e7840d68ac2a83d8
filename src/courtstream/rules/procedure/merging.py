"""Where a court takes the inquiry and the debate together."""

from __future__ import annotations

from courtstream.domain.trial import Role
from courtstream.rules.procedure.reading import Reading
from courtstream.rules.procedure.sound import compile_cue
from courtstream.rules.procedure.stream import Line

_MERGED = compile_cue(
    "(调查|举证|质证|事实)(和|与|及|跟|同|)(法庭|)辩论…(合并|一并|一起|同时|一块)|"
    "(合并|一并|一起|同时|一块)…(调查|举证|质证|事实)(和|与|及|跟|)(法庭|)辩论|"
    "(边|一边)(调查|举证)(边|一边)辩论|(一并|合并)(发表|进行)…(质证|辩论)"
)
_OVER = compile_cue("(结束|终结|完毕|讲完)")


def merged_line(reading: Reading) -> Line | None:
    """Where the court merges inquiry and debate, None where it does not."""
    for start, _ in reading.stream.matches(_MERGED):
        line = reading.stream.line_at(start)
        court = line.role in (Role.JUDGE, Role.UNKNOWN)
        if court and not reading.stream.says(line, _OVER):
            return line
    return None
