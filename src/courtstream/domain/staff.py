"""The staff roles."""

from __future__ import annotations

from enum import StrEnum


class StaffRole(StrEnum):
    """书记员, 法官, 庭长, 审管办, 管理员."""

    CLERK = "clerk"
    JUDGE = "judge"
    HEAD = "head"
    OFFICE = "office"
    ADMIN = "admin"
