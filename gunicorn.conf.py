"""gunicorn's settings: two threaded workers by default, which take connections from one socket as they are free."""

import gc
import os
import sys
from typing import Any

SWITCH_SECONDS = 0.0005

bind = os.environ.get("SMARTSHOP_BIND", "127.0.0.1:5000")
workers = int(os.environ.get("SMARTSHOP_WORKERS", "2"))
worker_class = "smartshop.web.attending.AttendingWorker"
threads = int(os.environ.get("SMARTSHOP_THREADS", "4"))
control_socket_disable = True
max_requests = 100_000
max_requests_jitter = 10_000
graceful_timeout = 20
timeout = 60
limit_request_line = 8190
accesslog = os.environ.get("SMARTSHOP_ACCESS_LOG") or None


def pre_fork(server: Any, worker: Any) -> None:
    """Choose the core that fewest workers have, where there is one for each."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    taken = [getattr(other, "core", None) for other in server.WORKERS.values()]
    worker.core = min(cores, key=taken.count) if server.num_workers == len(cores) > 1 else None


def post_worker_init(worker: Any) -> None:
    """What was loaded stays: the collector need not look at it again.

    A thread that comes back from the database waits half a millisecond at most for another that draws a page, not
    five: while it waits it may hold the only lock for writing that SQLite has.

    A worker that has a core to itself stays where its memory is near, and its threads do not interrupt one another when
    they wake up: only one of them can run.
    """
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SWITCH_SECONDS)
    if worker.core is not None:
        os.sched_setaffinity(0, {worker.core})
    if hasattr(os, "SCHED_BATCH"):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
