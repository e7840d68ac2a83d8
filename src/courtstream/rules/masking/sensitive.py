"""Facts that identify a minor (school and class) or tell of a person's health."""

from __future__ import annotations

import re
from functools import cache

from courtstream.rules.masking.catalogue import alternatives, catalogue
from courtstream.rules.masking.spans import TextSpan

_N = "0-9０-９一二三四五六七八九十两"


@cache
def _school() -> re.Pattern[str]:
    schools = alternatives(catalogue().tables["minor"]["schools"])
    group = rf"[（(]?[{_N}]{{1,2}}[）)]?班"
    year = (
        rf"(?:[小初高][{_N}](?:年级)?|[{_N}]{{1,2}}年级|[{_N}]{{1,2}}年(?={group}))(?:{group})?"
        rf"|[大中小][{_N}]?班|{group}"
    )
    # in speech a school's number comes in digits: 第6小学
    named = (
        r"(?:(?!在|是|到|读|于|上)[\u4e00-\u9fff]|第[0-9十]{1,3}){1,12}?"
        rf"(?<![个所家某])(?:{schools})"
    )
    numbered = r"第?[0-9一二三四五六七八九十]{1,3}[中小]"
    # a school by any name, where only a school has such a class: 双语初三十二班
    called = rf"(?:(?!在|是|到|读|于|上)[\u4e00-\u9fff]){{2,8}}?(?=[初高][1-3一二三]{group})"
    return re.compile(rf"((?:{named}|{numbered})(?![学时])|{called})的?([上读]?(?:{year}))?")


@cache
def _health() -> re.Pattern[str]:
    table = catalogue().tables["health"]
    words, told = alternatives(table["words"]), alternatives(table["told"])
    named = rf"(?:{told})[\u4e00-\u9fff]{{1,8}}?(?:{alternatives(table['endings'])})"
    parts, befell = alternatives(table["parts"]), alternatives(table["befell"])
    degree = "(?:[急慢]性|严重的?|[轻中重高]度|[轻重]症|恶性|良性|化脓性)*"
    grammar = rf"{degree}(?:{parts})[\u4e00-\u9fff]{{0,3}}?(?:{befell})"
    return re.compile(
        rf"(?:患有|患|得了|感染|确诊为?|诊断为|检查出)?{degree}(?:{words})(?:阳性|患者|携带者|晚期|早期|中期)?|{named}"
        rf"|{grammar}(?:失代偿期|[早中晚]期)?"
    )


def find_minors(text: str) -> list[TextSpan]:
    """A child's school with the class or the grade."""
    table, spans = catalogue().tables["minor"], list[TextSpan]()
    people = any(word in text for word in table["people"])
    for match in _school().finditer(text):
        if match[2] or (
            people and re.search(r"(?:就读于?|上学在?|读书在?|在|上|读)$", text[: match.start()])
        ):
            spans.append(TextSpan(*match.span(), "MINOR", table["basis"], 0.7))
    return spans


def find_health(text: str) -> list[TextSpan]:
    """Named illnesses that must not be tied to a person in public."""
    basis = catalogue().basis("health")
    return [TextSpan(*match.span(), "HEALTH", basis, 0.7) for match in _health().finditer(text)]
