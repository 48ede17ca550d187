"""Events on their way into the log: a bounded buffer, emptied by bulk inserts; it never blocks or fails a page."""

import atexit
import os
import threading
from collections import deque
from collections.abc import Mapping
from urllib.parse import urlsplit

import structlog
from flask import Flask, current_app, request, session

from smartshop.activity import operations as activity
from smartshop.activity.rules import Kind, NewEvent
from smartshop.kernel import clock, codes
from smartshop.web import choices
from smartshop.web.signing import current_person

log = structlog.get_logger(__name__)
MOST_WAITING = 10_000
PAUSE_SECONDS = 1.0
TOUCH = ("utm_source", "utm_medium", "utm_campaign")


class EventBuffer:
    """Holds events until its thread writes them; when full, the oldest make room and are counted as dropped."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._waiting: deque[NewEvent] = deque(maxlen=MOST_WAITING)
        self._process: int | None = None
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self.dropped = 0

    def add(self, event: NewEvent) -> None:
        self.dropped += len(self._waiting) == MOST_WAITING
        self._waiting.append(event)
        if not self._app.testing:
            self._start()

    def flush(self) -> None:
        """Write what is waiting; what cannot be written is logged and let go."""
        with self._writing:
            events = [self._waiting.popleft() for _ in range(len(self._waiting))]
            if not events:
                return
            try:
                with self._app.app_context():
                    activity.append(events=events)
            except Exception:
                self.dropped += len(events)
                log.exception("events_lost", events=len(events))

    def _start(self) -> None:
        """One thread a process: a forked worker starts its own."""
        if self._process == os.getpid():
            return
        with self._lock:
            if self._process == os.getpid():
                return
            self._process = os.getpid()
        threading.Thread(target=self._run, name="event-buffer", daemon=True).start()
        atexit.register(self.flush)

    def _run(self) -> None:
        while True:
            self._wake.wait(PAUSE_SECONDS)
            self.flush()


def install(app: Flask) -> None:
    app.extensions["events"] = EventBuffer(app)


def note(
    kind: Kind,
    *,
    product_id: int | None = None,
    value: int | None = None,
    facts: Mapping[str, str] | None = None,
) -> None:
    """Remember that this visitor did something, if they allow it."""
    if not choices.allows_analytics():
        return
    person = current_person()
    buffer: EventBuffer = current_app.extensions["events"]
    buffer.add(
        NewEvent(
            at=clock.now(),
            kind=kind,
            visitor_id=visitor_id(),
            session_id=session["visit"],
            person_id=person.person_id if person else None,
            product_id=product_id,
            value=value,
            facts={key: text[:200] for key, text in (facts or {}).items() if text},
        )
    )


def visitor_id() -> str:
    """The random id of this browser; the first event of a session notes the visit and where it came from."""
    if "visitor" not in session:
        session["visitor"] = codes.token()[:22]
    if "visit" not in session:
        session["visit"] = codes.token()[:22]
        came_from = urlsplit(request.referrer or "").hostname or ""
        touch = {name: request.args[name] for name in TOUCH if name in request.args}
        outside = came_from if came_from != urlsplit(request.host_url).hostname else ""
        note(Kind.VISIT, facts={"landing": request.path, "referrer": outside, **touch})
    return str(session["visitor"])
