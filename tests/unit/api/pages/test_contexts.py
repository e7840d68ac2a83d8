"""What pages say about a hearing, computed from views without a server."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from starlette.requests import Request

from courtstream.api.pages import consoles, performing, watching
from courtstream.api.pages.assets import web_folder
from courtstream.api.pages.evidence import evidence_text
from courtstream.api.pages.render import Pages, to_json
from courtstream.api.pages.wording import Wording, heading
from courtstream.domain.scoring import Outcome
from courtstream.domain.trial import HearingState, MinuteState
from courtstream.services.docket.listing import JudgedItem
from courtstream.services.views import LiveStatus, MinuteView
from tests.unit.api.pages import samples

PAGES = Pages(web_folder())
ZH, EN = PAGES.catalogs["zh-CN"], PAGES.catalogs["en"]
STATUS = samples.courtroom().status
assert STATUS is not None


def status(**changes: Any) -> LiveStatus:
    return replace(STATUS, **changes)


@pytest.mark.parametrize(
    ("state", "minute", "gone", "beat", "shown"),
    [
        (HearingState.LIVE, MinuteState.DELAYED, False, status(), "DELAYED"),
        (HearingState.LIVE, MinuteState.DELAYED, False, status(guard_open=False), "GUARD"),
        (HearingState.LIVE, MinuteState.DELAYED, False, status(stale=True), "SIGNAL_LOST"),
        (HearingState.LIVE, MinuteState.DELAYED, False, status(source="lost"), "SIGNAL_LOST"),
        (HearingState.LIVE, MinuteState.DELAYED, True, None, "SIGNAL_LOST"),
        (HearingState.INTERRUPTED, MinuteState.DELAYED, False, None, "SIGNAL_LOST"),
        (HearingState.LIVE, MinuteState.CLOSED, False, status(guard_open=False), "CLOSED"),
        (HearingState.LIVE, MinuteState.RECESS, True, None, "RECESS"),
        (HearingState.LIVE, MinuteState.DELAYED, False, status(state=MinuteState.MUTED), "MUTED"),
    ],
)
def test_what_a_person_ordered_stands_before_what_the_machine_reports(
    state: HearingState, minute: MinuteState, gone: bool, beat: LiveStatus | None, shown: str
) -> None:
    assert watching.live_state(state, minute, gone, beat) == shown


@pytest.mark.parametrize(
    ("state", "media", "shown"),
    [
        (HearingState.SCHEDULED, "", "WAITING"),
        (HearingState.ENDED, "", "ENDED"),
        (HearingState.ENDED, "/m", "REPLAY"),
        (HearingState.CANCELLED, "", "OFF"),
    ],
)
def test_off_air_the_strip_says_where_the_hearing_stands(
    state: HearingState, media: str, shown: str
) -> None:
    assert watching.strip_state(samples.hearing(state, media=media), None) == shown


def test_stretches_end_where_the_next_state_begins() -> None:
    minutes = (
        MinuteView(0.0, MinuteState.DELAYED, "machine", ""),
        MinuteView(60.0, MinuteState.RECESS, "u1", "RECESS"),
        MinuteView(90.0, MinuteState.DELAYED, "u1", ""),
    )
    hearing = replace(samples.hearing(), minutes=minutes, closures=())
    assert watching.stretches(hearing, ZH) == [
        {"start": 60.0, "end": 90.0, "state": "RECESS", "why": "休庭"}
    ]


def test_gauges_warn_before_the_guard_must_close() -> None:
    by_name = {g.name: g for g in consoles.gauges(status(speech_lag=9.7, picture_lag=10.0), ZH)}
    assert by_name["speech_lag"].tone == "warn"
    usual = {g.name: g for g in consoles.gauges(status(speech_lag=9.0), ZH)}
    assert usual["speech_lag"].tone == "", "windows make this lag; it is no warning"
    assert by_name["picture_lag"].tone == "bad"
    assert by_name["delay"].value == "10.0 s"
    names = [g.name for g in consoles.gauges(None, ZH)]
    assert names == [g.name for g in consoles.gauges(status(), ZH)]


def test_no_command_without_a_worker_that_answers() -> None:
    page = samples.courtroom()
    assert consoles.commandable(page)
    assert not consoles.commandable(replace(page, status=None))
    assert not consoles.commandable(replace(page, status=status(stale=True)))


def test_what_goes_missing_counts_hearings_and_shows_where() -> None:
    def item(hearing: str, code: str, outcome: Outcome, start: float | None = None) -> JudgedItem:
        return JudgedItem(hearing, code, f"{code}项", code, outcome, start)

    items = [
        item("h1", "A", Outcome.NOT_FOUND, 12.0),
        item("h2", "A", Outcome.MET),
        item("h1", "B", Outcome.UNCLEAR),
        item("h2", "B", Outcome.NOT_FOUND),
        item("h1", "C", Outcome.NOT_APPLICABLE),
    ]
    found = performing.missing(items, {"h1": "甲1号", "h2": "乙2号"})
    assert [(m.title_zh, m.count, m.of) for m in found] == [("B项", 2, 2), ("A项", 1, 2)]
    assert found[1].places == (performing.Place("h1", "甲1号", "A", 12.0),)


@pytest.mark.parametrize(
    ("row", "chinese"),
    [
        ("schedule.notice_days=5", "公告提前天数：5"),
        ("rule/X-ORDER=kept", "庭审顺序：已遵守"),
        ("review/04=待人工评查", "需人工评查"),
        ("procedure=CIV1_SUM", "程序：民事一审简易程序"),
        ("something.new=<b>", "something.new=<b>"),
        ("procedure/NONSENSE/X9=met", "X9：符合"),
    ],
)
def test_evidence_rows_read_as_sentences(row: str, chinese: str) -> None:
    assert evidence_text(row, ZH) == chinese


def test_a_case_number_is_not_said_twice() -> None:
    card = samples.card(0)
    doubled = replace(card, title=f"{card.case_number} {card.cause}")
    assert heading(doubled) == card.cause
    assert heading(replace(card, title=card.case_number)) == card.case_number


def test_json_on_a_page_cannot_end_its_script() -> None:
    text = str(to_json({"x": "</script><!--\u2028&"}))
    assert "<" not in text and ">" not in text and "\u2028" not in text


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("state", list(HearingState))
def test_the_watch_page_renders_in_every_state(language: str, state: HearingState) -> None:
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/watch/x",
        "query_string": f"lang={language}".encode(),
        "headers": [(b"host", b"court.test")],
        "scheme": "http",
        "server": ("court.test", 80),
    }
    request = Request(scope)
    hearing = samples.hearing(state, media="/m" if state is HearingState.LIVE else "")
    words = PAGES.words(request)
    values = watching.watch_context(hearing, samples.lines(), None, 3.0, words, Wording(language))
    page = PAGES.respond(request, "watch.html", dict(values))
    text = bytes(page.body).decode()
    assert page.status_code == 200 and hearing.card.case_number in text
    assert "＊" not in hearing.card.title and "张三" not in text
