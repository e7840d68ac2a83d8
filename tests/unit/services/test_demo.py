from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from courtstream.control.protocol import WorkerSpec
from courtstream.domain.clock import utc_now
from courtstream.services import demo_past
from courtstream.services.courtroom import admission, keys
from courtstream.services.demo import DemoSeed, seed_demo
from courtstream.services.docket import court_tree
from courtstream.services.people import audit
from courtstream.services.public import search as public_search
from courtstream.services.public import transcript as public_transcript
from courtstream.services.public import watch
from courtstream.services.public.search import Search
from courtstream.services.supervision import performance
from courtstream.services.work import Work
from courtstream.settings import Settings
from courtstream.store.migrate import upgrade
from courtstream.store.trials import Hearing
from courtstream.store.unit import Store
from tests.support.platform import entered

CASE = Path(__file__).parents[3] / "sample_media" / "case.json"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Work, DemoSeed]:
    settings = Settings(data=tmp_path_factory.mktemp("demo"))
    upgrade(settings.database)
    work = Work(Store(settings.database))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo_past, "DAYS", 9)  # a week and a half is enough to see
        seed = work.write(seed_demo, settings, utc_now(), CASE)
    return settings, work, seed


def test_the_province_is_there_and_flagged(place: tuple[Settings, Work, DemoSeed]) -> None:
    _, work, seed = place
    courts = work.read(court_tree.courts)
    assert [c.depth for c in courts] == [0, 1, 2]
    found = work.read(public_search.search, Search())
    assert found.total == seed.past_hearings + 1
    assert all(card.demo for card in found.cards)
    assert work.read(audit.verify) > seed.past_hearings


def test_seeding_again_changes_nothing(place: tuple[Settings, Work, DemoSeed]) -> None:
    settings, work, seed = place
    assert work.write(seed_demo, settings, utc_now(), CASE) == seed


def test_todays_hearing_opens_with_the_key(place: tuple[Settings, Work, DemoSeed]) -> None:
    settings, work, seed = place
    order = work.write(admission.admit_publisher, seed.ingest_key, "local", settings)
    assert isinstance(order, WorkerSpec)
    assert order.hearing_id == seed.hearing_id
    assert "沈乐瑶" in [p.name for p in order.participants if p.protected]
    view = work.read(watch.hearing_page, seed.hearing_id, utc_now())
    assert "沈乐瑶" not in str(view)


def test_the_printed_accounts_sign_in_and_the_judge_has_a_past(
    place: tuple[Settings, Work, DemoSeed],
) -> None:
    _, work, seed = place
    for account in seed.accounts:
        found, _ = entered(work, account.login, account.password)
        assert found.user.role is account.role
        assert found.user.demo
    people = {a.login: a for a in seed.accounts}
    office, _ = entered(work, "office", people["office"].password)
    pages = [
        work.read(performance.performance, office.user, judge.id, utc_now())
        for judge in work.read(performance.judges, office.user).rows
    ]
    assert len(pages) == 12
    assert sum(len(p.hearings) for p in pages) > seed.past_hearings
    totals = [h.total for p in pages for h in p.hearings]
    assert max(totals) - min(totals) > 1.0


def test_past_hearings_can_be_read_along(place: tuple[Settings, Work, DemoSeed]) -> None:
    _, work, _ = place
    card = work.read(public_search.search, Search()).cards[3]
    view = work.read(watch.hearing_page, card.id, utc_now())
    assert view.media == ""  # nothing was filmed
    assert len(view.chapters) > 5
    assert len(work.read(public_transcript.transcript, card.id, utc_now())) > 20


def test_a_revoked_demonstration_key_is_replaced(place: tuple[Settings, Work, DemoSeed]) -> None:
    settings, work, seed = place
    login = next(a for a in seed.accounts if a.login == "admin")
    admin, _ = entered(work, login.login, login.password)
    work.write(keys.rotate, admin.user, seed.courtroom_id, utc_now())
    again = work.write(seed_demo, settings, utc_now(), CASE)
    assert again.ingest_key != seed.ingest_key
    assert work.read(keys.find, again.ingest_key) is not None


def test_tomorrow_has_its_own_hearing(place: tuple[Settings, Work, DemoSeed]) -> None:
    settings, work, seed = place
    later = work.write(seed_demo, settings, utc_now() + timedelta(days=1), CASE)
    assert later.hearing_id != seed.hearing_id


def test_the_case_may_name_its_delay(
    place: tuple[Settings, Work, DemoSeed], tmp_path: Path
) -> None:
    settings, work, seed = place
    assert _delay(work, seed) == 10.0, "the sample's names none"
    case = json.loads(CASE.read_text(encoding="utf-8"))
    case["hearing"]["delay"] = 20.0
    slow = tmp_path / "case.json"
    slow.write_text(json.dumps(case), encoding="utf-8")
    later = utc_now() + timedelta(days=2)
    assert _delay(work, work.write(seed_demo, settings, later, slow)) == 20.0


def _delay(work: Work, seed: DemoSeed) -> float | None:
    policy = work.read(lambda session: session.get_one(Hearing, seed.hearing_id).policy)
    return policy.delay if policy else None
