"""What steps, rules and categories are called on screens; the packs hold the words."""

from __future__ import annotations

from courtstream.domain.errors import CourtstreamError
from courtstream.domain.trial import Procedure
from courtstream.rules.procedure.pack import Pack, load_pack

RULES: dict[str, tuple[str, str]] = {
    "X-GAVEL-OPEN": ("开庭敲槌", "gavel at the opening"),
    "X-GAVEL-REC": ("休庭敲槌", "gavel at recess"),
    "X-RECUSE-EACH": ("逐一询问回避", "each party asked about recusal"),
    "X-PANEL-CONTRA": ("合议庭组成一致", "the panel is as announced"),
    "X-ORDER": ("庭审顺序", "order of the steps"),
    "X-PII-SPOKEN": ("口头个人信息", "personal data spoken"),
    "X-FINAL-BOTH": ("双方最后意见", "final words of both sides"),
    "X-EVID-BOTH": ("双方举证质证", "evidence of both sides"),
    "X-MEDIATION-STREAM": ("调解不公开", "mediation is not streamed"),
    "X-WIT-GALLERY": ("证人未旁听", "no witness in the gallery"),
    "X-WIT-OATH": ("证人保证书", "oath of the witness"),
    "X-CLOSE-REASON": ("宣布不公开理由", "reason for closing announced"),
    "X-APPEAL": ("告知上诉权利", "right of appeal told"),
    "X-MERGE-OK": ("合并审理同意", "consent to joining"),
}


def step_titles(procedure: Procedure, code: str) -> tuple[str, str]:
    """Chinese and English name of a step; the code itself when no pack knows it."""
    pack = _pack(procedure)
    if pack is not None:
        for step in pack.steps:
            if step.code == code:
                return step.zh, step.en
    return code, code


def rule_titles(code: str) -> tuple[str, str]:
    """Chinese and English name of a rule; the code itself when it is new."""
    return RULES.get(code, (code, code))


CATEGORIES: dict[str, tuple[str, str]] = {
    "preparation": ("庭前准备", "preparation"),
    "ceremony": ("开庭仪式", "ceremony"),
    "procedure": ("庭审程序", "procedure"),
    "conduct": ("庭审驾驭与言行", "conduct"),
    "dress": ("着装", "dress"),
    "merit": ("实体质量", "merit"),
    "recording": ("录音录像", "recording"),
    "av": ("音像质量", "sound and picture"),
    "privacy": ("隐私保护", "privacy"),
    "publication": ("庭审公开", "publication"),
}


def category_titles(code: str) -> tuple[str, str]:
    """Chinese and English name of a category of the standard; the code itself when new."""
    return CATEGORIES.get(code, (code, code))


def _pack(procedure: Procedure) -> Pack | None:
    try:
        return load_pack(procedure)
    except (CourtstreamError, OSError):
        return None
