"""Promise: one approval object, a chain that speaks in turn, objections that hold until decided,
and closure codes that act on air and can be corrected by few, with a reason."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from courtstream.api import media_memory
from courtstream.control.protocol import RowKind, Verb, WorkerSpec
from courtstream.domain.approval import ApprovalOutcome, Stage
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import Conflict, Forbidden, GateClosed, InvalidInput
from courtstream.domain.staff import StaffRole
from courtstream.rules.gate import ObjectionBy
from courtstream.services.gate import approving, gatekeeping, objecting
from courtstream.services.gate import orders as gate_orders
from courtstream.services.people import audit
from courtstream.services.publication import file as publication_file
from courtstream.services.publication import queue as publication_queue
from courtstream.services.publication.media import media_grant
from courtstream.store.tables import ApprovalStep, Hearing, Judge, PartyNotice
from tests.support.platform import BASIC, HIGH, NOW, MemoryBus, World, sign_in, site

PUBLISH, NOT = ApprovalOutcome.PUBLISH, ApprovalOutcome.DO_NOT_PUBLISH


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path / "data")


@pytest.fixture
def full(world: World) -> World:
    """The whole chain, with a division head and a vice-president of the basic court."""

    def fill(session: Any) -> None:
        for number, title in (("head", "庭长"), ("vice", "副院长")):
            judge = Judge(id=f"j_{number}", court_id=BASIC, name=title, title=title, leader=True)
            session.add(judge)
            session.flush()
            world._user(session, number, StaffRole.JUDGE, BASIC, judge.id)

    world.work.write(fill)
    chain = [Stage.DIVISION, Stage.OFFICE, Stage.VICE_PRESIDENT]
    world.work.write(approving.set_chain, world.users["office"], HIGH, chain, NOW)
    return world


def say(world: World, login: str, hearing: str, outcome: ApprovalOutcome, reason: str = "") -> None:
    world.work.write(approving.say, world.users[login], hearing, outcome, reason, NOW)


def outcome(world: World, hearing_id: str) -> bool | None:
    return world.work.read(lambda s: s.get(Hearing, hearing_id).approval)


def find(world: World, login: str, hearing: str, *codes: str, reason: str = "") -> Any:
    user = world.users[login]
    return world.work.write(gatekeeping.find_closures, user, hearing, codes, NOW, reason)


def test_the_chain_speaks_in_turn_and_the_last_word_decides(full: World) -> None:
    hearing = full.hearing(approval=None)
    for wrong in ("office", "vice", "judge", "clerk", "admin"):
        with pytest.raises(Forbidden):
            say(full, wrong, hearing, PUBLISH)
    say(full, "head", hearing, PUBLISH)
    assert outcome(full, hearing) is None
    assert isinstance(full.admit(), GateClosed)
    say(full, "office", hearing, NOT, "舆情风险")
    assert outcome(full, hearing) is None
    say(full, "vice", hearing, PUBLISH)
    assert outcome(full, hearing) is True
    assert isinstance(full.admit(), WorkerSpec)
    filed = full.work.read(
        lambda s: [(x.stage, x.outcome, x.reason) for x in s.query(ApprovalStep)]
    )
    assert filed == [
        (Stage.DIVISION, PUBLISH, ""),
        (Stage.OFFICE, NOT, "舆情风险"),
        (Stage.VICE_PRESIDENT, PUBLISH, ""),
    ]


def test_not_to_publish_is_filed_with_its_reason_and_can_be_reconsidered(world: World) -> None:
    hearing = world.hearing(approval=None)
    with pytest.raises(InvalidInput):
        say(world, "office", hearing, NOT, "  ")
    say(world, "office", hearing, NOT, "当事人为未成年人近亲属")
    assert outcome(world, hearing) is False
    with pytest.raises(Conflict):
        say(world, "office", hearing, PUBLISH)
    office = world.users["office"]
    world.work.write(approving.reconsider, office, hearing, "情况变化", NOW)
    assert outcome(world, hearing) is None
    say(world, "office", hearing, PUBLISH)
    assert outcome(world, hearing) is True
    assert world.work.read(lambda s: s.query(ApprovalStep).count()) == 2  # both stay on file


def test_a_court_may_publish_by_default_and_the_law_still_closes(world: World) -> None:
    world.work.write(approving.set_chain, world.users["office"], BASIC, [], NOW)
    assert outcome(world, world.hearing(approval=None)) is True
    assert isinstance(world.admit(), WorkerSpec)
    later = NOW + timedelta(days=1)
    closed = world.hearing(approval=None, start=later, closure_codes=("STATE_SECRET_CIV",))
    gate = world.work.read(lambda s: s.get(Hearing, closed).gate_decisions[-1].allowed)
    assert gate == []


@pytest.mark.parametrize("side", list(ObjectionBy))
def test_an_objection_holds_until_somebody_has_decided_it(world: World, side: ObjectionBy) -> None:
    hearing = world.hearing()
    clerk, office = world.users["clerk"], world.users["office"]
    with pytest.raises(InvalidInput):
        world.work.write(objecting.object_to, clerk, hearing, side, "", " ", NOW)
    filed = world.work.write(objecting.object_to, clerk, hearing, side, "原告", "涉隐私", NOW)
    assert filed.due_at <= NOW + timedelta(minutes=5)  # never later than the hearing
    assert isinstance(world.admit(), GateClosed)
    with pytest.raises(Forbidden):
        world.work.write(objecting.decide, clerk, filed.id, False, "不成立", NOW)
    world.work.write(objecting.decide, office, filed.id, False, "理由不充分", NOW)
    assert isinstance(world.admit(), WorkerSpec)
    with pytest.raises(Conflict):
        world.work.write(objecting.decide, office, filed.id, True, "改判", NOW)


def test_an_upheld_objection_takes_a_live_hearing_from_the_public(world: World) -> None:
    hearing, _ = world.live()
    office = world.users["office"]
    filed = world.work.write(
        objecting.object_to, office, hearing, ObjectionBy.PARTY, "被告", "商业秘密", NOW
    )
    assert world.work.read(media_grant, hearing, NOW).withdrawn
    world.work.write(objecting.decide, office, filed.id, False, "不属商业秘密", NOW)
    assert world.work.read(media_grant, hearing, NOW).live


def test_parties_are_told_once_and_the_court_is_not(world: World) -> None:
    hearing = world.hearing()
    clerk = world.users["clerk"]
    assert world.work.write(objecting.give_notice, clerk, hearing, NOW) == 3
    assert world.work.write(objecting.give_notice, clerk, hearing, NOW) == 0
    assert world.work.read(lambda s: s.query(PartyNotice).count()) == 3
    assert world.work.read(lambda s: s.get(Hearing, hearing).notice_at) == NOW


def test_a_code_found_on_air_closes_and_only_few_may_take_it_back_with_a_reason(
    world: World,
) -> None:
    hearing, _ = world.live()
    find(world, "clerk", hearing, "PRIVACY_CIV")
    assert world.work.read(media_grant, hearing, NOW).withdrawn
    for login, reason in (("clerk", "误选"), ("judge2", "误选"), ("judge", " ")):
        with pytest.raises((Forbidden, InvalidInput)):
            find(world, login, hearing, reason=reason)
    find(world, "judge", hearing, reason="书记员误选，本案不涉及隐私")
    assert world.work.read(media_grant, hearing, NOW).live
    changes = world.work.read(
        publication_file.publication_file, world.users["office"], hearing, NOW
    ).changes
    assert {(c.added, c.removed, c.reason) for c in changes} == {
        (("PRIVACY_CIV",), (), ""),
        ((), ("PRIVACY_CIV",), "书记员误选，本案不涉及隐私"),
    }


def test_what_a_person_withdrew_no_correction_brings_back(world: World) -> None:
    hearing, _ = world.live()
    find(world, "clerk", hearing, "PRIVACY_CIV")
    with site(world) as client:
        header = sign_in(client, "office")
        path = f"/api/v1/hearings/{hearing}/withdraw"
        assert client.post(path, json={"reason": "舆情"}, headers=header).status_code == 204
    find(world, "judge", hearing, reason="更正")
    assert world.work.read(media_grant, hearing, NOW).withdrawn


def test_after_the_end_no_code_changes_any_more(world: World) -> None:
    hearing, tape = world.live()
    world.take([tape.end(6)])
    with pytest.raises(Conflict):
        find(world, "judge", hearing, "PRIVACY_CIV")


def test_the_worker_follows_the_gate_and_takes_back_only_what_the_gate_ordered(
    world: World,
) -> None:
    hearing, tape = world.live()
    bus = MemoryBus()
    with site(world, bus) as client:
        header = sign_in(client, "judge")
        path = f"/api/v1/hearings/{hearing}/closures"
        client.put(path, json={"codes": ["PRIVACY_CIV"]}, headers=header)
        assert [c.verb for _, c in bus.commands] == [Verb.CUT]
        world.take([tape.row(RowKind.STATE, 0, command="cut", by="gate", why="gate")])
        assert world.work.read(gate_orders.order_for, hearing) is None  # it has obeyed
        client.put(path, json={"codes": [], "reason": "误选"}, headers=header)
        assert [c.verb for _, c in bus.commands] == [Verb.CUT, Verb.RELEASE]
        world.take([tape.row(RowKind.STATE, 0, command="release", by="gate", why="gate")])
        client.put(path, json={"codes": ["MEDIATION_CIV"]}, headers=header)
        assert bus.commands[-1][1].verb is Verb.CLOSE_SEGMENT
        assert bus.commands[-1][1].reason == "MEDIATION"
        world.take([tape.row(RowKind.STATE, 0, command="cut", by=world.users["clerk"].id)])
        client.put(path, json={"codes": [], "reason": "调解结束"}, headers=header)
        assert bus.commands[-1][1].verb is Verb.CLOSE_SEGMENT  # the clerk's cut stays the clerk's
        bus.worker = None  # nobody answers: the public routes are closed all the same
        assert client.put(path, json={"codes": ["PRIVACY_CIV"]}, headers=header).status_code == 200
    assert world.work.read(media_grant, hearing, NOW).withdrawn


def test_withdrawal_is_one_act_gone_everywhere_and_on_record(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_memory, "GRANT_SECONDS", 0.0)
    hearing, _ = world.live()
    world.files(hearing)
    with site(world) as client:
        assert client.get(f"/media/{hearing}/live/index.m3u8").status_code == 200
        token = sign_in(client, "clerk")["X-CSRF-Token"]
        form = {"csrf": token, "act": "withdraw", "reason": "经审查不宜继续公开"}
        client.post(f"/staff/hearings/{hearing}/publish", data=form)
        for name in ("live/index.m3u8", "live/seg-000000-1.m4s", "stills/000010.jpg"):
            assert client.get(f"/media/{hearing}/{name}").status_code == 410
        assert client.get(f"/watch/{hearing}", headers={"accept": "text/html"}).status_code == 410
        assert client.get(f"/api/v1/hearings/{hearing}").status_code == 410
    acts = world.work.read(audit.entries, hearing)
    assert any(a.action == "publication" and a.detail["state"] == "withdrawn" for a in acts)


def test_the_queue_names_what_does_not_go_by_itself(world: World) -> None:
    soon = utc_now() + timedelta(days=1)
    quiet = world.hearing(start=soon)
    world.change(quiet, notice_at=NOW)
    waiting = world.hearing(
        start=soon + timedelta(days=1),
        approval=None,
        closure_codes=None,
        case_number="（2026）江2号",
    )
    found = world.work.read(publication_queue.exceptions, world.users["office"], utc_now())
    by_kind = {e.kind: e.card.id for e in found.part.rows}
    assert by_kind == {"unchecked": waiting, "approval": waiting, "notice": waiting}
    far = world.work.read(publication_queue.exceptions, world.users["far"], utc_now())
    assert far.part.total == 0
