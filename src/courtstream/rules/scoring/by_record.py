"""Items judged by the schedule, the approval and the sealed original."""

from __future__ import annotations

from courtstream.domain.scoring import Evidence, Outcome
from courtstream.domain.time import Span, merge, seconds, to_seconds
from courtstream.domain.trial import InterruptionReason
from courtstream.rules.scoring.verdict import Case, Verdict, met, question, row, unknown

_OPENING = ("P05", "K06")
_LAWFUL = frozenset(reason.value for reason in InterruptionReason)


def notice(case: Case) -> Verdict:
    """The public notice stood long enough before the sitting."""
    days = case.facts.schedule.notice_days
    if days is None:
        return unknown(case.item.deduction, row("schedule.notice_days", "未知"))
    evidence = row("schedule.notice_days", f"{days:g}")
    if days >= case.standard.limit("notice_days"):
        return met(evidence)
    return question(case.item.deduction, evidence)


def _late_minutes(case: Case) -> tuple[float | None, Evidence]:
    """Minutes after the scheduled time, and the row that says so."""
    times = case.facts.schedule
    if times.scheduled_start is None or times.actual_start is None:
        return None, row("schedule.actual_start", "未知")
    late = (times.actual_start - times.scheduled_start) / 60
    return late, row("schedule.late_minutes", f"{late:.1f}")


def punctual(case: Case) -> Verdict:
    """On time; the later, the more (法官行为规范)."""
    late, evidence = _late_minutes(case)
    points = case.standard.limits("late_points")
    if late is None:
        return unknown(max(points), evidence)
    steps = zip(case.standard.limits("late_minutes"), points, strict=True)
    loss = max((point for limit, point in steps if late > limit), default=0.0)
    return question(loss, evidence) if loss else met(evidence)


def schedule(case: Case) -> Verdict:
    """One deduction for every full quarter of an hour away from the schedule."""
    late, evidence = _late_minutes(case)
    if late is None:
        return unknown(case.item.weight, evidence)
    quarters = int(abs(late) // case.standard.limit("schedule_minutes"))
    return question(quarters * case.item.deduction, evidence) if quarters else met(evidence)


def panel(case: Case) -> Verdict:
    """One judge alone, or an odd panel of at least three."""
    size = case.facts.schedule.panel_size
    if size is None:
        return unknown(case.item.deduction, row("schedule.panel_size", "未知"))
    evidence = row("schedule.panel_size", size)
    lawful = size == 1 if case.facts.sole_judge else size >= 3 and size % 2 == 1
    return met(evidence) if lawful else question(case.item.deduction, evidence)


def approval(case: Case) -> Verdict:
    """The broadcast was approved before it began."""
    approved = case.facts.schedule.approved_before_start
    if approved is None:
        return unknown(case.item.deduction, row("schedule.approved_before_start", "未知"))
    evidence = row("schedule.approved_before_start", "是" if approved else "否")
    return met(evidence) if approved else question(case.item.deduction, evidence)


def upload(case: Case) -> Verdict:
    """The recording was filed in time."""
    hours = case.facts.schedule.uploaded_within_hours
    if hours is None:
        return unknown(case.item.deduction, row("schedule.uploaded_within_hours", "未知"))
    evidence = row("schedule.uploaded_within_hours", f"{hours:g}")
    in_time = hours <= case.standard.limit("upload_hours")
    return met(evidence) if in_time else question(case.item.deduction, evidence)


def cover(case: Case) -> Verdict:
    """The recording covers the hearing from the opening words to the last ones."""
    said = case.facts.transcript.utterances
    recorded = merge(case.facts.recording.recorded)
    if not recorded or not said:
        return unknown(case.item.deduction, row("recording.recorded", "未知"))
    slack = seconds(case.standard.limit("cover_seconds"))
    first = min(
        (s.span.start for s in case.steps if s.code in _OPENING and s.span is not None),
        default=said[0].span.start,
    )
    last = said[-1].span.end
    evidence = [Evidence(span, "recording.recorded") for span in recorded]
    if recorded[0].start <= first + slack and recorded[-1].end >= last - slack:
        return met(*evidence)
    return question(case.item.deduction, Evidence(Span(first, last), "recording.due"), *evidence)


def gaps(case: Case) -> Verdict:
    """Every interruption has one of the three lawful reasons."""
    facts = case.facts.recording
    if not facts.recorded and not facts.interruptions:
        return unknown(case.item.weight, row("recording.interruptions", "未知"))
    bad = sorted(span for span, reason in facts.interruptions if reason not in _LAWFUL)
    if not bad:
        return met(row("recording.interruptions", len(facts.interruptions)))
    evidence = [Evidence(s, f"recording.gap={to_seconds(s.length):.0f}s") for s in bad]
    return question(len(bad) * case.item.deduction, *evidence)


def chain(case: Case) -> Verdict:
    """The hash chain of the sealed original verifies."""
    ok = case.facts.recording.chain_ok
    if ok is None:
        return unknown(case.item.deduction, row("recording.chain_ok", "未校验"))
    evidence = row("recording.chain_ok", "通过" if ok else "不通过")
    return met(evidence) if ok else question(case.item.deduction, evidence)


def human(case: Case) -> Verdict:
    """People only: listed so that a reviewer sees it, without any points."""
    return Verdict(Outcome.UNCLEAR, 0.0, (row(f"review/{case.item.id}", "待人工评查"),), 0.0)
