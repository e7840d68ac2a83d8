from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from courtstream.control import workers
from courtstream.control.process import ProcessId, read_pid, start_ticks, write_pid
from courtstream.control.protocol import JournalRow, RowKind, SourceSpec, WorkerSpec
from courtstream.settings import Settings

SLEEPER = (sys.executable, "-c", "import time; print('begun', flush=True); time.sleep(60)")


def spec_in(data: Path, hearing: str = "h_1") -> WorkerSpec:
    settings = Settings(data=data)
    spec = WorkerSpec(
        hearing_id=hearing,
        folder=Path("elsewhere"),
        public=settings.public / hearing,
        master_key_file=settings.master_key,
        source=SourceSpec(kind="socket", path=Path("in.sock")),
    )
    return workers.localise(spec, settings)


def test_a_socket_path_is_short_however_deep_the_data_lies(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 60) / ("y" * 60)
    for data in (tmp_path, deep):
        path = workers.socket_path(data, "h_01k9abcdefghjkmnpqrs")
        assert len(os.fsencode(path)) <= 100
        assert path == workers.socket_path(data, "h_01k9abcdefghjkmnpqrs")
    assert workers.socket_path(deep, "h_1") != workers.socket_path(deep, "h_2")


def test_an_order_is_made_local(tmp_path: Path) -> None:
    spec = spec_in(tmp_path)
    assert spec.folder == tmp_path / "hearings" / "h_1"
    assert spec.node == "local"
    assert spec.nats_url.startswith("nats://127.0.0.1")
    assert spec.source.path.is_absolute()


def test_a_worker_is_started_found_and_ended(tmp_path: Path) -> None:
    spec = spec_in(tmp_path)
    process = workers.spawn(spec, SLEEPER)
    assert workers.read_spec(spec.folder) == spec
    (found,) = workers.find_workers(tmp_path / "hearings")
    assert found.process is not None
    assert found.process.who == process.who
    assert os.getsid(process.who.pid) == process.who.pid  # Ctrl-C on the agent spares it
    process.kill()
    for _ in range(100):
        if not process.alive():
            break
        time.sleep(0.02)
    assert process.exit_code() == -signal.SIGKILL
    (found,) = workers.find_workers(tmp_path / "hearings")
    assert found.process is None  # to be started again
    workers.forget(spec.folder)
    assert list(workers.find_workers(tmp_path / "hearings")) == []


def test_a_hearing_that_ended_or_is_long_past_is_not_started_again(tmp_path: Path) -> None:
    for hearing in ("h_ended", "h_old"):
        spec = spec_in(tmp_path, hearing)
        spec.folder.mkdir(parents=True)
        (spec.folder / workers.SPEC_FILE).write_text(spec.model_dump_json())
        write_pid(spec.folder / workers.PID_FILE, ProcessId(2**22 + 1, 1), epoch=1)
    row = JournalRow(hearing_id="h_ended", seq=1, epoch=1, at="", kind=RowKind.ENDED)
    journal = tmp_path / "hearings" / "h_ended" / "journal.jsonl"
    journal.write_text(row.model_dump_json() + "\n")
    past = time.time() - 3600
    os.utime(tmp_path / "hearings" / "h_old" / workers.PID_FILE, (past, past))
    assert list(workers.find_workers(tmp_path / "hearings")) == []


def test_a_long_log_is_turned_over_while_it_is_written(tmp_path: Path) -> None:
    with (tmp_path / workers.LOG_FILE).open("ab", buffering=0) as stream:
        stream.write(b"x" * 2000)
        workers.turn_log(tmp_path, limit=1000)
        stream.write(b"y")
    assert (tmp_path / "worker.log.1").stat().st_size == 2000
    assert (tmp_path / workers.LOG_FILE).read_bytes() == b"y"


def test_a_pid_used_again_is_not_taken_for_ours(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    who = ProcessId.of(child.pid)
    assert who is not None
    path = tmp_path / "x.pid"
    write_pid(path, who, port=7)
    assert read_pid(path) == (who, {"port": 7})
    write_pid(path, ProcessId(who.pid, who.ticks + 1))
    assert read_pid(path) is None
    child.kill()
    for _ in range(100):
        if not who.alive():
            break
        time.sleep(0.02)
    assert not who.alive()  # a zombie counts as gone
    child.wait()
    assert start_ticks(child.pid) is None
    path.write_text("no json")
    assert read_pid(path) is None
