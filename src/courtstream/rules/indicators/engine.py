"""Indicators of openness over cells of counts: shares and coverages with honest denominators."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from courtstream.rules.indicators.definitions import definitions
from courtstream.rules.indicators.rows import Definition, IndicatorValue
from courtstream.rules.indicators.tally import Tally, total

Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Cell:
    """The counts of one judge's sittings of one kind in one court."""

    court: str
    kind: str
    judge: str
    leader: bool
    tally: Tally


UNITS: Mapping[str, Callable[[Cell], str | None]] = {
    "court": lambda cell: cell.court,
    "kind": lambda cell: cell.kind,
    "judge": lambda cell: cell.judge,
    "leader": lambda cell: cell.judge if cell.leader else None,
}
"""What coverages are counted over; None leaves a cell out."""

_PERSONS = frozenset({"judge", "leader"})


def figures(
    cells: Iterable[Cell],
    reported: Counts | None = None,
    people: Iterable[Cell] | None = None,
) -> tuple[IndicatorValue, ...]:
    """Every indicator over the same cells, in the order of the definitions.

    `reported`: counts that do not come from hearings, as `CODE.numerator`, `CODE.denominator`.
    `people`: the same sittings by judge, where `cells` are not; a province's year has thirty
    thousand cells and only the coverage of persons asks for persons.
    """
    kept = list(cells)
    persons = kept if people is None else list(people)
    counts = {**total(c.tally for c in kept).counts(), **(reported or {})}
    return tuple(_figure(d, persons if d.unit in _PERSONS else kept, counts) for d in definitions())


def figure(code: str, cells: Iterable[Cell], reported: Counts | None = None) -> IndicatorValue:
    """One indicator by its code. Raises KeyError for one that does not exist."""
    definition = next((d for d in definitions() if d.code == code), None)
    if definition is None:
        raise KeyError(code)
    kept = list(cells)
    counts = {**total(c.tally for c in kept).counts(), **(reported or {})}
    return _figure(definition, kept, counts)


def _figure(definition: Definition, cells: Sequence[Cell], counts: Counts) -> IndicatorValue:
    if definition.kind == "coverage":
        return _coverage(definition, cells)
    if definition.kind == "balance":
        return _balance(definition, cells)
    return _ratio(definition, counts)


def _ratio(definition: Definition, counts: Counts) -> IndicatorValue:
    upper, lower = definition.numerator, definition.denominator
    if definition.reported:
        upper, lower = f"{definition.code}.numerator", f"{definition.code}.denominator"
    numerator, denominator = counts.get(upper, 0), counts.get(lower, 0)
    if definition.kind == "count":
        return IndicatorValue(definition, float(numerator), numerator, 0)
    value = numerator * definition.per / denominator if denominator else None
    left_out = counts["closed"] if lower == "eligible" else 0
    return IndicatorValue(definition, value, numerator, denominator, left_out)


def _coverage(definition: Definition, cells: Sequence[Cell]) -> IndicatorValue:
    """Units with a valid broadcast over units that could have had one."""
    unit_of = UNITS[definition.unit]
    held: set[str] = set()
    open_to: set[str] = set()
    shown: set[str] = set()
    for cell in cells:
        unit, tally = unit_of(cell), cell.tally
        if unit is None or not tally.held:
            continue
        held.add(unit)
        if getattr(tally, definition.denominator):
            open_to.add(unit)
        if getattr(tally, definition.numerator):
            shown.add(unit)
    covered = open_to & shown
    return IndicatorValue(
        definition,
        len(covered) / len(open_to) if open_to else None,
        len(covered),
        len(open_to),
        len(held - open_to),
        tuple(sorted(open_to - covered)),
    )


def _balance(definition: Definition, cells: Sequence[Cell]) -> IndicatorValue:
    """One less half the sum of the differences between the kinds' two shares."""
    shown: dict[str, int] = {}
    open_to: dict[str, int] = {}
    for cell in cells:
        shown[cell.kind] = shown.get(cell.kind, 0) + getattr(cell.tally, definition.numerator)
        open_to[cell.kind] = open_to.get(cell.kind, 0) + getattr(cell.tally, definition.denominator)
    upper, lower = sum(shown.values()), sum(open_to.values())
    left_out = sum(cell.tally.closed for cell in cells)
    if not upper or not lower:
        return IndicatorValue(definition, None, upper, lower, left_out)
    apart = sum(abs(shown[k] / upper - open_to[k] / lower) for k in shown)
    return IndicatorValue(definition, 1 - apart / 2, upper, lower, left_out)


def grouped(cells: Iterable[Cell], unit: Callable[[Cell], str]) -> dict[str, list[Cell]]:
    """Cells by a unit of one's choosing."""
    found: dict[str, list[Cell]] = {}
    for cell in cells:
        found.setdefault(unit(cell), []).append(cell)
    return found
