"""Home addresses in recognised speech: cue, region, road, and above all numbers with 号 or 楼."""

from __future__ import annotations

import re
from collections.abc import Iterator

from courtstream.domain.redaction import Reason
from courtstream.domain.time import seconds
from courtstream.rules.masking.spoken import listed, said_at, said_so, says, sounds_of, table
from media_workers.speech.extent import PUBLIC, Evidence, hidden
from media_workers.speech.heard import DIGIT, LIKE_DIGIT, TENS, Heard
from media_workers.speech.papers import is_paper, names_paper
from media_workers.speech.readings import number_cue, reading_end
from media_workers.speech.usage import is_other_word, is_question, is_sign, otherwise

_N = "0-9十百千甲乙"
_UNIT = re.compile(
    rf"(?<![第月年0-9十百千])[{_N}]{{1,6}}(?:号[院楼月员]?|单元|丹元|楼|室|门(?![外口诊])|栋|院|组|层)"
)
_REGION = re.compile(r"[省市区县镇乡]|自治州")
_ROAD = re.compile(r"[路街巷村苑园屯里道]|胡同|小区")
_NO_HOME = frozenset("院宿户房建")
"""After 住 these make another word."""

_COURT = sounds_of("人民法院")
_EDGE, _BREAK = seconds(1.5), seconds(1.0)
_LEAST, _LONGEST, _FEW_LEFT = 4, 24, 5
"""Signs of a clause that may be a place: at least, at most; so few behind one belong to it."""

_OWNER, _AROUND = 9, 10
_LODGINGS = frozenset({"宿舍", "公寓", "家属"})
"""A company's lodgings are a home."""

_SUM = re.compile("[元块万千]|[0-9]{3}")
_GARBLED, _AHEAD = 3, 8
"""Signs between two parts of an address that may be anything; more when a house's number comes."""


