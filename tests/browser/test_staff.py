"""What staff do, done as they do it: with the browser."""

from __future__ import annotations

import re
import subprocess
from datetime import timedelta
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from courtstream.control.protocol import RowKind
from courtstream.domain.clock import utc_now
from courtstream.domain.trial import Procedure
from courtstream.services.docket import lookup, schedule
from courtstream.services.docket.schedule import NewHearing
from courtstream.store.tables import Hearing
from media_workers.outputs.sealed import SealedRecorder
from tests.browser.conftest import sign_in, until
from tests.browser.stage import LENGTH, Stage
from tests.support.media import stream


def test_the_desk_needs_a_sign_in_and_leads_back(page: Page, stage: Stage) -> None:
    page.goto(f"{stage.base}/staff/courtrooms/{stage.seed.courtroom_id}")
    expect(page).to_have_url(re.compile(r"/sign-in\?next="))
    page.fill("#login", "clerk")
    page.fill("#password", "wrong")
    page.press("#password", "Enter")
    expect(page.get_by_role("alert")).to_contain_text("不正确")
    page.fill("#password", stage.passwords["clerk"])
    page.press("#password", "Enter")
    expect(page).to_have_url(re.compile(r"/staff/courtrooms/"))
    page.get_by_role("button", name="退出").click()
    page.goto(f"{stage.base}/staff")
    expect(page).to_have_url(re.compile(r"/sign-in"))


def test_a_new_key_is_shown_once(page: Page, stage: Stage) -> None:
    sign_in(page, stage, "clerk")
    page.goto(f"{stage.base}/staff/courtrooms/{stage.seed.courtroom_id}")
    assert stage.seed.ingest_key not in page.content()
    page.get_by_role("button", name="更换密钥").click()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_text("新密钥只显示这一次")).to_be_visible()
    key = page.locator("#paste-key").inner_text()
    assert (
        page.locator("#paste-whole").inner_text()
        == f"{page.locator('#paste-server').inner_text()}/{key}"
    )
    page.goto(f"{stage.base}/staff/courtrooms/{stage.seed.courtroom_id}")
    assert key not in page.content()
    expect(page.locator("#paste-key")).to_have_text(f"····{key[-4:]}")


def test_counters_follow_the_worker(page: Page, stage: Stage) -> None:
    sign_in(page, stage, "clerk")
    page.goto(f"{stage.base}/staff/courtrooms/{stage.seed.courtroom_id}")
    stage.beat(speech_lag=9.7, guard_open=False)
    lag = page.locator('[data-gauge="speech_lag"]')
    expect(lag.locator("dd")).to_have_text("9.7 s")
    expect(lag).to_have_class("is-warn")
    expect(page.locator("[data-strip-name]")).to_have_text("画面与声音已遮挡")
    stage.beat()
    expect(page.locator('[data-gauge="guard"] dd')).to_have_text("开启")


def test_a_command_is_asked_about_and_its_refusal_is_said(page: Page, stage: Stage) -> None:
    sign_in(page, stage, "clerk")
    page.goto(f"{stage.base}/staff/courtrooms/{stage.seed.courtroom_id}")
    stage.beat()
    page.get_by_role("button", name="休庭", exact=True).click()
    expect(page.locator("dialog")).to_contain_text("宣布休庭")
    page.get_by_role("button", name="取消").click()
    expect(page.locator("dialog")).not_to_be_visible()
    page.get_by_role("button", name="休庭", exact=True).click()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_role("alert")).to_contain_text("该庭审的处理进程未运行或无响应")


def test_a_cut_goes_at_once_by_one_key_and_says_how_it_went(page: Page, stage: Stage) -> None:
    sign_in(page, stage, "clerk")
    page.goto(f"{stage.base}/staff/courtrooms/{stage.seed.courtroom_id}")
    stage.beat()
    expect(page.get_by_role("button", name="切断")).to_be_enabled()
    page.keyboard.press("c")
    expect(page.locator("[data-told]")).to_contain_text("该庭审的处理进程未运行或无响应")
    expect(page.locator("dialog")).not_to_be_visible()
    page.locator("details.keys summary").click()
    page.get_by_label("启用单键快捷键").uncheck()
    page.locator("[data-told]").evaluate("(place) => { place.textContent = '' }")
    page.locator("h1").click()
    page.keyboard.press("c")
    expect(page.locator("[data-told]")).to_have_text("")


