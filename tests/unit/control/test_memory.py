from __future__ import annotations

import gc
import subprocess
import sys
import textwrap
import weakref

import pytest

from courtstream.control import memory
from courtstream.control.memory import EVERY_SECONDS, SpareMemory


def test_it_hands_back_once_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    trimmed: list[int] = []
    monkeypatch.setattr(memory, "_trim", lambda: lambda pad: trimmed.append(pad) or 0)
    now = [0.0]
    spare = SpareMemory(lambda: now[0])
    assert not spare.look()
    now[0] = EVERY_SECONDS
    assert spare.look() and not spare.look()
    now[0] = 2 * EVERY_SECONDS
    assert spare.look() and trimmed == [0, 0]


def test_another_c_library_is_no_reason_to_fall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_trim", lambda: None)
    now = [0.0]
    spare = SpareMemory(lambda: now[0])
    now[0] = 1e6
    assert not spare.look()


def test_it_can_be_handed_back_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    trimmed: list[int] = []
    monkeypatch.setattr(memory, "_trim", lambda: lambda pad: trimmed.append(pad) or 0)
    assert memory.hand_back() and trimmed == [0]
    monkeypatch.setattr(memory, "_trim", lambda: None)
    assert not memory.hand_back()


def test_what_refers_to_itself_goes_too() -> None:
    class Ring:
        own: Ring

    ring = Ring()
    ring.own = ring
    left = weakref.ref(ring)
    gc.disable()
    try:
        del ring
        assert left() is not None
        assert SpareMemory(iter([0.0, EVERY_SECONDS]).__next__).look()
        assert left() is None
    finally:
        gc.enable()


@pytest.mark.skipif(memory.in_use() is None, reason="this C library does not tell")
def test_asking_leaves_nothing_behind() -> None:
    gc.collect()
    gc.disable()
    try:
        before = sys.getallocatedblocks()
        for _ in range(1000):
            memory.in_use()
            memory.hand_back()
        assert sys.getallocatedblocks() - before < 500
    finally:
        gc.enable()


@pytest.mark.skipif(memory.in_use() is None, reason="this C library does not tell")
def test_what_is_kept_is_in_use_and_what_was_let_go_is_not() -> None:
    def used() -> int:
        return memory.in_use() or 0

    before = used()
    kept = [bytearray(20_000) for _ in range(2000)]
    assert used() - before > 39_000_000
    kept.clear()
    assert used() - before < 10_000_000, "free, though the pool may still be large"


@pytest.mark.skipif(memory._trim() is None, reason="no malloc_trim in this C library")
def test_what_threads_left_behind_goes_back_to_the_system() -> None:
    """In a process of its own: pieces kept between freed ones hold the pool up."""
    program = """
        import threading
        from courtstream.control.memory import EVERY_SECONDS, SpareMemory

        def resident():
            with open("/proc/self/statm") as file:
                return int(file.read().split()[1]) * 4096 / 1e6

        def fill(kept):
            made = [bytearray(20_000) for _ in range(4000)]
            kept.append(made[-1])

        kept, now = [], [0.0]
        spare = SpareMemory(lambda: now[0])
        for _ in range(4):
            thread = threading.Thread(target=fill, args=(kept,))
            thread.start()
            thread.join()
        full = resident()
        now[0] = EVERY_SECONDS
        assert spare.look()
        print(full - resident())
    """
    code = textwrap.dedent(program)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) > 20, done.stdout


@pytest.mark.skipif(memory.in_use() is None, reason="this C library does not tell")
def test_what_is_large_lies_apart_however_often_it_was_let_go_of() -> None:
    """In a process of its own: the border is the process's."""
    program = """
        import ctypes, sys
        from courtstream.control import memory

        libc = ctypes.CDLL(None)
        libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
        libc.mallinfo2.restype = memory._Told
        if sys.argv[1] == "apart":
            assert memory.keep_large_apart()
        libc.free(libc.malloc(memory.LARGE + 4096))  # glibc moves its border here
        before = libc.mallinfo2().hblkhd
        libc.malloc(memory.LARGE + 4096)
        print(libc.mallinfo2().hblkhd - before > memory.LARGE)
    """
    said = [
        subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program), how],
            capture_output=True, text=True, check=True,
        ).stdout.strip()
        for how in ("left", "apart")
    ]  # fmt: skip
    assert said == ["False", "True"]
