"""Work done at the same time by others: each in a thread with its own app context, session and transaction."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from flask import Flask

T = TypeVar("T")
PATIENCE_SECONDS = 30


def begin(app: Flask, work: Callable[[], T]) -> Future[T]:
    """Start the work elsewhere and do not wait for it."""

    def run() -> T:
        with app.app_context():
            return work()

    pool = ThreadPoolExecutor(1)
    started = pool.submit(run)
    pool.shutdown(wait=False)
    return started


def elsewhere(app: Flask, work: Callable[[], T]) -> T:
    """Do the work elsewhere, to its end."""
    return begin(app, work).result(PATIENCE_SECONDS)


def together(app: Flask, works: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Do all of the work at once; what each returned or raised, in order."""
    barrier = Barrier(len(works))

    def at_the_gun(work: Callable[[], T]) -> Callable[[], T | Exception]:
        def run() -> T | Exception:
            barrier.wait(PATIENCE_SECONDS)
            try:
                return work()
            except Exception as error:  # noqa: BLE001
                return error

        return run

    return [started.result(PATIENCE_SECONDS) for started in [begin(app, at_the_gun(work)) for work in works]]