def test_the_checks_and_the_level_follow_the_signal(page: Page, stage: Stage) -> None:
    sign_in(page, stage, "clerk")
    page.goto(f"{stage.base}/staff/courtrooms/{stage.seed.courtroom_id}")
    counters = {"video_packets": 9.0, "width": 1280.0, "height": 720.0, "fps": 25.0}
    stage.beat(counters={**counters, "level_db": -22.0, "peak_db": -9.0, "faces_seen": 3.0})
    sound = page.locator('[data-check="sound"]')
    expect(sound).to_have_class("is-ok")
    expect(page.locator('[data-check="faces"] [data-value]')).to_have_text("3")
    expect(page.locator("[data-level-text]")).to_have_text("-22 / -9 dBFS")
    stage.beat(counters={**counters, "level_db": -70.0, "peak_db": -60.0, "faces_seen": 0.0})
    expect(sound).to_have_class("is-warn")
    expect(sound).to_contain_text("几乎无声")
    stage.beat()


def test_a_faulty_file_changes_nothing_and_names_row_and_column(page: Page, stage: Stage) -> None:
    sign_in(page, stage, "clerk")
    page.goto(f"{stage.base}/staff/hearings")
    before = page.locator("#list-title + .count").inner_text()
    data = "court,courtroom,case_number\n某某法院,第一法庭,=cmd()\n".encode()
    page.set_input_files("#file", {"name": "x.csv", "mimeType": "text/csv", "buffer": data})
    page.get_by_role("button", name="检查并导入").click()
    expect(page.get_by_role("alert").first).to_contain_text("未导入任何庭审")
    assert page.locator("#import-title ~ *, #import table tbody tr").count() > 0
    page.goto(f"{stage.base}/staff/hearings")
    assert page.locator("#list-title + .count").inner_text() == before


def test_a_judge_contests_a_finding_with_a_reason(page: Page, stage: Stage) -> None:
    sign_in(page, stage, "judge")
    page.goto(f"{stage.base}/staff/judges/{stage.judge_of('judge')}")
    page.locator("#hearings").scroll_into_view_if_needed()
    page.locator("table a[href^='/staff/hearings/']").first.click()
    first = page.locator(".findings > li").first
    first.get_by_text("提出异议").first.click()
    first.locator("textarea[name=note]").last.fill("当庭已经告知，请复核录像。")
    first.get_by_role("button", name="提出异议").click()
    expect(page.get_by_role("status").first).to_contain_text("已记录您的意见")
    expect(page.locator(".findings > li").first).to_contain_text("当庭已经告知，请复核录像。")


def test_a_judge_sees_no_other_judge(page: Page, stage: Stage) -> None:
    sign_in(page, stage, "judge")
    answer = page.goto(f"{stage.base}/staff/judges/{stage.other_judge('judge')}")
    assert answer is not None and answer.status == 403
    expect(page.locator("h1")).to_have_text("没有权限")


def seal(stage: Stage) -> None:
    video, audio, packets = stream(LENGTH, (320, 240))
    folder = stage.settings.hearings / stage.seed.hearing_id / "sealed"
    recorder = SealedRecorder(folder, stage.settings.master_key)
    rows = recorder.begin(video, audio)
    for packet in packets:
        rows += recorder.push(packet)
    for row in rows + recorder.flush():
        stage.say(RowKind.SEALED, row["end"] / 1e9, **row)