def _groups(heard: Heard, kept: list[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """(first, one past the last, how many units) of numbered parts close to each other."""
    found: list[list[int]] = []
    for match in _UNIT.finditer(heard.text):
        start, end = match.span()
        if any(a <= start < b for a, b in kept):
            continue
        if found and start - found[-1][1] <= 4:
            found[-1][1], found[-1][2] = end, found[-1][2] + 1
        else:
            found.append([start, end, 1])
    for start, end, count in found:
        yield start, _room(heard, end), count


def _room(heard: Heard, end: int) -> int:
    """Past a bare room number soon after the last unit: 四号楼九零一, even when garbled between."""
    for index in range(end, min(len(heard.signs) - 1, end + 7)):
        if heard.start(index) - heard.end(index - 1) > _BREAK:
            break
        if number_cue(heard, index, index + 1) == index or _other_number(heard, index):
            break
        if heard.signs[index].kind in {DIGIT, TENS} and heard.signs[index + 1].kind == DIGIT:
            last = number_cue(heard, index, reading_end(heard, index))
            return end if heard.text[last : last + 1] in tuple("元万月年块") else last
    return end


def _other_number(heard: Heard, at: int) -> bool:
    """Whether a sum, a year, or a paper or its number begins here (邮编)."""
    if names_paper(heard, at):
        return True
    if heard.signs[at].kind not in {DIGIT, TENS}:
        return False
    return PUBLIC.match(heard.text, at) is not None or is_paper(heard, at)


def _cue(heard: Heard, at: int) -> int:
    """Length of a word at `at` that announces an address; written as another word it is that."""
    size = said_at(heard.sounds, at, listed("address", "cues"))
    return 0 if is_other_word(heard, at, size) else size


def _cue_end(heard: Heard, start: int, reach: int = 26) -> int | None:
    """One past the nearest address cue before sign `start`, or None."""
    for at in range(start - 1, max(-1, start - reach), -1):
        size = _cue(heard, at)
        if size >= 2 or (size and (heard.text[at] == "住" or _region_near(heard, at + 1))):
            return _skip(heard, at + size)
    return None


def _another(heard: Heard, at: int) -> bool:
    """Whether one more cue stands here. 住 must be written so: 珠海 and 诸暨 begin like it."""
    size = _cue(heard, at)
    return size > 1 or (size == 1 and heard.text[at] == "住")


def _no_telling(heard: Heard, at: int) -> bool:
    """What makes a cue a question or a mention, unless it is a syllable of a place (和平区)."""
    if heard.text[at : at + 1] in tuple(table("copula")["question_signs"]):
        return is_sign(heard, at)
    return otherwise(heard, at, "address", "unless")


def _region_near(heard: Heard, at: int) -> bool:
    """A city or a district by its sound soon after `at`."""
    return any(sound in {"qu", "xian"} for sound in heard.sounds[at + 1 : at + 8])


def _skip(heard: Heard, at: int) -> int:
    while at < len(heard.text) and heard.text[at] in "是为在址地号了":
        at += 1
    return at


def _names_start(heard: Heard, start: int, cue: int | None) -> int:
    """Where the names of region and road before the first number begin."""
    floor = cue if cue is not None else max(0, start - 22)
    marks = [floor + match.start() for match in _REGION.finditer(heard.text[floor:start])] or [
        max(floor, start - 4)
    ]
    first = start
    for mark in reversed(marks):
        if first - mark > 10:
            break
        first = mark
    return floor if cue is not None and first - floor <= 8 else max(floor, first - 3)


def _placed(heard: Heard, start: int) -> bool:
    before = heard.text[max(0, start - 16) : start]
    if _REGION.search(before) and _ROAD.search(before[-4:]):
        return True
    first = max(0, start - 16)
    regions = _sounds_of_place(heard, first, start, "region_sounds")
    return bool(regions) and start in _sounds_of_place(heard, first, start, "road_sounds")


def _office(heard: Heard, end: int) -> bool:
    """Whether 人民法院 follows: the court's address, not a home."""
    return any(says(heard.sounds, at, _COURT) for at in range(end, min(len(heard.signs), end + 8)))


def _owned(heard: Heard, end: int) -> bool:
    """Whether a company is named right behind the number: it sits there, nobody lives there."""
    owners = listed("public", "owners")
    over = heard.clause_end(end, _OWNER)
    if end in heard.rests or heard.marked(end - 1):
        return False
    return any(
        said_so(heard.sounds, at, owners) and heard.text[over - 2 : over] not in _LODGINGS
        for at in range(end, over)
    )


def _count(heard: Heard, start: int) -> bool:
    """小区有七栋楼: how many there are."""
    return heard.text[start - 1 : start] in tuple(table("address")["counted"])


def _event(heard: Heard, start: int, end: int) -> bool:
    """Something happened there: a crossing, an accident."""
    around = range(max(0, start - _AROUND), min(len(heard.signs), end + _AROUND))
    return any(said_so(heard.sounds, at, listed("address", "incident")) for at in around)


def _sounds_of_place(heard: Heard, start: int, end: int, key: str) -> list[int]:
    """Where between two signs a word for a region or a road ends, by its sound."""
    words = listed("address", key)
    found = ((at, said_at(heard.sounds, at, words)) for at in range(start, end))
    return [at + size for at, size in found if size and at + size <= end]


def numbered(heard: Heard, kept: list[tuple[int, int]]) -> Iterator[Evidence]:
    """Addresses with a house number."""
    for start, end, units in _groups(heard, kept):
        cue = _cue_end(heard, start)
        inner = re.search("单元|丹元|号楼|楼|室|栋|号院", heard.text[start:end]) is not None
        named = cue is not None and (
            bool(_REGION.search(heard.text[cue:start]))
            or bool(_sounds_of_place(heard, cue, start, "region_sounds"))
            or start in _sounds_of_place(heard, cue, start, "road_sounds")
        )
        if not (
            named
            or (cue is not None and units >= 2)
            or (units >= 2 and inner)
            or _placed(heard, start)
        ):
            continue
        unsure = cue is None and units < 2 and heard.end(end - 1) > heard.window.end - _EDGE
        if unsure or _office(heard, end) or _owned(heard, end):
            continue
        if cue is None and (_count(heard, start) or _event(heard, start, end)):
            continue
        first, end = _names_start(heard, start, cue), _clause_end(heard, end)
        yield Evidence(
            hidden(heard, first, end - 1, 2), Reason.ADDRESS, first, end - 1, 0.8, cue is not None
        )


def _clause_end(heard: Heard, end: int) -> int:
    """The end of the clause when few signs are left of it: 旁边的平房, 东屋, a garbled 屯."""
    if end in heard.rests or heard.marked(end - 1):
        return end
    over = heard.clause_end(end, _FEW_LEFT + 1)
    few = over - end <= _FEW_LEFT and over < len(heard.signs)
    return over if few and not _SUM.search(heard.text[end:over]) else end


def told_where(heard: Heard) -> Iterator[Evidence]:
    """The clause after a cue that can only announce a home, whatever was recognised of it."""
    for at in range(len(heard.signs)):
        size = said_so(heard.sounds, at, listed("address", "sure"))
        begin = _skip(heard, at + size)
        if not size or is_question(heard, begin) or begin in heard.rests:
            continue
        if at + size in heard.rests or _no_telling(heard, begin):
            continue
        if _another(heard, begin):
            continue  # 户籍地、现住址、身份证号码: asked for, not told
        end = heard.clause_end(begin, _LONGEST)
        end = _numbers_end(heard, number_cue(heard, begin, end))
        if end - begin >= _LEAST and not _office(heard, end) and not heard.marked(at + size - 1):
            span = hidden(heard, begin, end - 1, 2)
            yield Evidence(span, Reason.ADDRESS, begin, end - 1, 0.6, True)


def house_numbers(heard: Heard, kept: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """(first, one past the last) of numbered parts that only an address has, the court's aside."""
    for start, end, units in _groups(heard, kept):
        inner = re.search("单元|丹元|号楼|号[院月]|楼|室|栋", heard.text[start:end])
        road = _ROAD.search(heard.text[max(0, start - 2) : start])
        if (inner or road or units >= 2) and not _office(heard, end):
            yield start, end


def named(heard: Heard) -> Iterator[Evidence]:
    """A cue, then a region and a road or village, with the number lost or none.

    By their sounds: a recogniser writes 县 as 线 and 街 as 解, and the numbers after them as
    words. 住 alone, which sounds like much else, must be written so and have a number behind the
    road, unless it says who does; 住院 is no home.
    """
    for at in range(len(heard.signs)):
        size = _cue(heard, at)
        begin = _skip(heard, at + size)
        if not size or is_question(heard, begin):
            continue
        if size < 2 and (heard.text[at] != "住" or heard.text[begin : begin + 1] in _NO_HOME):
            continue
        if _another(heard, begin):
            continue
        # 我住… tells of a home; 住 by itself may be half of another word
        alone = size < 2 and heard.text[at - 1 : at] not in tuple(table("address")["dwellers"])
        end = _place_end(heard, begin, numbered=alone)
        if end is not None and not _office(heard, end):
            end = _clause_end(heard, end)
            span = hidden(heard, begin, end - 1, 3)
            yield Evidence(span, Reason.ADDRESS, begin, end - 1, 0.6, True)


def _place_end(heard: Heard, begin: int, numbered: bool) -> int | None:
    """One past a region, the road or village after it, and what numbers follow; None without."""
    stop = min(len(heard.signs), begin + 18)
    near = begin + (7 if numbered else 10)
    regions = _sounds_of_place(heard, begin, min(stop, near), "region_sounds")
    regions += [begin + m.end() for m in _REGION.finditer(heard.text[begin : min(stop, near - 1)])]
    roads = _sounds_of_place(heard, begin, stop, "road_sounds")
    after = [end for end in roads if regions and end > min(regions) + 1]
    if not after:
        return None
    end = _numbers_end(heard, max(after))
    return end if not numbered or end > max(after) + 1 else None


def _numbers_end(heard: Heard, end: int) -> int:
    """Past the numbers of house, floor and room that follow a road, and what is between them."""
    last = at = end
    while at < len(heard.signs) and at - last <= _AHEAD:
        if at in heard.rests or (at and heard.start(at) - heard.end(at - 1) > _BREAK):
            break
        if number_cue(heard, at, at + 1) == at or _other_number(heard, at):
            break
        size = _part(heard, at)
        if size and (at - last <= _GARBLED or size > 1):
            last = at + size
        at = max(at + 1, last)
    return last


def _part(heard: Heard, at: int) -> int:
    """Length of a number at `at` with the word it counts, by sound; a digit counts without."""
    end = at
    while end < len(heard.signs) and heard.signs[end].kind in {DIGIT, TENS, LIKE_DIGIT}:
        end += 1
    if end == at:
        return 0
    size = said_at(heard.sounds, end, listed("address", "part_sounds"))
    known = end - at > 1 or any(heard.signs[n].kind != LIKE_DIGIT for n in range(at, end))
    return end - at + size if size or known else 0
