"""公开审批: one approval object for all five modes, its chain and its two outcomes."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """Who speaks in turn (法发〔2010〕48号 art. 5): 庭室, 审管办, 主管副院长, 上级法院."""

    DIVISION = "division"
    OFFICE = "office"
    VICE_PRESIDENT = "vice_president"
    HIGHER_COURT = "higher_court"


class ApprovalOutcome(StrEnum):
    """Both are filed: the form to publish, and the form not to publish with its reason."""

    PUBLISH = "publish"
    DO_NOT_PUBLISH = "do_not_publish"


DEFAULT_CHAIN: tuple[Stage, ...] = (Stage.DIVISION, Stage.OFFICE, Stage.VICE_PRESIDENT)
"""What holds where neither the court nor one above it has set another chain."""
