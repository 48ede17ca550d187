"""The one door for commits.

``with unit_of_work() as uow:`` joins the caller's unit if there is one. The outermost unit commits once
when it ends well, rolls back on any exception, and then runs what was registered with ``after_commit``.
Nothing slow and nothing remote belongs inside.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

import structlog

from smartshop.kernel import turns
from smartshop.kernel.db import BUSY_TIMEOUT_MS, is_writing
from smartshop.kernel.extensions import db

log = structlog.get_logger(__name__)


class UnitOfWork:
    """What has to happen after the commit, in the order it was registered."""

    def __init__(self) -> None:
        self._callbacks: list[Callable[[], object]] = []

    def after_commit(self, callback: Callable[[], object]) -> None:
        """Run ``callback`` once the transaction is durable; its failure is logged and undoes nothing."""
        self._callbacks.append(callback)

    def run_callbacks(self) -> None:
        for callback in self._callbacks:
            try:
                callback()
            except Exception:
                log.exception(
                    "after_commit_failed", callback=getattr(callback, "__qualname__", repr(callback))
                )


_current: ContextVar[UnitOfWork | None] = ContextVar("unit_of_work", default=None)


@contextmanager
def unit_of_work() -> Iterator[UnitOfWork]:
    outer = _current.get()
    if outer is not None:
        yield outer
        return
    _end_reading()
    unit = UnitOfWork()
    token, writing = _current.set(unit), is_writing.set(True)
    try:
        with _turn():
            try:
                yield unit
                db.session.commit()
            except BaseException:
                db.session.rollback()
                raise
    finally:
        _current.reset(token)
        is_writing.reset(writing)
    unit.run_callbacks()


def _turn() -> AbstractContextManager[None]:
    """The turn to write to SQLite; a database that locks rows needs none, and one in memory has no other writers."""
    engine = db.engine
    path = engine.url.database if engine.dialect.name == "sqlite" else None
    return turns.writers.turn(path, BUSY_TIMEOUT_MS / 1000) if path else nullcontext()


def _end_reading() -> None:
    """Let go of the read snapshot, so that the write transaction starts on what is true now."""
    session = db.session()
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("rows were changed outside a unit of work")
    if session.in_transaction():
        session.commit()
