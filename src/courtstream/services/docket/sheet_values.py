"""What the cells of a schedule file mean, one small reader a kind of value."""

from __future__ import annotations

from datetime import datetime

from courtstream.domain.clock import COURT_ZONE
from courtstream.domain.trial import CaseKind, Procedure, Role
from courtstream.services.docket.schedule import NewParticipant

_YES = {"是", "公开", "同意", "yes", "true", "1", "y"}
_NO = {"否", "不公开", "不同意", "no", "false", "0", "n"}
_KINDS = {
    "民事": CaseKind.CIVIL,
    "刑事": CaseKind.CRIMINAL,
    "行政": CaseKind.ADMINISTRATIVE,
    "国家赔偿": CaseKind.COMPENSATION,
    "执行": CaseKind.ENFORCEMENT,
}
_ROLES = {
    "原告": Role.PLAINTIFF,
    "被告": Role.DEFENDANT,
    "第三人": Role.THIRD_PARTY,
    "公诉人": Role.PROSECUTOR,
    "被告人": Role.ACCUSED,
    "被害人": Role.VICTIM,
    "代理人": Role.COUNSEL,
    "诉讼代理人": Role.COUNSEL,
    "辩护人": Role.COUNSEL,
    "证人": Role.WITNESS,
}


def instant(cell: str) -> datetime:
    """An instant of this century; without a zone it is Beijing time. Raises ValueError."""
    value = datetime.fromisoformat(cell.replace("/", "-"))
    if not 2000 <= value.year < 2100:  # sums with years at the calendar's ends overflow
        raise ValueError(cell)
    return value if value.tzinfo else value.replace(tzinfo=COURT_ZONE)


def procedure(cell: str) -> Procedure:
    """A procedure's code. Raises ValueError."""
    return Procedure(cell.upper())


def kind(cell: str) -> CaseKind:
    """A kind of case in Chinese or English. Raises ValueError."""
    return _KINDS.get(cell) or CaseKind(cell.lower())


def yes_no(cell: str) -> bool:
    """是 or 否. Raises ValueError."""
    if cell.lower() in _YES:
        return True
    if cell.lower() in _NO:
        return False
    raise ValueError(cell)


def listed(cell: str) -> tuple[str, ...]:
    """Pieces between semicolons, commas and the like."""
    for mark in "；、,，|":
        cell = cell.replace(mark, ";")
    return tuple(piece.strip() for piece in cell.split(";") if piece.strip())


def codes(cell: str) -> tuple[str, ...] | None:
    """Empty: nobody has checked. 无: someone has, and none applies."""
    if not cell:
        return None
    return () if cell in {"无", "none", "None"} else tuple(c.upper() for c in listed(cell))


def people(cell: str) -> tuple[NewParticipant, ...]:
    """`role:name[:protected]`, several between semicolons. Raises ValueError."""
    people = []
    for piece in listed(cell):
        parts = [p.strip() for p in piece.replace("：", ":").split(":")]
        role, name, *rest = parts
        if not name or len(rest) > 1 or (rest and rest[0] not in {"protected", "受保护"}):
            raise ValueError(piece)
        known = _ROLES.get(role)
        label = role if known is not None else ""
        people.append(NewParticipant(known or Role(role), name, label, protected=bool(rest)))
    return tuple(people)
