"""gunicorn's threaded worker, whose threads stay with a visitor who asks again at once.

gunicorn hands every request from its first thread to another and back. Between two requests of one page that takes a
good part of what a short answer does.
"""

import select
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

MOMENT_MS = 5
"""How long a thread waits for the next request of the same visitor."""


class AttendingWorker(ThreadWorker):  # type: ignore[misc]
    """A threaded worker of which all threads but one may stay with their visitors, while nobody else waits for one.

    It takes as many visitors as it has threads for.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._attending = 0
        self._taken = 0

    def enqueue_req(self, conn: TConn) -> None:
        """Hand a request to a thread; with none left, no further visitor is taken, so that another worker can."""
        self._taken += 1
        super().enqueue_req(conn)
        if self._taken >= self.cfg.threads and self._accepting:
            self.set_accept_enabled(False)

    def finish_request(self, conn: TConn, fs: Any) -> None:
        self._taken -= 1
        super().finish_request(conn, fs)

    def set_accept_enabled(self, enabled: bool) -> None:  # noqa: FBT001 - gunicorn's
        super().set_accept_enabled(enabled and self._taken < self.cfg.threads)

    def handle(self, conn: TConn) -> Any:
        """Answer a request, and those that follow it at once; the result is gunicorn's for the last of them."""
        if not conn.initialized and not conn.data_ready:
            conn.data_ready = _has_asked(conn, 0)
        goes_on = super().handle(conn)
        while goes_on is True and self._asks_again(conn):
            goes_on = super().handle(conn)
        return goes_on

    def _asks_again(self, conn: TConn) -> bool:
        if (
            not self.alive
            or conn.is_http2
            or self._attending >= self.cfg.threads - 1
            or self._is_waited_for()
        ):
            return False
        self._attending += 1
        try:
            return _has_asked(conn, MOMENT_MS)
        finally:
            self._attending -= 1

    def _is_waited_for(self) -> bool:
        return not self.tpool._work_queue.empty()  # noqa: SLF001 - a pool does not say otherwise


def _has_asked(conn: TConn, patience_ms: int) -> bool:
    """Whether there is something to read; what was read ahead is gunicorn's affair."""
    waiting = select.poll()
    waiting.register(conn.sock, select.POLLIN)
    return bool(waiting.poll(patience_ms))
