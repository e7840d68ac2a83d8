"""What a cue announces is private to the end of its clause, however it was recognised.

The names of illnesses, of accounts and of papers are words that a recogniser has never met: it
writes others for them. So nothing in the words themselves is asked for after a cue that leaves no
doubt; after one that does, something that sounds like the end of such a name.
"""

from __future__ import annotations

from collections.abc import Iterator

from courtstream.domain.redaction import Reason
from courtstream.rules.masking.spoken import Told, said_at, said_so, told
from media_workers.speech.extent import Evidence, hidden
from media_workers.speech.heard import DIGIT, LETTERS, Heard
from media_workers.speech.usage import is_other_word, is_question, says_else, skip_copula


def announced(heard: Heard) -> Iterator[Evidence]:
    """Every clause that a cue of `told` opens."""
    for at in range(len(heard.signs)):
        for cue in told():
            size = said_so(heard.sounds, at, cue.words)
            alone = size == 1 and heard.text[at] not in cue.signs  # 换 and 环 sound like 患
            if size and not alone and not is_other_word(heard, at, size):
                found = _clause(heard, at + size, cue)
                if found:
                    yield found
                break


def _clause(heard: Heard, cue_end: int, cue: Told) -> Evidence | None:
    """The rest of the clause after the cue; None where it says something else."""
    begin = skip_copula(heard, cue_end)
    over = cue_end in heard.rests or (
        cue_end > 0 and heard.marked(cue_end - 1) and begin == cue_end
    )
    other = any(says_else(heard, at, cue.unless, cue.signs) for at in (cue_end, begin))
    if over or other or is_question(heard, begin):
        return None
    end = _end(heard, begin, cue)
    if end - begin < cue.least or not _sounds_so(heard, begin, end, cue):
        return None
    return Evidence(hidden(heard, begin, end - 1), Reason(cue.reason), begin, end - 1, 0.7, True)


def _end(heard: Heard, begin: int, cue: Told) -> int:
    """One past the last sign: the clause's end, or where its last word or another matter begins."""
    end = heard.clause_end(begin, cue.most)
    for at in range(begin + 1, end):
        if said_at(heard.sounds, at, cue.until):
            return at
        size = said_at(heard.sounds, at, cue.last)
        if size and heard.digits[at - 1].isdigit():
            return min(end, at + size)
    return end


def _sounds_so(heard: Heard, begin: int, end: int, cue: Told) -> bool:
    """Whether the clause holds what the cue asks for: an ending, or digits and letters."""
    if cue.codes:
        kinds = [sign.kind for sign in heard.signs[begin:end]]
        return sum(kind in {DIGIT, LETTERS} for kind in kinds) >= cue.codes
    if not cue.endings:
        return True
    return any(
        0 < size <= end - at and not is_other_word(heard, at, 2)
        for at in range(begin, end)
        if (size := said_at(heard.sounds, at, cue.endings))
    )
