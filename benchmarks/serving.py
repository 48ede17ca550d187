"""A program behind two gunicorn workers, and what those take of the processors."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.browser import Visitor
from smartshop.kernel.config import ROOT

SECRET = "only for a benchmark on this machine 0123456789"  # noqa: S105 - of a shop that is thrown away
WORKERS = 2
PROC = Path("/proc")


@dataclass(frozen=True)
class Served:
    """A server that runs: its port, and its first process, whose children are the workers."""

    port: int
    process_id: int

    def worked(self) -> float:
        """Seconds of processor time of the workers so far; 0 where the system does not say (it does on Linux)."""
        if not PROC.is_dir():
            return 0.0
        children = PROC / str(self.process_id) / "task" / str(self.process_id) / "children"
        ticks = 0
        for child in children.read_text(encoding="ascii").split():
            fields = (PROC / child / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port nobody listens on: the workers share theirs, so that another server there would answer in between."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(door: str, folder: Path, page_seconds: int) -> Iterator[Served]:
    port = free_port()
    environment = os.environ | {
        "SMARTSHOP_ENV": "development",
        "SMARTSHOP_INSTANCE": str(folder / "instance"),
        "SMARTSHOP_SECRET_KEY": SECRET,
        "SMARTSHOP_PAGE_SECONDS": str(page_seconds),
        "SMARTSHOP_BIND": f"127.0.0.1:{port}",
        "SMARTSHOP_WORKERS": str(WORKERS),
        "SMARTSHOP_THREADS": "4",
    }
    gunicorn = Path(sys.executable).parent / "gunicorn"
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [gunicorn, "-c", "gunicorn.conf.py", door], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        _wait(port)
        yield Served(port, process.pid)
    finally:
        process.terminate()
        process.wait(30)


def _wait(port: int) -> None:
    deadline = time.perf_counter() + 60
    while time.perf_counter() < deadline:
        try:
            visitor = Visitor(port)
        except OSError:
            time.sleep(0.1)
        else:
            visitor.close()
            time.sleep(1.0)
            return
    raise SystemExit("The server did not start; its log says why.")