def test_a_click_on_the_lanes_moves_both_pictures_and_the_words(page: Page, stage: Stage) -> None:
    seal(stage)
    sign_in(page, stage, "judge")
    page.goto(f"{stage.base}/staff/hearings/{stage.seed.hearing_id}/view")
    until(page, "window.courtstreamLanes")
    page.select_option("#why", "quality_review")
    page.get_by_role("button", name="启封查看").click()
    expect(page.get_by_text("已记录查看事由")).to_be_visible()
    until(page, "window.courtstreamLanes")
    canvas = page.locator("[data-lanes] canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.6, box["y"] + 60)
    video = "document.querySelector('[data-original] video')"
    until(page, f"{video}.readyState >= 2 && {video}.currentTime > 5", within=60)
    expect(page.locator("[data-original-state]")).to_contain_text("同步")
    until(page, "document.querySelector('[data-transcript] [aria-current]')")
    told = page.evaluate(f"[{video}.currentTime, Number({video}.buffered.start(0))]")
    assert told[1] <= told[0]


def test_the_time_line_zooms_from_the_whole_to_frames_by_keyboard(page: Page, stage: Stage) -> None:
    sign_in(page, stage, "judge")
    page.goto(f"{stage.base}/staff/hearings/{stage.seed.hearing_id}/view")
    until(page, "window.courtstreamLanes")
    canvas = page.locator("[data-lanes] canvas")
    canvas.focus()
    for _ in range(12):
        page.keyboard.press("+")
    until(page, "window.courtstreamLanes.state.to - window.courtstreamLanes.state.from < 0.5")
    page.keyboard.press("0")
    until(page, f"window.courtstreamLanes.state.to >= {LENGTH - 1}")
    expect(canvas).to_have_attribute("role", "slider")


def never_received(stage: Stage) -> str:
    """A hearing of the day before yesterday of which nothing came."""

    def put(session: Session) -> str:
        like = session.get_one(Hearing, stage.seed.hearing_id)
        new = NewHearing(
            court=like.court.name,
            courtroom=like.courtroom.name,
            case_number="（2026）江0102民初288号",
            cause="买卖合同纠纷",
            procedure=Procedure.CIV1_SUM,
            start=utc_now() + timedelta(days=1),
            judges=(like.bench[0].judge.name,),
            closure_codes=(),
            approval=True,
            participants=(),
        )
        made = schedule.schedule(session, lookup.user(session, "clerk"), new, utc_now())
        hearing = session.get_one(Hearing, made.id)
        hearing.scheduled_start = utc_now() - timedelta(days=2)
        hearing.scheduled_end = hearing.scheduled_start + timedelta(hours=1)
        return made.id

    return stage.platform.work.write(put)


def test_a_recording_is_brought_afterwards_and_what_is_none_is_refused(
    page: Page, stage: Stage, tmp_path: Path
) -> None:
    hearing = never_received(stage)
    sign_in(page, stage, "clerk")
    page.goto(f"{stage.base}/staff/hearings/{hearing}/recording")
    page.get_by_role("link", name="补传录像").click()
    page.fill("#why", "法院专线中断")
    wrong = tmp_path / "notes.mp4"
    wrong.write_bytes(b"#EXTM3U\n" * 200)
    page.set_input_files("#file", str(wrong))
    page.get_by_role("button", name="开始上传").click()
    expect(page.get_by_role("status")).to_contain_text("文件格式不受支持")
    right = tmp_path / "recorder.mkv"
    small = ("-f", "lavfi", "-i", "testsrc2=s=320x180:r=10:d=3", "-c:v", "libx264")
    subprocess.run(
        [get_ffmpeg_exe(), "-v", "error", "-nostdin", *small, "-metadata",
         "creation_time=2020-01-01T09:00:00Z", str(right)],
        check=True, timeout=60,
    )  # fmt: skip
    page.set_input_files("#file", str(right))
    page.get_by_role("button", name="开始上传").click()
    expect(page.get_by_text("等待处理")).to_be_visible()
    expect(page.get_by_text("早于庭审")).to_be_visible()
    expect(page.get_by_text("2020年1月1日 17:00")).to_be_visible()
