"""One judgment as the public may read it, every change with its rule, and what was hidden too much.

Pure. Numbers, addresses and the like are found by the same rules as in speech (`rules.masking`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from courtstream.domain.trial import CaseKind
from courtstream.rules.judgment.names import HiddenName, Person, hidden_names
from courtstream.rules.judgment.tables import deletion
from courtstream.rules.masking import Aliases, TextSpan, mask_text, spot
from courtstream.rules.masking.keeps import kept_ranges

EDITOR = "编辑指定"

_STAFF = "审判长|审判员|代理审判员|人民陪审员|法官助理|书记员|执行员"
_HIDDEN_STAFF = re.compile(rf"(?:{_STAFF})[ \t　：:]*([\u4e00-\u9fff]?(?:[某×xX*＊]{{1,4}}))")
_HIDDEN_NUMBER = re.compile(r"[（(]\d{4}[）)][\u4e00-\u9fff][^，。\s]{0,10}[×*＊]+[^，。\s]{0,4}号")


@dataclass(frozen=True, slots=True)
class Hidden:
    """A stretch of the source that the public does not read, and what stands there instead."""

    start: int
    end: int
    shown: str
    code: str
    zh: str
    basis: str


@dataclass(frozen=True, slots=True)
class OverMasked:
    """Something art. 11 keeps that is hidden: a defect like a leak. `code`: KEEP-…"""

    text: str
    code: str
    zh: str


@dataclass(frozen=True, slots=True)
class Masked:
    """The published text and the account of it."""

    text: str
    hidden: tuple[Hidden, ...]
    over: tuple[OverMasked, ...]


@dataclass(frozen=True, slots=True)
class Keeps:
    """What art. 11 keeps in this case, by its kind."""

    bench: tuple[str, ...] = ()
    lawyers: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    case_number: str = ""
    court: str = ""

    def all(self) -> Iterator[tuple[str, str, str]]:
        """(literal text, code, Chinese) of everything that must be readable."""
        for name in self.bench:
            yield name, "KEEP-JUDGE", "审判人员、法官助理、书记员姓名"
        for name in self.lawyers:
            yield name, "KEEP-LAWYER", "律师姓名、律所"
        for name in self.organisations:
            yield name, "KEEP-ORG", "法人或其他组织名称"
        for value, code, zh in (
            (self.case_number, "KEEP-CASENO", "案号"),
            (self.court, "KEEP-ORG", "法院名称"),
        ):
            if value:
                yield value, code, zh


def mask_judgment(
    source: str,
    people: Sequence[Person],
    kind: CaseKind,
    cause: str,
    keeps: Keeps,
    *,
    keep: Iterable[str] = (),
    hide: Iterable[str] = (),
) -> Masked:
    """Mask a judgment. `keep` and `hide` are literal texts an editor has decided on.

    An editor's word beats the rules, but a protected person's name is hidden whatever anyone says.
    """
    names = hidden_names(people, kind, cause)
    protected = tuple(p.name for p in people if p.protected)
    stays = [text for text, _, _ in keeps.all()]
    editors = tuple(word for word in keep if word.strip())
    found = list(_names(source, names))
    found += _private(source, protected, [*stays, *editors])
    found += _wished(source, hide)
    kept = [span for word in editors if word not in protected for span in _all(source, word)]
    chosen = _settle(h for h in found if not _within(h, kept) or h.code == "N-PROT")
    text = _written(source, chosen)
    return Masked(text, tuple(chosen), tuple(_over(source, text, chosen, keeps)))


def _names(source: str, names: Sequence[HiddenName]) -> Iterator[Hidden]:
    """Every place where a hidden name is written out, longest names first."""
    for name in sorted(names, key=lambda n: -len(n.name)):
        for start, end in _all(source, name.name):
            yield Hidden(start, end, name.token, name.code, "姓名", name.basis)


def _private(source: str, protected: Sequence[str], keep: Sequence[str]) -> Iterator[Hidden]:
    """Art. 10 by the rules that also bleep: paragraph by paragraph, so that places stay exact."""
    at, aliases = 0, Aliases(protected) if protected else None
    for line in source.splitlines(keepends=True):
        for span in spot(line, protected, keep):
            code, zh, basis = deletion(span.type)
            shown = _shown(line, span, aliases)
            yield Hidden(at + span.start, at + span.end, shown, code, zh, basis)
        at += len(line)


def _shown(line: str, span: TextSpan, aliases: Aliases | None) -> str:
    """What stands for one span: an alias for a name, the county of an address, × for the rest."""
    return mask_text(line[: span.end], [span], aliases)[span.start :]


def _wished(source: str, hide: Iterable[str]) -> Iterator[Hidden]:
    for word in hide:
        for start, end in _all(source, word.strip()):
            basis = "法释〔2016〕19号 art. 10(4)"
            yield Hidden(start, end, "×" * (end - start), "D-OTHER", EDITOR, basis)


def _all(source: str, word: str) -> list[tuple[int, int]]:
    return [m.span() for m in re.finditer(re.escape(word), source)] if word else []


def _within(hidden: Hidden, kept: Sequence[tuple[int, int]]) -> bool:
    return any(start <= hidden.start and hidden.end <= end for start, end in kept)


def _settle(found: Iterable[Hidden]) -> list[Hidden]:
    """In order, without overlap: written names, then names by sound, then the longer first."""
    ranked = sorted(found, key=lambda h: (h.zh != "姓名", h.code != "N-PROT", h.start - h.end))
    chosen: list[Hidden] = []
    for each in ranked:
        if not any(each.start < o.end and o.start < each.end for o in chosen):
            chosen.append(each)
    return sorted(chosen, key=lambda h: h.start)


def _written(source: str, chosen: Sequence[Hidden]) -> str:
    parts, done = list[str](), 0
    for each in chosen:
        parts += [source[done : each.start], each.shown]
        done = each.end
    return "".join(parts) + source[done:]


def _over(source: str, text: str, chosen: Sequence[Hidden], keeps: Keeps) -> Iterator[OverMasked]:
    """What should be readable and is not: lost on the way, or hidden in the source already."""
    seen: set[str] = set()
    for literal, code, zh in keeps.all():
        if source.count(literal) > text.count(literal) and literal not in seen:
            seen.add(literal)
            yield OverMasked(literal, code, zh)
    for each in chosen:
        lost = source[each.start : each.end]
        if each.code != "N-PROT" and each.zh != EDITOR and _is_kept(lost) and lost not in seen:
            seen.add(lost)
            yield OverMasked(lost, "KEEP-FACTS", "案号、法条、日期或金额")
    for pattern, code, zh in (
        (_HIDDEN_STAFF, "KEEP-JUDGE", "审判人员、法官助理、书记员姓名"),
        (_HIDDEN_NUMBER, "KEEP-CASENO", "案号"),
    ):
        for match in pattern.finditer(source):
            yield OverMasked(match.group(), code, f"{zh}（原文已隐去）")


def _is_kept(text: str) -> bool:
    return any(start == 0 and end == len(text) for start, end in kept_ranges(text))
