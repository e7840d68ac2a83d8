"""Identifiers with letters: plates, passports, WeChat names, mail addresses, certificates."""

from __future__ import annotations

import re
from functools import cache

from courtstream.rules.masking.catalogue import alternatives, catalogue
from courtstream.rules.masking.spans import TextSpan

_D = "0-9０-９零〇洞一幺二两三四五六七拐八九"
_WORD = rf"[A-Za-z{_D}_\-]|下划线|横杠|减号|杠"
_DOT = r"\s?(?:\.|．|点)\s?"
_AT = r"[\s，,]?(?:@|＠|艾特|圈a|圈A|at|AT)[\s，,]?"
_HOSTS = "com|cn|net|org|edu|gov|hk|tw|io|vip|康姆"
_NAMED_HOSTS = "扣扣|新浪|搜狐|网易|阿里云|雅虎|谷歌"
_HOST = rf"(?:[A-Za-z{_D}\-]+|\s(?=[A-Za-z{_D}])|{_NAMED_HOSTS})+(?:{_DOT}(?:{_HOSTS}))+"

_GAP = rf"[^A-Za-z{_D}。]{{0,4}}"
"""What may stand between the name of a number and the number."""

_MAIL = rf"(?:{_WORD}|\.|点)(?:{_WORD}|\.|点|\s(?=[A-Za-z{_D}])){{1,40}}{_AT}{_HOST}"
_MAIL_NAMED = (
    rf"(?:邮箱|邮件地址|电子邮件)(?:地址)?[是为：:，,]?"
    rf"([^，。；？！\n]{{1,40}}{_AT}(?:{_HOST}|[^，。；？！\s]{{1,12}}?{_DOT}(?:{_HOSTS})))"
)
_RESIDENCE = rf"(?:永居证|永久居留证?|居留证)(?:号码?)?{_GAP}([A-Za-z]{{3}}[{_D}]{{12}})"
_WECHAT = (
    r"(?:微信号?|加我|[Vv][Xx])[^A-Za-z0-9。？！]{0,6}?"
    rf"([A-Za-z](?:{_WORD}|的?全?拼音?|小写|大写|加(?:[\u4e00-\u9fff]{{1,4}}(?=[{_D}]))?|\s(?=[A-Za-z{_D}_])){{4,30}})"
)
_PASSPORT = r"(?<![A-Za-z0-9])((?:[EGDSP]\d{8}|E[A-Z]\d{7}|[HM]\d{8,10}))(?!\d)"
_MEDICAL = (
    rf"(?:病历号|病案号|住院号|门诊号|就诊卡号){_GAP}"
    rf"([A-Za-z]{{1,3}}\s?[{_D}]{{4,}})"
)
_ID_ENDING = rf"(?:尾号|[后末]四位)[是为：:]?([{_D}]{{3,6}}[XxＸ]?)的[^，。；]{{0,6}}?身份证"
_SOCIAL = (
    rf"(?:社保卡?|社会保障|医保卡?)(?:号码|号)?{_GAP}"
    rf"([A-Za-z]{{1,2}}\s?[{_D}]{{6,}})"
)
_PROPERTY = (
    rf"(?:房产证|产权证|土地证|不动产证)(?:编?号码?)[^{_D}，。A-Za-z]{{0,4}}"
    rf"([A-Za-z]{{0,3}}[{_D}]{{4,}}号?)"
)


def _travel() -> str:
    """A passport or a permit; its letters may be written as they are said."""
    letter = rf"(?:[A-Za-z]|{alternatives(catalogue().tables['plate']['letters'])})"
    return (
        rf"(?:护照|通行证|台胞证|回乡证)(?:号码|号)?[是为：:，, ]{{0,3}}?{_GAP}?"
        rf"({letter}\s?{letter}?(?:[\s\-]?[{_D}]){{6,10}})"
    )


def _account() -> str:
    """The name of an account: words of a clause, the cue's own or the next, that end in digits."""
    cues = alternatives(catalogue().tables["account"]["cues"])
    gap = r"(?:[是为叫：:，,]{0,2}|[^，。；？！\s]{1,6}[，,])"
    return rf"(?:{cues}){gap}([^，。；？！\s]{{1,14}}?[{_D}]{{2,}})(?![{_D}\w])"


