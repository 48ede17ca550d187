"""Turns: one request at a time in a process, one writer at a time on a machine, and nobody who waits for ever."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from smartshop.kernel import turns

LONG = 30.0
HOLDER = """
import sys, time
from smartshop.kernel import turns
with turns.writers.turn(sys.argv[1], 30):
    print("held", flush=True)
    time.sleep(600)
"""


class Asked:
    """A program that answers when it is told to, and knows how many were in it at once."""

    def __init__(self) -> None:
        self.may_go = threading.Event()
        self.inside = self.most = 0

    def __call__(self, _environment: dict[str, Any], _start: object) -> Iterable[bytes]:
        self.inside += 1
        self.most = max(self.most, self.inside)
        self.may_go.wait(LONG)
        self.inside -= 1
        return [b"done"]


def _ask_three(program: turns.OneByOne, asked: Asked, until: int) -> None:
    with ThreadPoolExecutor(3) as threads:
        answers = [threads.submit(program, {}, None) for _ in range(3)]
        deadline = time.monotonic() + LONG
        while asked.inside < until and time.monotonic() < deadline:
            time.sleep(0.01)
        asked.may_go.set()
        assert [list(answer.result(LONG)) for answer in answers] == [[b"done"]] * 3


def test_a_process_answers_one_request_at_a_time() -> None:
    asked = Asked()
    _ask_three(turns.OneByOne(asked, patience=LONG), asked, until=1)
    assert asked.most == 1


def test_nobody_waits_long_for_a_slow_request() -> None:
    asked = Asked()
    _ask_three(turns.OneByOne(asked, patience=0.02), asked, until=3)
    assert asked.most == 3


def test_who_comes_while_one_takes_long_does_not_wait_at_all() -> None:
    asked = Asked()
    program = turns.OneByOne(asked, patience=1.0)
    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(program, {}, None)
        time.sleep(1.1)
        started = time.monotonic()
        late = threads.submit(program, {}, None)
        while asked.inside < 2 and time.monotonic() < started + LONG:
            time.sleep(0.01)
        waited = time.monotonic() - started
        asked.may_go.set()
        assert [list(answer.result(LONG)) for answer in (slow, late)] == [[b"done"]] * 2
    assert waited < 0.9


def test_a_request_that_fails_gives_its_turn_back() -> None:
    def fail(_environment: dict[str, Any], _start: object) -> Iterable[bytes]:
        raise LookupError

    program = turns.OneByOne(fail, patience=LONG)
    for _ in range(2):
        try:
            program({}, None)
        except LookupError:
            continue
    started = time.monotonic()
    try:
        program({}, None)
    except LookupError:
        assert time.monotonic() - started < LONG / 2


def test_a_writer_waits_for_another_process_and_no_longer_than_it_lives(tmp_path: Path) -> None:
    database = str(tmp_path / "shop.db")
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, database], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        had_turn = threading.Event()

        def write() -> None:
            with turns.Queue().turn(database, LONG):
                had_turn.set()

        writer = threading.Thread(target=write)
        writer.start()
        assert not had_turn.wait(0.3)
        os.kill(holder.pid, signal.SIGKILL)
        assert had_turn.wait(LONG)
        writer.join(LONG)


def test_threads_of_a_process_queue_and_who_waited_too_long_goes_on(tmp_path: Path) -> None:
    queue, database = turns.Queue(), str(tmp_path / "shop.db")
    with queue.turn(database, LONG):
        started = time.monotonic()
        with ThreadPoolExecutor(1) as threads:

            def write() -> float:
                with queue.turn(database, 0.1):
                    return time.monotonic() - started

            assert threads.submit(write).result(LONG) >= 0.1


def test_without_a_place_for_the_lock_the_database_alone_decides(tmp_path: Path) -> None:
    with turns.Queue().turn(str(tmp_path / "missing" / "shop.db"), LONG):
        assert not (tmp_path / "missing").exists()
