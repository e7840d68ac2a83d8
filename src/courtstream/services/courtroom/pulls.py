"""拉流: sources of a courtroom that the node fetches itself, from the operator's list only."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.auth.tokens import derived, site_secret
from courtstream.control.protocol import PullNews, PullOrder
from courtstream.control.pull.address import AllowList, Login, parsed
from courtstream.domain.errors import CourtstreamError, NotFound, SourceRefused
from courtstream.domain.ids import new_id
from courtstream.domain.staff import MACHINE
from courtstream.services.courtroom import admission, keys
from courtstream.services.people import audit
from courtstream.services.people.scope import courtroom_for
from courtstream.services.views import PullView, UserView
from courtstream.settings import Settings
from courtstream.store.tables import PullSource

PURPOSE = "pull"


def add(
    session: Session,
    actor: UserView,
    courtroom_id: str,
    url: str,
    settings: Settings,
    now: datetime,
) -> PullView | CourtstreamError:
    """List a source for the courtroom; it is fetched while a hearing is due there.

    A refusal comes as a value, so that its trace stays. Raises NotFound, Forbidden.
    """
    room = courtroom_for(session, actor, Action.CHANGE_KEY, courtroom_id)
    try:
        source, login = parsed(url)
        AllowList(settings.ingest.pull_allow).check_name(source)
    except SourceRefused as refused:
        detail = {"why": refused.detail}
        audit.append(session, actor.id, "source_refused", courtroom_id, detail, now)
        return refused
    secret = site_secret(settings.secret_key)
    row = PullSource(
        id=new_id("ps"),
        courtroom_id=room.id,
        url=source.text(),
        login=_sealed(secret, login),
        enabled=True,
        created_at=now,
        created_by=actor.id,
    )
    key, _ = keys.add(session, room.id, actor.id, now, key_of(secret, row.id), purpose=PURPOSE)
    row.key_id = key.id
    session.add(row)
    session.flush()
    audit.append(session, actor.id, "add_source", courtroom_id, {"source": row.id}, now)
    return pull_view(row)


def remove(
    session: Session, actor: UserView, courtroom_id: str, source_id: str, now: datetime
) -> None:
    """Fetch it no more; what comes from it is put out like any revoked key's publisher."""
    room = courtroom_for(session, actor, Action.CHANGE_KEY, courtroom_id)
    row = session.get(PullSource, source_id)
    if row is None or row.courtroom_id != room.id:
        raise NotFound
    keys.revoke(session, actor, courtroom_id, row.key_id, now)
    session.delete(row)
    audit.append(session, actor.id, "remove_source", courtroom_id, {"source": source_id}, now)


def sources(session: Session, courtroom_id: str) -> tuple[PullView, ...]:
    """The courtroom's sources."""
    query = select(PullSource).where(PullSource.courtroom_id == courtroom_id)
    return tuple(pull_view(row) for row in session.scalars(query.order_by(PullSource.created_at)))


def orders(
    session: Session, settings: Settings, now: datetime
) -> tuple[tuple[PullOrder, str], ...]:
    """What is to be fetched now: sources of courtrooms with a hearing due or on air, each with
    the node that runs the hearing (empty when none does).
    """
    secret = site_secret(settings.secret_key)
    rows = session.scalars(select(PullSource).where(PullSource.enabled))
    due = ((row, admission.hearing_now(session, row.courtroom_id, now)) for row in rows)
    return tuple((_order(row, secret), hearing.node) for row, hearing in due if hearing)


def heard(session: Session, news: PullNews, now: datetime) -> None:
    """Note how a source fared; one that leads where it may not is on record."""
    row = session.get(PullSource, news.id)
    if row is None:
        return
    if news.code.startswith(SourceRefused.code) and row.last_code != news.code:
        why = {"source": row.id, "why": news.code.partition(":")[2]}
        audit.append(session, MACHINE, "source_refused", row.courtroom_id, why, now)
    row.last_code, row.last_at = news.code[:64], now


def key_of(secret: bytes, source_id: str) -> str:
    """The key a source knocks with: it follows from the secret, so it is kept nowhere."""
    return derived(secret, f"pull:{source_id}")


def pull_view(row: PullSource) -> PullView:
    """A source as it may be shown."""
    return PullView(row.id, row.url, bool(row.login), row.enabled, row.last_code, row.last_at)


def _order(row: PullSource, secret: bytes) -> PullOrder:
    login = _opened(secret, row.login)
    key = key_of(secret, row.id)
    return PullOrder(id=row.id, url=row.url, user=login.user, password=login.password, key=key)


def _box(secret: bytes) -> SecretBox:
    return SecretBox(hashlib.sha256(b"courtstream.pull.login" + secret).digest())


def _sealed(secret: bytes, login: Login) -> str:
    if not login.user:
        return ""
    clear = json.dumps([login.user, login.password]).encode()
    return base64.b64encode(_box(secret).encrypt(clear)).decode()


def _opened(secret: bytes, sealed: str) -> Login:
    """The login; none when the installation's secret has changed since."""
    if not sealed:
        return Login()
    try:
        user, password = json.loads(_box(secret).decrypt(base64.b64decode(sealed)))
    except (CryptoError, ValueError):
        return Login()
    return Login(user, password)