@cache
def _plates() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    plate = catalogue().tables["plate"]
    province = f"[{plate['provinces']}]"
    serial = rf"(?:[\s·．.\-]{{0,2}}[A-HJ-NP-Za-hj-np-z{_D}]){{4,6}}(?:[挂学警港澳领])?"
    form = rf"{province}\s?[A-Za-z]{serial}"
    cues = alternatives(plate["cues"])
    bare = rf"[\u4e00-\u9fff]?\s?[A-Za-z](?:[\s·．.\-]{{0,2}}[A-Za-z{_D}]){{4,7}}"
    named = rf"(?:{alternatives(plate['named'])})?\s?(?:[A-Za-z]|{alternatives(plate['letters'])})"
    worded = rf"{province}\s?{named}(?:[\s·．.，,\-]{{0,2}}[A-Za-z{_D}]){{4,6}}"
    letter = rf"(?:[A-Za-z]|{alternatives(plate['letters'])})"
    sign = rf"[\s·．.，,\-]{{0,2}}(?:{letter}|[{_D}])"
    spelt = rf"{province}\s?{letter}(?=(?:{letter}?[{_D}]){{3}})(?:{sign}){{4,6}}"
    driven = rf"(?:{alternatives(plate['cars'] + plate['cues'])})[^。；？！]{{0,14}}?({spelt})"
    mixed = rf"{province}\s?(?:[\s·．.\-]{{0,2}}[A-Za-z{_D}]){{5,8}}(?!号|[年月])"
    # an electric bicycle's: a town's name, then its number
    bicycle = rf"[\u4e00-\u9fff]{{2,3}}[{_D}]{{5,7}}(?![{_D}元块万])"
    cued = rf"(?:{cues})(?:是|为|号|：|:|，|,|\s){{0,3}}({worded}|{mixed}|{bare}|{bicycle})"
    return re.compile(form), re.compile(cued), re.compile(driven)


def _service() -> str:
    words = alternatives(catalogue().tables["service"]["words"])
    return rf"(?:{words})(?:号码?|编号)?[是为：:]?([\u4e00-\u9fff]{{0,3}}?字?第?[{_D}]{{5,8}}号?)"


def _certificate() -> str:
    tables = catalogue().tables
    words = alternatives(tables["certificate"]["words"])
    return (
        rf"((?:[{tables['plate']['provinces']}]?"
        rf"(?:[（(]\s?[{_D}]{{4}}\s?[）)])?[\u4e00-\u9fff]{{0,6}}?)"
        rf"(?:{words})[^，。；、是为{_D}号]{{0,8}}"
        rf"(?:[（(〔]?[{_D}]{{4}}[）)〕]?[^，。；、是为{_D}号]{{0,4}})?第?\s?[{_D}]{{4,}}号?)"
    )


@cache
def _others() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Kind and form of all that are not plates."""
    forms = (
        ("EMAIL", _MAIL),
        ("EMAIL", _MAIL_NAMED),
        ("ID", _RESIDENCE),
        ("ID", _service()),
        ("WECHAT", _WECHAT),
        ("WECHAT", _account()),
        ("PASSPORT", _travel()),
        ("PASSPORT", _PASSPORT),
        ("MEDNO", _MEDICAL),
        ("ID_PART", _ID_ENDING),
        ("SSN", _SOCIAL),
        ("CERT", _certificate()),
        ("CERT", _PROPERTY),
    )
    return tuple((kind, re.compile(form)) for kind, form in forms)


def _spans(kind: str, pattern: re.Pattern[str], text: str, confidence: float) -> list[TextSpan]:
    basis = catalogue().basis("certificate")
    group = 1 if pattern.groups else 0
    return [
        TextSpan(*match.span(group), kind, basis, confidence) for match in pattern.finditer(text)
    ]


def find_lettered(text: str) -> list[TextSpan]:
    """Private identifiers that hold letters or characters."""
    form, cued, driven = _plates()
    spans = _spans("PLATE", form, text, 0.97) + _spans("PLATE", cued, text, 0.8)
    spans += _spans("PLATE", driven, text, 0.8)
    for kind, pattern in _others():
        spans += _spans(kind, pattern, text, 0.96)
    return spans
