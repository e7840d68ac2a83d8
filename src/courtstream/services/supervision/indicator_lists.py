"""指标清单: a court's own list of indicators, imported whole, assessed period by period.

The 110 indicators of the province and the 45 disclosure items are such lists: their texts belong
to the court, so they come by file and are held, weighed and compared here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import Conflict, CourtstreamError, InvalidInput, NotFound
from courtstream.domain.ids import new_id
from courtstream.services.docket.sheet import Layout, Row, read_sheet
from courtstream.services.people import audit
from courtstream.services.people.scope import court_for
from courtstream.services.views import RowError, UserView
from courtstream.store.tables import Assessment, IndicatorItem

LAYOUT = Layout(
    columns={
        "code": ("代码", "编号"),
        "name": ("名称", "指标名称"),
        "dimension": ("维度", "一级指标"),
        "weight": ("权重", "分值"),
        "formula": ("公式", "计算方法"),
        "source": ("数据来源",),
        "evidence": ("证据", "佐证材料"),
        "period": ("周期",),
        "target_range": ("目标范围", "目标值", "target range"),
    },
    required=("code", "name", "weight"),
    key="indicators",
)
PERIODS = {"": "month", "月": "month", "季": "quarter", "半年": "half", "年": "year"}
_KNOWN_PERIODS = frozenset({"month", "quarter", "half", "year"})


class ListRefused(CourtstreamError):
    """The file has faults; nothing was imported."""

    code = "list_refused"
    zh = "文件有误，未导入任何指标"
    remedy = "按所列行与列修改后重新导入 / correct the rows and columns named and import again"
    status = 422

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__(f"({len(errors)})")
        self.errors = tuple(errors)


@dataclass(frozen=True, slots=True)
class ItemScore:
    """An item with its assessments of two periods; `met` None: not assessed or no target."""

    id: str
    code: str
    name: str
    dimension: str
    weight: float
    formula: str
    low: float | None
    high: float | None
    value: float | None
    before: float | None
    note: str
    assessment_id: str
    files: tuple[Mapping[str, Any], ...]

    @property
    def met(self) -> bool | None:
        """Whether the value lies in the target range."""
        return _met(self.value, self.low, self.high)


@dataclass(frozen=True, slots=True)
class ListScore:
    """A list for one period: `score` is the weight of what met its target over the weight of what
    was assessed and has one, in per cent; None when nothing was."""

    name: str
    period: str
    items: tuple[ItemScore, ...]
    assessed: int
    score: float | None


def import_list(
    session: Session, actor: UserView, court_id: str, name: str, data: bytes, now: datetime
) -> int:
    """Take a court's list, or nothing. A list of that name that was never assessed is replaced.

    Raises ListRefused with every fault by row and column, Conflict, NotFound, Forbidden.
    """
    court_for(session, actor, Action.REPORT_FIGURES, court_id)
    name = name.strip()[:100]
    if not name:
        raise InvalidInput("清单须有名称 / the list needs a name")
    rows, errors = read_sheet(data, LAYOUT)
    items = [_item(row, errors) for row in rows] if not errors else []
    errors += _twice(rows)
    if errors:
        raise ListRefused(errors)
    _replace(session, court_id, name)
    for position, fields in enumerate(items):
        row = IndicatorItem(
            id=new_id("ii"), court_id=court_id, list_name=name, position=position, **fields
        )
        session.add(row)
    session.flush()
    detail = {"list": name, "count": len(items)}
    audit.append(session, actor.id, "import_indicators", court_id, detail, now)
    return len(items)


def assess(
    session: Session,
    actor: UserView,
    item_id: str,
    period: str,
    value: float,
    note: str,
    files: Iterable[Mapping[str, Any]],
    now: datetime,
) -> None:
    """A court's own value of one item for a period, with what proves it; the newest one counts.

    Raises NotFound, Forbidden, InvalidInput.
    """
    item = session.get(IndicatorItem, item_id)
    if item is None:
        raise NotFound
    court_for(session, actor, Action.REPORT_FIGURES, item.court_id)
    if not isfinite(value):
        raise InvalidInput("数值有误 / not a number")
    if not period.strip() or len(period) > 10:
        raise InvalidInput("期间应如 2026-11 / a period like 2026-11")
    session.add(
        Assessment(
            id=new_id("as"),
            item_id=item.id,
            period=period.strip(),
            value=value,
            note=note.strip()[:2000],
            files=[dict(f) for f in files],
            by=actor.id,
            at=now,
        )
    )
    session.flush()
    audit.append(session, actor.id, "assess", item.id, {"period": period.strip()}, now)


def lists(session: Session, actor: UserView, court_id: str) -> tuple[str, ...]:
    """The names of a court's lists. Raises NotFound, Forbidden."""
    court_for(session, actor, Action.SEE_COVERAGE, court_id)
    query = select(IndicatorItem.list_name).where(IndicatorItem.court_id == court_id).distinct()
    return tuple(sorted(session.scalars(query)))


