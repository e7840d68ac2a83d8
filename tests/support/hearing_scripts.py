"""Hearings written as plain scripts, turned into labelled transcripts.

They lie in tests/data/procedure/*/*.txt.

A script is a header, a line `--`, and what was said, one turn a line::

    CIV1_ORD sole=yes public=no asr=yes
    who J 审判长=邹平川 court; P 原告=向东方 P; D 被告 D absent
    missing P09            steps that should have happened and did not
    unclear C16
    na C17                 a mandatory step with a stated ground for not happening
    violated X-ORDER why   one a line
    holds X-WIT-OATH       rules that arise here and hold, beside those of every hearing
    --
    审判长: {P05}现在开庭。   the step begins here; {+P05} marks another start just as right
    * gavel                an event      ~ 600  seconds of pause      @ CLOSED  the stream's state

Turns take 4.5 characters a second. `noisy` gives the same hearing with a recogniser's faults.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

from pypinyin import lazy_pinyin

from courtstream.domain.trial import Procedure
from courtstream.rules.procedure import load_pack

Transcript = dict[str, Any]
_PACE = 4.5
_MARK = re.compile(r"\{(\+?)([A-Z]\d\d)\}")
_STOPS = "，。？！；：、“”"
_EVERYWHERE = (
    "X-GAVEL-OPEN",
    "X-GAVEL-REC",
    "X-RECUSE-EACH",
    "X-PANEL-CONTRA",
    "X-ORDER",
    "X-PII-SPOKEN",
)
_CIVIL = ("X-FINAL-BOTH", "X-EVID-BOTH", "X-MEDIATION-STREAM")
_BY_KIND = {
    "CIV": _CIVIL,
    "ADM": (*_CIVIL, "X-OFFICIAL"),
    "CRI1_ORD": ("X-LAST-EACH", "X-EVID-BOTH"),
    "CRI1": ("X-LAST-EACH",),
    "CRI2": ("X-LAST-EACH", "X-EVID-BOTH"),
}


def read_script(path: Path) -> Transcript:
    """The labelled transcript of one script, in the format of the judged examples."""
    head, body = path.read_text(encoding="utf-8").split("\n--\n")
    doc = _header(path.stem, head.splitlines())
    marks = _said(doc, body.splitlines())
    doc["truth"] = _truth(doc.pop("_labels"), doc["procedure"], marks)
    return doc


def _header(name: str, lines: list[str]) -> Transcript:
    procedure, *options = lines[0].split()
    chosen = dict(o.split("=") for o in options)
    labels: dict[str, Any] = defaultdict(list)
    people: list[dict[str, Any]] = []
    state = "LIVE"
    for line in lines[1:]:
        word, _, rest = line.partition(" ")
        if word == "who":
            people = [_person(p.split()) for p in rest.split(";")]
        elif word == "@":
            state = rest
        elif word == "violated":
            labels[word].append(rest.partition(" ")[::2])
        else:
            labels[word] += rest.split()
    return {
        "id": name,
        "procedure": procedure,
        "sole_judge": chosen.get("sole") == "yes",
        "public": chosen.get("public") != "no",
        "stream_state_timeline": [{"t": 0, "state": state}],
        "participants": people,
        "asr_noise": chosen.get("asr") == "yes",
        "_labels": labels,
    }


def _person(words: list[str]) -> dict[str, Any]:
    role, named, side, *absent = words
    label, _, name = named.partition("=")
    person: dict[str, Any] = {"role": role, "name": name or label, "side": side, "label": label}
    return person | ({"present": False} if absent else {})


def _said(doc: Transcript, lines: list[str]) -> dict[str, list[float]]:
    roles = {p["label"]: p["role"] for p in doc["participants"]}
    marks: dict[str, list[float]] = defaultdict(list)
    said: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    t = 6.0
    for line in filter(None, lines):
        sign, _, rest = line.partition(" ")
        if sign == "*":
            events.append({"t": round(t + 0.6, 2), "kind": rest})
            t += 1.4
        elif sign == "~":
            t += float(rest)
        elif sign == "@":
            doc["stream_state_timeline"].append({"t": round(t, 2), "state": rest})
        else:
            speaker, text = line.split(": ", 1)
            turn, found = _turn(speaker, roles[speaker], text, t)
            for code, at in found:
                marks[code].append(at)
            said.append(turn)
            t = turn["t1"] + 0.8
    doc |= {"utterances": said, "events": events}
    return marks


def _turn(
    speaker: str, role: str, text: str, t: float
) -> tuple[dict[str, Any], list[tuple[str, float]]]:
    plain, found, at = "", [], 0
    for mark in _MARK.finditer(text):
        plain += text[at : mark.start()]
        found.append((mark[1] + mark[2], round(t + len(plain) / _PACE, 2)))
        at = mark.end()
    plain += text[at:]
    end = round(t + max(len(plain) / _PACE, 0.6), 2)
    turn = {"t0": round(t, 2), "t1": end, "role": role, "speaker": speaker, "text": plain}
    return turn, found


def _truth(labels: dict[str, Any], procedure: str, marks: dict[str, list[float]]) -> dict[str, Any]:
    pack = load_pack(Procedure(procedure))
    codes = [*pack.mandatory, *pack.conditional, *pack.optional]
    unknown = {m.lstrip("+") for m in marks} - set(codes)
    silent = [
        c
        for c in pack.mandatory
        if c not in marks and c not in labels["missing"] + labels["na"] + labels["unclear"]
    ]
    assert not unknown and not silent, f"{procedure}: unknown {unknown}, unlabelled {silent}"
    steps = []
    for code in codes:
        status = next((s for s in ("missing", "unclear") if code in labels[s]), "not_applicable")
        if code in marks and status != "unclear":
            status = "met"
        row: dict[str, Any] = {"code": code, "status": status}
        row |= {"t0": (marks.get(code) or [None])[0], "quote": ""}
        more = marks.get(code, [])[1:] + marks.get("+" + code, [])
        steps.append(row | ({"alt_t0": more} if more else {}))
    violated = dict(labels["violated"])
    kind = next(k for k in _BY_KIND if procedure.startswith(k))
    names = dict.fromkeys([*_EVERYWHERE, *_BY_KIND[kind], *labels["holds"], *violated])
    rules = [{"code": n, "violated": n in violated, "why": violated.get(n, "")} for n in names]
    return {"steps": steps, "rules": rules}


def noisy(doc: Transcript, share: float = 0.03) -> Transcript:
    """The same hearing as a recogniser would hand it over: homophones for `share` of the
    characters, most stops gone, turns broken in two, now and then a wrong speaker."""
    dice = random.Random(doc["id"])
    said: list[dict[str, Any]] = []
    for turn in doc["utterances"]:
        heard = turn | {"text": "".join(_misheard(c, share, dice) for c in turn["text"])}
        length = len(heard["text"])
        if length > 20 and dice.random() < 0.12:
            said += _broken(heard, dice.randrange(6, length - 6))
        else:
            said.append(heard)
    for before, turn in pairwise(said):
        if len(turn["text"]) < 12 and dice.random() < 0.02:
            turn |= {"role": before["role"], "speaker": before["speaker"]}
    return doc | {"utterances": [u for u in said if u["text"]], "asr_noise": True}


def _broken(turn: dict[str, Any], at: int) -> list[dict[str, Any]]:
    share = at / len(turn["text"])
    cut = round(turn["t0"] + (turn["t1"] - turn["t0"]) * share, 2)
    first = turn | {"text": turn["text"][:at], "t1": cut}
    return [first, turn | {"text": turn["text"][at:], "t0": cut}]


def _misheard(char: str, share: float, dice: random.Random) -> str:
    if char in _STOPS:
        return char if dice.random() < 0.15 else ""
    same = _HOMOPHONES.get(lazy_pinyin(char)[0], "")
    return dice.choice(same) if same and dice.random() < share else char


def _common() -> str:
    """The 3,755 characters of GB 2312 level 1."""
    rows = (bytes([high, low]) for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF))
    return "".join(pair.decode("gb2312", "ignore") for pair in rows)


def _by_sound() -> dict[str, str]:
    found: dict[str, str] = defaultdict(str)
    for char in _common():
        found[lazy_pinyin(char)[0]] += char
    return found


_HOMOPHONES = _by_sound()
