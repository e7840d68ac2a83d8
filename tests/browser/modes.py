"""The text modes of the stage's hearing, made by their services, for the pictures in the docs."""

from __future__ import annotations

import subprocess
import time

from imageio_ffmpeg import get_ffmpeg_exe

from courtstream.control.protocol import RowKind
from courtstream.domain.clock import utc_now
from courtstream.domain.time import seconds
from courtstream.services.clips import desk as clip_desk
from courtstream.services.clips import editing as clip_editing
from courtstream.services.clips import films as clip_films
from courtstream.services.clips import release as clip_release
from courtstream.services.clips.editing import ClipEdit
from courtstream.services.docket.lookup import user
from courtstream.services.entries import desk as entry_desk
from courtstream.services.entries import release as entry_release
from courtstream.services.publication import publishing
from courtstream.services.scoring.steps_now import StepsNow
from courtstream.services.verdicts import editing as verdict_editing
from courtstream.services.verdicts.editing import VerdictForm
from courtstream.store.tables import PassState, SecondPassRow
from tests.browser.stage import LENGTH, SEGMENT, Stage

SOURCE = """{court}
民事判决书
{case}
原告沈静怡，女，住江州市临江区槐树街12号3单元401室，公民身份号码11010519491231002X。
委托诉讼代理人：林远，江州明理律师事务所律师，电话13812345678。
依照《中华人民共和国民法典》第六百七十五条，判决如下：
被告贺明远于本判决生效之日起十日内返还原告沈静怡借款50000元。
审判员 罗文清
书记员 苏小禾
"""


def text_mode(stage: Stage) -> None:
    """Stills of what was published, and drafts of which half are released."""
    folder = stage.settings.public / stage.seed.hearing_id
    (folder / "stills").mkdir(exist_ok=True)
    for t in range(0, LENGTH, 10):
        name = f"{t:06}.jpg"
        live = folder / "live"
        piece = (live / "init-0.mp4").read_bytes() + (live / f"seg-{t // SEGMENT}.m4s").read_bytes()
        command = [get_ffmpeg_exe(), "-loglevel", "error", "-y", "-i", "pipe:0"]
        command += ["-frames:v", "1", f"stills/{name}"]
        subprocess.run(command, cwd=folder, input=piece, check=True, timeout=60)
        stage.say(RowKind.STILL, float(t), uri=name, start=seconds(t), end=seconds(t + 10))
    work, hearing, now = stage.platform.work, stage.seed.hearing_id, utc_now()
    clerk = work.read(user, "clerk")
    work.write(entry_release.set_policy, clerk, hearing, "person", now)
    work.write(entry_release.follow, hearing, StepsNow(), now)
    drafts = work.read(entry_desk.desk, clerk, hearing).drafts
    ids = [draft.id for draft in drafts[: len(drafts) // 2 + 1]]
    work.write(entry_release.release, clerk, hearing, ids, now)


def clips_and_verdict(stage: Stage) -> None:
    """After the end: the replay released, the proposed clips cut and out, a verdict published."""
    work, hearing, now = stage.platform.work, stage.seed.hearing_id, utc_now()
    clerk = work.read(user, "clerk")

    def settle(session: object) -> None:
        row = session.get(SecondPassRow, hearing)  # type: ignore[attr-defined]
        if row is not None:
            row.state = PassState.WAIVED

    work.write(settle)
    work.write(publishing.release_replay, clerk, hearing, now)
    work.write(clip_editing.propose, clerk, hearing, now)
    for clip in work.read(clip_desk.desk, clerk, hearing).clips:
        change = ClipEdit(clip.title, clip.text, clip.start, clip.end, True)
        work.write(clip_editing.edit, clerk, clip.id, change, now)
    work.write(clip_films.order_films, clerk, hearing, now)
    stage.loop.call_soon_threadsafe(stage.platform.films.wake)
    deadline = time.monotonic() + 300
    while work.read(clip_desk.desk, clerk, hearing).cutting:
        assert time.monotonic() < deadline, "the films are not cut"
        time.sleep(0.5)
    work.write(clip_release.release, clerk, hearing, now)
    card = work.read(clip_desk.desk, clerk, hearing).card
    source = SOURCE.format(court=card.court_name, case=card.case_number)
    operative = "被告贺明远于本判决生效之日起十日内返还原告沈静怡借款50000元。"
    form = VerdictForm("", now, operative, "", source, (), (), "")
    work.write(verdict_editing.save, clerk, hearing, form, now)
    work.write(verdict_editing.publish, clerk, hearing, now, accepted=True)
