"""Home addresses by grammar: region, road or estate, number, building, unit, room.

Province, city and county or district may stay public (法释〔2016〕19号 art. 11): `region_end` tells
how far that part of an address reaches.
"""

from __future__ import annotations

import re
from functools import cache

from courtstream.rules.masking.catalogue import alternatives, catalogue
from courtstream.rules.masking.spans import TextSpan

_N = "0-9０-９零〇一二三四五六七八九十百千幺两甲乙丙丁"
_UNIT = "号院|号楼|号|公寓|宿舍|栋|幢|座|单元|楼|门|层|室|房|户|组|队|区|期|弄|排|院|社"
_DASHED = r"(?<![0-9])[0-9]{1,3}(?:[-－—][0-9]{1,4}){1,3}(?![0-9])"
_LETTERED = r"[A-Za-z]\s?(?:座|栋|幢|区|楼)"
_ROAD = (
    "大街|街道|社区|小区|花园|家园|公寓|新村|新城|广场|胡同|大道|街坊|路|街|道|巷|弄|"
    "里|条|苑|园|村|屯|庄|坊|寨|湾|镇|乡|庭|居|府|堡|寺|桥|段"
)
_HAN = r"\u4e00-\u9fff"
_STOP = re.compile(
    r"[，。、；：！？,.;:!?\s（）()“”]"
    r"|户籍所在地|户籍地址|户籍地|户籍|籍贯|所在地|居住地|住所地|出生地|经常居住|地址|住址|确认为|位于|坐落于|坐落在"
    r"|租住|居住|现住|家住|住在|老家|娘家|婆家|[在是为到住址寄搬我他她您至到了]"
)


@cache
def _tail() -> re.Pattern[str]:
    unit = rf"(?:[{_N}]+(?:{_UNIT})|{_LETTERED}|{_DASHED})(?:[东西南北](?=[{_N}]|$))?"
    direction = "[东西南北中]?(?:段|侧|里|区)?"
    estate = (
        rf"(?:[{_HAN}]{{0,8}}?(?:宿舍楼|家属楼|公寓楼|家属院|大院)|(?:(?![住在搬])[{_HAN}]){{1,8}}?(?:小区|校区|花园|家园|"
        rf"公寓|宿舍|新村|新城|新天地|广场|国际|大厦|苑|园|社区|村|屯)){direction}"
    )
    estates = rf"(?:{estate}){{1,3}}[，, ]?(?=[{_N}]|{_LETTERED})"
    return re.compile(
        rf"(?:{unit}(?:附|[甲乙丙丁])?[，, ]?(?:{estates})?)+"
        rf"(?:(?<![条款项年月])[{_N}]{{2,5}}(?:杠[{_N}]{{1,4}})?(?:室|房)?"
        rf"(?![{_N}]*[元块万年月日天次个])|(?<=[栋幢元楼座])[{_N}](?=[，。；、,;！？\s]|$))?"
        rf"(?:[东西南北中][边面]?户)?"
    )


@cache
def _road() -> re.Pattern[str]:
    return re.compile(rf"(?:{_ROAD})(?:[东西南北中])?(?:段|侧|里|区|头)?$")


@cache
def _block() -> re.Pattern[str]:
    """A road, and a block of flats of whoever built it: 柳荫街道粮食局家属楼."""
    return re.compile(rf"(?:{_ROAD})[{_HAN}]{{0,8}}?(?:家属楼|宿舍楼|公寓楼|家属院|大院)$")


@cache
def _cue() -> re.Pattern[str]:
    return re.compile(
        rf"(?:{alternatives(catalogue().tables['address']['cues'])})(?:[是为在了：:，,]|地址|那边){{0,3}}$"
    )


@cache
def _named() -> re.Pattern[str]:
    """A region with a road, estate or village after it, without any number."""
    return re.compile(
        rf"[{_HAN}]{{2,12}}?(?:省|市|区|县|旗|州)[{_HAN}]{{1,14}}?(?:街道|镇|乡|村|屯|社区|小区|花园|家园|公寓|苑|路|街|胡同)"
        rf"(?:[{_HAN}]{{1,8}}?(?:村|屯|社区|小区|花园|家园|公寓|苑|路|街))*"
        rf"(?:(?<=村)(?:村?委会)?[{_HAN}]{{1,5}}?组)?"
    )


_HOSPITAL = re.compile("[省市县州][一二三四五六七八九十]院")
_LIVED = re.compile("的?(?:住户|居民|村民|租户|业主(?!委员会|大会))")
"""After a place without a number: who lives there."""

