"""Threads that stay with a visitor: nobody else waits for that, and every request is answered by a real gunicorn."""

import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from http.client import HTTPConnection

import pytest

from smartshop.kernel.config import ROOT

PATIENCE_SECONDS = 30.0
LONG = 0.8


@contextmanager
def _served(workers: int, threads: int) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    asked = {
        "SMARTSHOP_BIND": f"127.0.0.1:{port}",
        "SMARTSHOP_WORKERS": str(workers),
        "SMARTSHOP_THREADS": str(threads),
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "tests.faults.attended:app"]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | asked, stderr=subprocess.DEVNULL) as server:
        try:
            _until_all_answer(port, workers)
            yield port, server
        finally:
            server.terminate()


def _until_all_answer(port: int, workers: int) -> None:
    deadline, seen = time.monotonic() + PATIENCE_SECONDS, set[str]()
    while len(seen) < workers:
        assert time.monotonic() < deadline
        with suppress(OSError), _visitors(port, 1) as [visitor]:
            seen.add(_ask(visitor, "/").split()[1])
        time.sleep(0.02)


@contextmanager
def _visitors(port: int, number: int) -> Iterator[list[HTTPConnection]]:
    with ExitStack() as stack:
        opened = (HTTPConnection("127.0.0.1", port, timeout=10) for _ in range(number))
        yield [stack.enter_context(closing(visitor)) for visitor in opened]


def _ask(connection: HTTPConnection, path: str) -> str:
    connection.request("GET", path)
    return connection.getresponse().read().decode()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """One worker of two threads."""
    with _served(1, 2) as (port, _server):
        yield port


@pytest.mark.parametrize("pause", [0.0, 0.001, 0.02, 0.3])
def test_who_asks_again_at_once_or_later_is_answered_on_the_same_connection(port: int, pause: float) -> None:
    with _visitors(port, 1) as [visitor]:
        visitor.connect()
        opened = visitor.sock
        for number in range(5):
            assert _ask(visitor, f"/{number}").startswith(f"/{number} ")
            assert visitor.sock is opened
            time.sleep(pause)


def test_requests_that_come_in_one_piece_are_all_answered(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as visitor:
        asked = [f"GET /{number} HTTP/1.1\r\nHost: here\r\n\r\n" for number in range(3)]
        visitor.sendall("".join(asked).encode())
        heard = b""
        while b"/2 " not in heard:
            more = visitor.recv(4096)
            assert more, "the connection was closed"
            heard += more
        assert heard.index(b"/0 ") < heard.index(b"/1 ") < heard.index(b"/2 ")


def test_more_visitors_than_threads_are_all_answered_while_their_connections_stay_open(port: int) -> None:
    with _visitors(port, 12) as visitors, ThreadPoolExecutor(len(visitors)) as pool:
        for _ in range(3):
            answers = list(pool.map(lambda visitor: _ask(visitor, "/page"), visitors))
            assert [answer.split()[0] for answer in answers] == ["/page"] * len(visitors)
            assert all(_ask(visitor, "/again").startswith("/again ") for visitor in visitors)


def test_nobody_waits_for_one_whose_answer_takes_long(port: int) -> None:
    with _visitors(port, 2) as [slow, quick], ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(_ask, slow, f"/slow?{LONG}")
        time.sleep(LONG / 8)
        for _ in range(3):
            assert _ask(quick, "/quick").startswith("/quick ")
        assert not waiting.done()
        assert waiting.result().startswith("/slow ")


def test_a_worker_whose_threads_are_taken_leaves_new_visitors_to_another() -> None:
    with _served(2, 2) as (port, _server), ThreadPoolExecutor(4) as pool:
        for _ in range(5):
            with _visitors(port, 4) as visitors:
                answers = list(pool.map(lambda visitor: _ask(visitor, f"/slow?{LONG / 2}"), visitors))
            assert sorted(Counter(answer.split()[1] for answer in answers).values()) == [2, 2]


def test_a_server_that_is_told_to_stop_answers_first_and_waits_for_no_visitor() -> None:
    with _served(1, 2) as (port, server), _visitors(port, 2) as [idle, busy], ThreadPoolExecutor(1) as pool:
        _ask(idle, "/idle")
        waiting = pool.submit(_ask, busy, f"/last?{LONG}")
        time.sleep(LONG / 4)
        server.terminate()
        assert waiting.result().startswith("/last ")
        server.wait(10)
