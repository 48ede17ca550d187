"""gunicorn's workers: each stays on a core of its own, and one that takes another's place takes its core."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from smartshop.kernel.config import ROOT

PATIENCE_SECONDS = 40.0
BEGIN = """
import os, sys
os.sched_setaffinity(0, {int(core) for core in sys.argv[1].split(",")})
os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "benchmarks.bare:app"])
"""


@contextmanager
def _served(cores: list[int], workers: int) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    asked = {"SMARTSHOP_BIND": f"127.0.0.1:{port}", "SMARTSHOP_WORKERS": str(workers)}
    command = [sys.executable, "-c", BEGIN, ",".join(map(str, cores))]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | asked, stderr=subprocess.DEVNULL) as server:
        try:
            yield server.pid
        finally:
            server.terminate()


def _workers(server: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{server}/task/{server}/children").read_text().split()]


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _places(server: int, policy: int) -> list[list[int]]:
    """The cores of each worker that is ready: its policy is set last."""
    try:
        return [
            sorted(os.sched_getaffinity(worker))
            for worker in _workers(server)
            if os.sched_getscheduler(worker) == policy
        ]
    except ProcessLookupError:
        return []


@pytest.mark.skipif(not hasattr(os, "SCHED_BATCH"), reason="only Linux says where a process may run")
def test_workers_share_the_cores_and_a_new_one_takes_the_free_one() -> None:
    cores = sorted(os.sched_getaffinity(0))[:2]
    with _served(cores, len(cores)) as server:
        alone = [[core] for core in cores]
        _until(lambda: sorted(_places(server, os.SCHED_BATCH)) == alone)
        for worker in _workers(server):
            os.kill(worker, signal.SIGKILL)
            _until(lambda gone=worker: gone not in _workers(server))  # type: ignore[misc]
            _until(lambda: sorted(_places(server, os.SCHED_BATCH)) == alone)


@pytest.mark.skipif(not hasattr(os, "SCHED_BATCH"), reason="only Linux says where a process may run")
def test_workers_that_are_not_as_many_as_the_cores_may_run_anywhere() -> None:
    cores = sorted(os.sched_getaffinity(0))[:2]
    with _served(cores, len(cores) + 1) as server:
        _until(lambda: _places(server, os.SCHED_BATCH) == [cores] * (len(cores) + 1))
