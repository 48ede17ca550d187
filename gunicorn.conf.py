"""gunicorn's settings: two threaded workers by default; the kernel spreads connections between them."""

import gc
import os
import sys

SWITCH_SECONDS = 0.0005

bind = os.environ.get("SMARTSHOP_BIND", "127.0.0.1:5000")
workers = int(os.environ.get("SMARTSHOP_WORKERS", "2"))
worker_class = "gthread"
threads = int(os.environ.get("SMARTSHOP_THREADS", "4"))
reuse_port = True
control_socket_disable = True
max_requests = 100_000
max_requests_jitter = 10_000
graceful_timeout = 20
timeout = 60
limit_request_line = 8190
accesslog = os.environ.get("SMARTSHOP_ACCESS_LOG") or None


def post_worker_init(_worker: object) -> None:
    """What was loaded stays: the collector need not look at it again.

    A thread that comes back from the database waits half a millisecond at most for another that draws a page, not
    five: while it waits it may hold the only lock for writing that SQLite has.
    """
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SWITCH_SECONDS)
