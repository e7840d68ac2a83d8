"""The staff roles, and who acts where nobody does."""

from __future__ import annotations

from enum import StrEnum

MACHINE = "machine"
"""Stands for a person in acts that no person did."""


class StaffRole(StrEnum):
    """书记员, 法官, 庭长, 审管办, 管理员."""

    CLERK = "clerk"
    JUDGE = "judge"
    HEAD = "head"
    OFFICE = "office"
    ADMIN = "admin"
