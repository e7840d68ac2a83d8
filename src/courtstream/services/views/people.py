"""Staff, courts and judges as the pages see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from courtstream.domain.staff import StaffRole
from courtstream.domain.trial import CourtLevel, Role


@dataclass(frozen=True, slots=True)
class UserView:
    """A staff account. `court_id` None means every court (the High Court's administrators).

    `scopes`: the actions of the API token it acts by, None for the person.
    """

    id: str
    login: str
    name: str
    role: StaffRole
    court_id: str | None
    court_name: str
    judge_id: str | None
    active: bool
    demo: bool
    division_id: str | None = None
    scopes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in. `csrf` must come back with every unsafe request that carries the cookie.

    `stage`: `full`, or what is missing (`second`, `enrol`). `stale`: its last use is worth noting.
    """

    user: UserView
    session_id: str
    csrf: str
    expires_at: datetime
    stage: str = "full"
    stale: bool = False

    @property
    def scopes(self) -> frozenset[str] | None:
        """What an API token is good for; None for a sign-in of a person."""
        return self.user.scopes


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account as its administrator sees it. `guarded`: a second factor is set up."""

    user: UserView
    last_login_at: datetime | None
    guarded: bool


@dataclass(frozen=True, slots=True)
class SessionView:
    """One of a person's sign-ins, as they may see it."""

    id: str
    device: str
    how: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TokenView:
    """An API token without its secret."""

    id: str
    name: str
    last4: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    active: bool


@dataclass(frozen=True, slots=True)
class FactorView:
    """A person's second factor. `needed`: the role may not be without; `left`: recovery codes."""

    on: bool
    needed: bool
    left: int


@dataclass(frozen=True, slots=True)
class CourtView:
    """A court in the province's tree. `depth` 0 is the High Court; the list is in tree order."""

    id: str
    name: str
    name_en: str
    level: CourtLevel
    parent_id: str | None
    depth: int


@dataclass(frozen=True, slots=True)
class JudgeView:
    """A judge as the public may see one."""

    id: str
    name: str
    title: str
    leader: bool
    court_id: str
    court_name: str


@dataclass(frozen=True, slots=True)
class PartyView:
    """A participant as the public may see one: `shown` is a masked name or only the label."""

    role: Role
    label: str
    shown: str
    protected: bool


@dataclass(frozen=True, slots=True)
class AuditView:
    """One act in the audit chain."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, object]
