"""The four staff roles."""

from __future__ import annotations

from enum import StrEnum


class StaffRole(StrEnum):
    """书记员, 法官, 审管办, 管理员."""

    CLERK = "clerk"
    JUDGE = "judge"
    OFFICE = "office"
    ADMIN = "admin"