_REGION = re.compile(
    rf"^(?:[{_HAN}]{{2,8}}?(?:省|自治区|特别行政区))?"
    rf"(?:[{_HAN}]{{2,7}}?(?:自治州|地区|盟|市))?"
    rf"(?:[{_HAN}]{{1,7}}?(?:新区|开发区|自治县|区|县|旗|市))?"
)


def region_end(address: str) -> int:
    """How many characters of `address` are province, city and county, which may stay."""
    match = _REGION.match(address)
    return match.end() if match else 0


def _left(text: str, end: int) -> int:
    """Where the place names that end at `end` begin."""
    floor = max(0, end - 30)
    stops = [match.end() for match in _STOP.finditer(text, floor, end)]
    return max(stops, default=floor)


def _clause(text: str, start: int) -> str:
    return re.split(r"[。；！？\n]", text[max(0, start - 60) : start])[-1]


def _stays(text: str, start: int, end: int) -> bool:
    """An address of the court, an office or a company, or the place of an event."""
    tables = catalogue().tables
    offices = alternatives(tables["keep"]["organisations"])
    if re.search("本院|我院|法院|法庭|诉讼服务", text[start:end]):
        return True
    before, after = _clause(text, start), text[end : end + 20]
    if re.match(rf"(?:[{_N}]+号院?)?[{_HAN}]{{0,10}}?(?:{offices})", after):
        return True
    personal = alternatives(tables["keep"]["personal"])
    person = "员工|职员|职工|经理|工作|上班|同事"
    place = (
        rf"(?:{offices})(?:(?!{person})[^。；]){{0,40}}(?:住所地|位于|注册地|办公地|设在)"
        rf"|(?:{offices})[的，,]?(?:地址|登记在)"
    )
    if re.search(place, before) and not re.search(personal, before):
        return True
    to_court = (
        r"材料(?:的)?[，,]?请?(?:寄[到至]|交[到至])$"
        r"|(?:寄[到至给]|送[到至]|交[到至]|来)[^，。；]{0,14}?(?:本院|我院|法院|法庭)"
    )
    return re.search(to_court, before) is not None


def _event(text: str, start: int, end: int) -> bool:
    around = _clause(text, start) + text[end : end + 8]
    cues = catalogue().tables["address"]["incident"]
    return any(word in around for word in cues)


def _detailed(tail: str) -> int:
    return len(re.findall(rf"[{_N}]+(?:{_UNIT})|{_LETTERED}|{_DASHED}|[{_N}]{{2,5}}$", tail))


def _numbered(text: str) -> list[TextSpan]:
    basis, spans = catalogue().basis("address"), list[TextSpan]()
    for match in _tail().finditer(text):
        start = _left(text, match.start())
        names, details = text[start : match.start()], _detailed(match.group())
        cued = _cue().search(text[:start]) is not None
        inner = re.search(r"单元|号楼|栋|幢|室|号院", match.group()) is not None
        placed = (
            bool(names)
            and not names.endswith(("第", "月", "证据", "共", "有", "每"))
            and (
                _road().search(names) is not None
                or re.search(rf"(?:区|县|镇|乡|市)[{_HAN}]{{0,8}}$", names) is not None
                or (details >= 2 and _block().search(names) is not None)
            )
        )
        if not (placed or (cued and (names or inner)) or (inner and details >= 2)):
            continue
        if _HOSPITAL.fullmatch(names[-1:] + match.group()):
            continue
        if _stays(text, start, match.end()) or (
            not cued and not inner and _event(text, start, match.end())
        ):
            continue
        end = start + len(text[start : match.end()].rstrip("，, "))
        spans.append(TextSpan(start, end, "ADDR", basis, 0.85))
    return spans


def _unnumbered(text: str) -> list[TextSpan]:
    basis, spans = catalogue().basis("address"), list[TextSpan]()
    for match in _named().finditer(text):
        start = max(match.start(), _left(text, match.end()))
        lived = _LIVED.match(text, match.end()) is not None
        if start >= match.end() or not (lived or _cue().search(text[:start])):
            continue
        beyond = match.end() - start - region_end(text[start : match.end()])
        if beyond >= 2 and not _stays(text, start, match.end()):
            spans.append(TextSpan(start, match.end(), "ADDR", basis, 0.7))
    return spans


def find_addresses(text: str) -> list[TextSpan]:
    """Addresses more exact than a county or district."""
    return _numbered(text) + _unnumbered(text)
