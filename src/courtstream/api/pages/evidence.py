"""The metadata row a finding rests on, as a sentence a judge understands."""

from __future__ import annotations

from courtstream.api.pages.i18n import Catalog
from courtstream.domain.trial import Procedure
from courtstream.services.scoring.names import rule_titles, step_titles


def evidence_text(row: str, words: Catalog) -> str:
    """`schedule.notice_days=3` → 公告提前天数：3. Rows of unknown shape are shown as they are."""
    name, _, value = row.partition("=")
    kind, _, rest = name.partition("/")
    if kind == "review":
        return words("evidence.review")
    if kind == "rule":
        return _pair(_title(rule_titles(rest), words), _value(value, words), words)
    if kind == "procedure" and rest:
        procedure, _, step = rest.partition("/")
        titles = (
            step_titles(Procedure(procedure), step) if procedure in set(Procedure) else ("", "")
        )
        return _pair(_title(titles, words) or step, _value(value, words), words)
    if not words.has(f"evidence.{name}"):
        return row
    return _pair(words(f"evidence.{name}"), _value(value, words), words)


def _title(titles: tuple[str, str], words: Catalog) -> str:
    return titles[1] if words.language == "en" else titles[0]


def _value(value: str, words: Catalog) -> str:
    for family in ("outcome", "evidence_value", "procedure"):
        if words.has(f"{family}.{value}"):
            return words(f"{family}.{value}")
    return value


def _pair(name: str, value: str, words: Catalog) -> str:
    return f"{name}{words('punct.colon')}{value}" if value else name
