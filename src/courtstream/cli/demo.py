"""`courtstream demo`: an invented province, one hearing pushed live, every page to look at."""

from __future__ import annotations

import asyncio
import http.client
import os
import sys
import time
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.cli.pusher import Pusher
from courtstream.cli.running import stop_event
from courtstream.control.broker import NatsBus
from courtstream.control.installation import Installation
from courtstream.control.nats_server import free_port, port_free
from courtstream.control.protocol import Command, Verb
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import ControlAway, CourtstreamError, InvalidInput
from courtstream.domain.staff import StaffRole
from courtstream.services.demo import DemoSeed, seed_demo
from courtstream.services.publication.shape import media_path
from courtstream.services.work import Work
from courtstream.settings import Settings
from courtstream.store.migrate import upgrade
from courtstream.store.tables import User
from courtstream.store.unit import Store

Say = Callable[[str], None]
READY_SECONDS = 120.0
PICTURE_SECONDS = 180.0
REPLAY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """`seconds` above 0: end by itself. `once`: push the file once, then show the replay."""

    data: Path
    media: Path
    once: bool = False
    seconds: float = 0.0
    browser: bool = True


class Demo:
    """Seeds, starts, pushes, tells, and stops everything."""

    def __init__(self, options: DemoOptions, say: Say) -> None:
        self._options = options
        self._say = say

    async def run(self) -> None:
        """The whole demonstration. Raises CourtstreamError when something cannot start."""
        stop = stop_event()
        if self._options.seconds > 0:
            asyncio.get_running_loop().call_later(self._options.seconds, stop.set)
        if not self._options.media.is_file():
            raise InvalidInput(f"{self._options.media} 不存在 / does not exist")
        settings = self._settings()
        self._say("准备示范数据… / seeding…")
        seed, judge_id = await asyncio.to_thread(self._seed, settings)
        self._say("启动平台… / starting…")
        async with Installation(settings, self._say, quiet=True) as site:
            if await _unless(stop, site.ready(READY_SECONDS)):
                await self._show(site, seed, judge_id, stop)
            self._say("正在停止… / stopping…")
        self._say("已全部停止 / all stopped")

    def _settings(self) -> Settings:
        settings = Settings(data=self._options.data.absolute(), demo=True, log_json=False)
        web = self._port("web", settings.web.port, settings.web.host)
        rtmp = self._port("RTMP", settings.ingest.rtmp_port, settings.ingest.host)
        nats = self._port("NATS", settings.nats.port, "127.0.0.1")
        return settings.model_copy(
            update={
                "web": settings.web.model_copy(update={"port": web}),
                # the demonstration pushes by RTMP; SRT takes whatever port is free
                "ingest": settings.ingest.model_copy(update={"rtmp_port": rtmp, "srt_port": 0}),
                "nats": settings.nats.model_copy(update={"port": nats}),
            }
        )

    def _port(self, name: str, port: int, host: str) -> int:
        if port and port_free(port, host):
            return port
        chosen = free_port(host)
        if port:
            self._say(f"端口 {port} 已被占用，{name} 改用 {chosen} / taken, using {chosen}")
        return chosen

    def _seed(self, settings: Settings) -> tuple[DemoSeed, str]:
        upgrade(settings.database)
        work = Work(Store(settings.database))
        try:
            case = self._options.media.parent / "case.json"
            seed = work.write(seed_demo, settings, utc_now(), case)
            return seed, work.read(_judge_of, seed)
        except OSError as error:
            raise InvalidInput("sample_media/case.json 无法读取 / cannot be read") from error
        finally:
            work.store.close()

    # -- while it runs ------------------------------------------------------------------------

    async def _show(
        self, site: Installation, seed: DemoSeed, judge_id: str, stop: asyncio.Event
    ) -> None:
        ingest = site.settings.ingest
        url = f"rtmp://{ingest.host}:{ingest.rtmp_port}/live/{seed.ingest_key}"
        log_file = site.settings.data / "run" / "pusher.log"
        media, once = self._options.media, self._options.once
        self._tell(site, seed, judge_id)
        async with Pusher(media, url, log_file, loop=not once) as pusher:
            if not await _unless(stop, self._first_picture(site, seed)):
                return
            self._open(f"{site.base_url}/watch/{seed.hearing_id}")
            if once and await _unless(stop, pusher.done.wait()):
                await _unless(stop, self._replay(site, seed))
            await stop.wait()

    def _tell(self, site: Installation, seed: DemoSeed, judge_id: str) -> None:
        base = site.base_url
        pages = {
            "首页 / home": base,
            "公众观看 / public watch": f"{base}/watch/{seed.hearing_id}",
            "法庭推流 / courtroom stream": f"{base}/staff/courtrooms/{seed.courtroom_id}",
            "法官视图 / judge's page": f"{base}/staff/judges/{judge_id}" if judge_id else "",
            "登录 / sign in": f"{base}/sign-in",
        }
        for name, url in pages.items():
            if url:
                self._say(f"  {name}\n    {url}")
        self._say("  示范账号 / accounts (login · password · role)")
        for account in seed.accounts:
            self._say(f"    {account.login} · {account.password} · {account.role}")
        self._say(f"  历史庭审 / past hearings: {seed.past_hearings}")
        self._say("  按 Ctrl-C 停止 / Ctrl-C stops everything")

    async def _first_picture(self, site: Installation, seed: DemoSeed) -> None:
        began = time.monotonic()
        url = f"{site.base_url}{media_path(seed.hearing_id)}".replace("master.m3u8", "index.m3u8")
        told = -1
        while "#EXTINF" not in await asyncio.to_thread(_fetched, url):
            waited = int(time.monotonic() - began)
            if waited > PICTURE_SECONDS:
                raise ControlAway(f"没有画面 / no picture: {site.settings.data / 'run'}/*.log")
            if waited != told and waited % (1 if sys.stdout.isatty() else 5) == 0:
                self._say(f"等待首个画面… / waiting for the first picture… {waited} s")
                told = waited
            await asyncio.sleep(0.3)
        self._say(f"✓ 画面已公开 / on air after {time.monotonic() - began:.0f} s")

    async def _replay(self, site: Installation, seed: DemoSeed) -> None:
        self._say("推流结束，等待回放… / the push is over, waiting for the replay…")
        bus = await NatsBus.connect(site.settings.nats_url, "demo", within=10)
        try:
            order = Command(verb=Verb.END, by="demo", reason="示范庭审结束")
            await bus.request_worker(seed.hearing_id, order)
        except CourtstreamError as error:
            self._say(f"! {error.zh} / {error}")
        finally:
            await bus.close()
        url = f"{site.base_url}{media_path(seed.hearing_id)}".replace("master.m3u8", "index.m3u8")
        end = time.monotonic() + REPLAY_SECONDS
        while "#EXT-X-ENDLIST" not in await asyncio.to_thread(_fetched, url):
            if time.monotonic() > end:
                self._say("! 回放尚未就绪 / the replay is not there yet")
                return
            await asyncio.sleep(0.5)
        self._say(f"✓ 可看回放 / replay: {site.base_url}/watch/{seed.hearing_id}")
        self._say("  正在对照原始录像复查画面，有可疑时刻须由书记员确认后才发布录播 /")
        self._say("  the picture is looked over again; what it finds a clerk settles first:")
        self._say(f"  {site.base_url}/staff/hearings/{seed.hearing_id}/moments")

    def _open(self, url: str) -> None:
        shown = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
        if self._options.browser and shown:
            webbrowser.open(url)


async def _unless(stop: asyncio.Event, work: object) -> bool:
    """Await `work` unless `stop` comes first; whether it was finished."""
    assert asyncio.iscoroutine(work)
    task, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if task.done():
        task.result()
        return not stop.is_set()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return False


def _judge_of(session: Session, seed: DemoSeed) -> str:
    """The judge whose page the demonstration's judge account sees; empty when there is none."""
    logins = [a.login for a in seed.accounts if a.role is StaffRole.JUDGE]
    query = select(User.judge_id).where(User.login.in_(logins), User.judge_id.is_not(None))
    return session.scalars(query).first() or ""


def _fetched(url: str) -> str:
    """The page's text, empty when there is none yet."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=3)
    try:
        connection.request("GET", parts.path)
        reply = connection.getresponse()
        return reply.read().decode("utf-8", "replace") if reply.status == http.HTTPStatus.OK else ""
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        connection.close()