def score(
    session: Session, actor: UserView, court_id: str, name: str, period: str, before: str = ""
) -> ListScore:
    """A list for a period beside an earlier one. Raises NotFound, Forbidden."""
    court_for(session, actor, Action.SEE_COVERAGE, court_id)
    query = (
        select(IndicatorItem)
        .where(IndicatorItem.court_id == court_id, IndicatorItem.list_name == name)
        .order_by(IndicatorItem.position)
    )
    items = tuple(_scored(row, period, before) for row in session.scalars(query))
    if not items:
        raise NotFound
    counted = [i for i in items if i.met is not None]
    weight = sum(i.weight for i in counted)
    met = sum(i.weight for i in counted if i.met)
    assessed = sum(i.value is not None for i in items)
    return ListScore(name, period, items, assessed, 100 * met / weight if weight else None)


def _replace(session: Session, court_id: str, name: str) -> None:
    query = select(IndicatorItem).where(
        IndicatorItem.court_id == court_id, IndicatorItem.list_name == name
    )
    for row in session.scalars(query).all():
        if row.assessments:
            raise Conflict("该清单已有自评，请用新名称导入 / it has been assessed: use a new name")
        session.delete(row)
    session.flush()


def _scored(row: IndicatorItem, period: str, before: str) -> ItemScore:
    newest = {a.period: a for a in row.assessments}
    now, then = newest.get(period), newest.get(before)
    return ItemScore(
        row.id,
        row.code,
        row.name,
        row.dimension,
        row.weight,
        row.formula,
        row.low,
        row.high,
        now.value if now else None,
        then.value if then else None,
        now.note if now else "",
        now.id if now else "",
        tuple(now.files) if now else (),
    )


def _met(value: float | None, low: float | None, high: float | None) -> bool | None:
    if value is None or (low is None and high is None):
        return None
    return (low is None or value >= low) and (high is None or value <= high)


def _item(row: Row, errors: list[RowError]) -> dict[str, object]:
    cells = row.cells
    for column in LAYOUT.required:
        if not cells.get(column):
            errors.append(RowError(row.number, column, "不能为空", "must not be empty"))
    period = PERIODS.get(cells.get("period", ""), cells.get("period", ""))
    if period not in _KNOWN_PERIODS:
        errors.append(RowError(row.number, "period", "应为 月、季、半年 或 年", "month … year"))
    low, high = _range(row, errors)
    return {
        "code": cells.get("code", "")[:40],
        "name": cells.get("name", "")[:200],
        "dimension": cells.get("dimension", "")[:100],
        "weight": _weight(row, errors),
        "formula": cells.get("formula", ""),
        "source": cells.get("source", ""),
        "evidence": cells.get("evidence", ""),
        "period": period,
        "low": low,
        "high": high,
    }


def _weight(row: Row, errors: list[RowError]) -> float:
    value = _number(row.cells.get("weight", ""))
    if value is None or value < 0:
        errors.append(RowError(row.number, "weight", "应为不小于零的数", "a number, not negative"))
        return 0.0
    return value


def _range(row: Row, errors: list[RowError]) -> tuple[float | None, float | None]:
    """`≥90%`, `<=5`, `80-100`, `0.9`: a bound or two; empty means there is no target."""
    text = row.cells.get("target_range", "").replace("％", "%").replace(" ", "")
    if not text:
        return None, None
    for signs, low in (((">=", "≥", "不低于"), True), (("<=", "≤", "不高于"), False)):
        for sign in signs:
            bound = _number(text.removeprefix(sign)) if text.startswith(sign) else None
            if bound is not None:
                return (bound, None) if low else (None, bound)
    ends = [_number(part) for part in text.replace("~", "-").replace("–", "-").split("-")]
    if len(ends) <= 2 and all(e is not None for e in ends):
        return ends[0], ends[1] if len(ends) == 2 else None
    errors.append(
        RowError(row.number, "target_range", "应如 ≥90%、≤5 或 80-100", "like ≥90%, ≤5 or 80-100")
    )
    return None, None


def _number(text: str) -> float | None:
    share = text.endswith("%")
    try:
        value = float(text.removesuffix("%"))
    except ValueError:
        return None
    if not isfinite(value):
        return None
    return value / 100 if share else value


def _twice(rows: Sequence[Row]) -> list[RowError]:
    seen: dict[str, int] = {}
    errors = []
    for row in rows:
        code = row.cells.get("code", "")
        if code and code in seen:
            where = f"与第 {seen[code]} 行重复", f"the same code as in row {seen[code]}"
            errors.append(RowError(row.number, "code", *where))
        seen.setdefault(code, row.number)
    return errors
