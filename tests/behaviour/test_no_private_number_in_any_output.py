"""Promise: a private number spoken in court is in none of the outputs of the five modes, and the
judge's name and the case number are in all of them.

A real recording goes through the graph once; picture and text, clips, verdict, search and feeds
are made of what it published, through the pages that staff and public use.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from starlette.testclient import TestClient

from courtstream.api import access
from courtstream.api.films import Films
from courtstream.domain.redaction import Reason
from courtstream.domain.time import SECOND, Span
from courtstream.domain.transcript import Word
from courtstream.domain.trial import PublicationMode
from courtstream.services.clips import release as clip_release
from courtstream.services.entries import release as entry_release
from courtstream.services.nodes import journal
from courtstream.services.public import hearings as public_hearings
from courtstream.services.publication import publishing
from courtstream.services.scoring.steps_now import StepsNow
from courtstream.store.tables import ClipRow, ClipState, PassState, PublicationState, SecondPassRow
from media_workers.pipelines import GraphParts
from media_workers.runtime.items import PrivateSpan, Sound, SpeechPassed
from media_workers.runtime.journal import Journal, read_rows
from media_workers.runtime.zones import LiveZones
from tests.support.ended import Ended
from tests.support.platform import NOW, World, sign_in, site
from tests.support.published import Published, likeness, read
from tests.support.rig import SHORT

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not SHORT.exists(), reason="no sample media")]

HTML = {"accept": "text/html"}
AIRED = 0.85
"""From this likeness of 0.3 s of sound on it is the same sound."""

TRUTH = json.loads(SHORT.with_suffix(".json").read_text()) if SHORT.exists() else {}
SPOKEN: list[tuple[str, float, float]] = [
    (c, a, b) for said in TRUTH.get("utterances", ()) for c, a, b in said["chars"]
]
NUMBER: list[tuple[str, float, float]] = [
    (c, a, b) for item in TRUTH.get("pii", ()) for c, a, b in item["chars"] if item["type"] == "ID"
]
DIGITS = "11010519491231002X"
"""A number of the same kind, as a clerk or a judgment would write it."""

JUDGE, CASE = "罗文清", "（2026）江0102民初1号"


class KnownSpeech:
    """Speech analysis that knows what is said in the sample, and what of it is a number."""

    def __init__(self) -> None:
        self._told = 0.0

    def push(self, item: Sound) -> Iterator[SpeechPassed]:
        upto = item.span.end / SECOND
        said = [w for w in SPOKEN if self._told <= w[1] < upto]
        self._told = upto
        words = tuple(Word(text, Span.of_seconds(a, b), 0.9) for text, a, b in said)
        private = PrivateSpan(Span.of_seconds(NUMBER[0][1], NUMBER[-1][2]), Reason.ID)
        yield SpeechPassed(item.span.end, (private,), words)

    def flush(self) -> Iterator[SpeechPassed]:
        return iter(())


@dataclass
class Heard(Ended):
    """The graph with that analysis."""

    def _parts(self, journal: Journal, live: LiveZones) -> GraphParts:
        import dataclasses

        return dataclasses.replace(super()._parts(journal, live), speech=KnownSpeech)


@dataclass
class Court:
    """The hearing with all its modes before the public. `client`: somebody of the public."""

    world: World
    hearing: str
    client: TestClient
    film: Path
    pages: dict[str, str] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    """What caches were told of each page."""

    def read(self) -> None:
        """Every text the public can get."""
        h = self.hearing
        for path in (
            *(f"/watch/{h}", f"/text/{h}", f"/clips/{h}", f"/embed/{h}", f"/verdict/{h}"),
            *("/judgments", "/", "/?q=借贷", "/feed.xml", "/sitemap.xml", "/calendar.ics"),
            *(f"/api/v1/hearings/{h}", f"/api/v1/hearings/{h}/transcript"),
            *(f"/media/{h}/text/latest.json", f"/media/{h}/text/page-1.json"),
            f"/media/{h}/clips/{self.film.stem}.vtt",
        ):
            answer = self.client.get(path, headers=HTML)
            assert answer.status_code == 200, path
            self.pages[path] = answer.text
            self.kept[path] = answer.headers.get("cache-control", "")
        live = self.world.settings.public / h / "live"
        self.pages["captions"] = "".join(p.read_text("utf-8") for p in live.glob("*.vtt"))


@pytest.fixture(scope="module")
def court(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Court]:
    folder = tmp_path_factory.mktemp("all_outputs")
    world = World.make(folder / "data")
    hearing = world.hearing()
    world.admit()
    private, public = world.settings.hearings / hearing, world.settings.public / hearing
    ended = Heard(private, hearing_id=hearing, public=public, master=folder / "master.key")
    ended.run()
    world.work.write(journal.apply_rows, list(read_rows(private / "journal.jsonl")))
    with site(world) as client, published(world, hearing, client) as made:
        made.read()
        yield made


@contextmanager
def published(world: World, hearing: str, client: TestClient) -> Iterator[Court]:
    """All modes released, as their people do it."""
    work, clerk = world.work, world.users["clerk"]
    work.write(settled, hearing)
    work.write(publishing.release_replay, clerk, hearing, NOW)
    work.write(entry_release.follow, hearing, StepsNow(), NOW)
    token = sign_in(client, "clerk")["X-CSRF-Token"]
    staff = f"/staff/hearings/{hearing}"
    sent = {"csrf": token, "act": "release_all"}
    assert client.post(f"{staff}/entries", data=sent, headers=HTML).status_code == 200
    typed = {"csrf": token, "act": "post", "role": "K", "text": f"补充：身份证号{DIGITS}。"}
    assert client.post(f"{staff}/entries", data=typed, headers=HTML).status_code == 200
    work.write(clip_of_everything, hearing)
    client.portal.call(cut, world)  # type: ignore[union-attr]
    work.write(
        lambda s: publishing.put(
            s, public_hearings.public_hearing(s, hearing), PublicationMode.TEXT_CLIPS,
            PublicationState.RELEASED, clerk.id, NOW,
        )
    )  # fmt: skip
    verdict = {
        "csrf": token, "act": "save", "operative": "被告于十日内返还原告50000元。",
        "source": f"{CASE}\n原告沈静怡，公民身份号码{DIGITS}。\n审判员 {JUDGE}\n",
    }  # fmt: skip
    assert client.post(f"{staff}/verdict", data=verdict, headers=HTML).status_code == 200
    go = {"csrf": token, "act": "publish"}
    assert client.post(f"{staff}/verdict", data=go, headers=HTML).status_code == 200
    client.cookies.clear()
    (shown,) = work.read(clip_release.story, hearing).clips
    yield Court(world, hearing, client, world.settings.public / hearing / "clips" / shown.film)


async def cut(world: World) -> None:
    """The films as the platform has them cut: by the data plane, in a process of its own."""
    films = Films(world.work, world.settings.public)
    films.wake()
    await films.idle()


def settled(session: Any, hearing: str) -> None:
    row = session.get(SecondPassRow, hearing)
    if row is not None:
        row.state = PassState.WAIVED


def clip_of_everything(session: Any, hearing: str) -> None:
    """The sample is shorter than a clip may be; the film is cut all the same."""
    row = ClipRow(
        id="cl_1", hearing_id=hearing, position=0, title="身份核对", text="原告：我叫沈静怡。",
        start=SECOND // 2, end=11 * SECOND, chosen=True, state=ClipState.CUTTING, changed_at=NOW,
    )  # fmt: skip
    session.add(row)


def pieces() -> list[tuple[float, float]]:
    return [((a + b) / 2 - 0.15, (a + b) / 2 + 0.15) for _, a, b in NUMBER]


def runs(chars: str) -> list[str]:
    """Every three neighbouring digits: less is not a number any more."""
    plain = re.sub(r"\W", "", chars)
    return [plain[n : n + 3] for n in range(len(plain) - 2)]


def test_the_number_is_in_no_text_of_any_mode(court: Court) -> None:
    spoken = "".join(c for c, _, _ in NUMBER)
    assert len(spoken) >= 17
    for name, text in court.pages.items():
        assert DIGITS not in text, name
        found = [run for run in runs(spoken) if run in text]
        assert not found, f"{found} in {name}"


def test_the_bench_and_the_case_number_are_in_all_of_them(court: Court) -> None:
    h = court.hearing
    for path in (
        f"/watch/{h}",
        f"/text/{h}",
        f"/clips/{h}",
        f"/verdict/{h}",
        "/?q=借贷",
        "/feed.xml",
    ):
        assert JUDGE in court.pages[path], path
        assert CASE in court.pages[path], path
    assert CASE in court.pages[f"/embed/{h}"]
    assert CASE in court.pages["/judgments"]
    assert JUDGE in court.pages[f"/api/v1/hearings/{h}"]


def test_the_words_around_the_number_are_there(court: Court) -> None:
    assert "身份证号" in court.pages[f"/text/{court.hearing}"]
    assert "身份证号" in court.pages[f"/media/{court.hearing}/clips/{court.film.stem}.vtt"]
    assert "补充" in court.pages[f"/media/{court.hearing}/text/latest.json"]


@pytest.mark.parametrize("name", ["index", "low", "sound"])
def test_the_number_is_not_heard_in_any_rendition_and_the_words_before_it_are(
    court: Court, name: str
) -> None:
    live = court.world.settings.public / court.hearing / "live"
    sound = read(live, f"{name}.m3u8", pictures=False)
    aired = [x for x in likeness(sound, SHORT, pieces()) if x > AIRED]
    assert not aired, f"{len(aired)} of {len(NUMBER)} digits can be heard"
    assert min(likeness(sound, SHORT, [(1.0, 1.3), (1.5, 1.8)])) > AIRED


def test_no_cache_may_keep_a_page_longer_than_a_second(court: Court) -> None:
    for path, told in court.kept.items():
        terms = dict(part.strip().partition("=")[::2] for part in told.split(","))
        shared = int(terms.get("s-maxage") or terms.get("max-age") or 0)
        assert shared <= 1, f"{path}: {told}"
        assert {"no-store", "no-cache", "max-age"} & terms.keys(), f"{path}: {told!r}"


def test_the_number_is_not_heard_in_the_clip_and_the_words_before_it_are(court: Court) -> None:
    with av.open(str(court.film)) as container:
        frames = [f.to_ndarray().reshape(-1) for f in container.decode(audio=0)]
    sound = Published([], np.concatenate(frames).astype(np.float32), 0.0, 48_000, "")
    aired = [x for x in likeness(sound, SHORT, pieces()) if x > AIRED]
    assert not aired, f"{len(aired)} of {len(NUMBER)} digits can be heard"
    assert min(likeness(sound, SHORT, [(1.0, 1.3), (1.5, 1.8)])) > AIRED


def streamed(court: Court) -> list[str]:
    """A file of every kind of every rendition, captions, stills, storyboard, recording and film."""
    public = court.world.settings.public / court.hearing
    kinds = ("init-", "initlow-", "initsnd-", "seg-", "low-", "snd-", "cap-")
    names = {path.name for path in (public / "live").iterdir()}
    found = [min(name for name in names if name.startswith(kind)) for kind in kinds]
    lists = [f"{n}.m3u8" for n in ("master", "listen", "index", "low", "sound", "captions")]
    still = min(path.name for path in (public / "stills").glob("*.jpg"))
    others = [f"stills/{still}", "storyboard.vtt", "recording.mp4", f"clips/{court.film.name}"]
    return [*(f"live/{name}" for name in (*lists, *found)), *others]


def public_addresses() -> list[str]:
    """Every public address of one hearing in the table of addresses, files by name left out."""
    return [
        name.removeprefix("GET ")
        for name, needs in access.TABLE.items()
        if needs is access.Open.PUBLIC
        and name.startswith("GET ")
        and "{hearing_id}" in name
        and "{name}" not in name
    ]


def test_withdrawn_it_is_gone_from_every_route_of_every_mode(court: Court) -> None:
    """Last: it ends the hearing's publication."""
    h = court.hearing
    for name in streamed(court):
        assert court.client.get(f"/media/{h}/{name}").status_code == 200, name
    streams = [f"/media/{h}/{name}" for name in streamed(court)]
    header = sign_in(court.client, "clerk")
    act, reason = f"/api/v1/hearings/{h}/withdraw", {"reason": "测试撤回"}
    assert court.client.post(act, json=reason, headers=header).status_code == 204
    court.client.cookies.clear()
    for path in (*court.pages, *streams):
        if h not in path:
            continue
        assert court.client.get(path, headers=HTML).status_code == 410, path
    for path in public_addresses():
        for kind in ("vtt", "docx") if "{format}" in path else ("",):
            address = path.format(hearing_id=h, format=kind)
            assert court.client.get(address, headers=HTML).status_code == 410, address
    for path in ("/?q=借贷", "/feed.xml", "/judgments"):
        assert "/watch/" + h not in court.client.get(path).text or path == "/?q=借贷"
