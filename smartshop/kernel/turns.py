"""Turns, where many at once are slower than one after the other: with SQLite.

Threads that compute at the same time only take Python's lock from one another, and each holds the one lock that SQLite
has for writing while it waits to get Python's back. So a process answers one request at a time, unless that one takes
long; and those who write queue, in this process and among all on this machine, where they would otherwise sleep and ask
the database again. The database decides what is written: no turn is needed for that.
"""

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

PATIENCE_SECONDS = 0.05
"""How long requests wait for one another; what takes longer is answered beside the others."""

Program = Callable[[dict[str, Any], Any], Iterable[bytes]]


class OneByOne:
    """A program that is asked one request at a time, as long as none takes longer than others are patient."""

    def __init__(self, program: Program, patience: float = PATIENCE_SECONDS) -> None:
        self._program = program
        self._patience = patience
        self._turn = threading.Lock()
        self._begun = 0.0

    def __call__(self, environment: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        has_turn = self._turn.acquire(blocking=False) or self._waits()
        if has_turn:
            self._begun = time.monotonic()
        try:
            return self._program(environment, start_response)
        finally:
            if has_turn:
                self._turn.release()

    def _waits(self) -> bool:
        """Whether the turn came before patience ended; nobody waits for a request that has taken too long already."""
        until = time.monotonic() + self._patience
        while (left := min(until, self._begun + self._patience) - time.monotonic()) > 0:
            if self._turn.acquire(timeout=left):
                return True
        return False


class Queue:
    """Who may write to a database of this machine next: one thread of a process, and one process, at a time."""

    def __init__(self) -> None:
        self._first = threading.Lock()

    @contextmanager
    def turn(self, database: str, seconds: float) -> Iterator[None]:
        """Wait for the turn at a database file; who has waited so long for a thread of this process goes on without."""
        is_first = self._first.acquire(timeout=seconds)
        try:
            with _among_processes(database) if is_first else nullcontext():
                yield
        finally:
            if is_first:
                self._first.release()


@contextmanager
def _among_processes(database: str) -> Iterator[None]:
    """Hold the lock on the file beside a database, which goes when the process does, however that ends.

    Where there can be no such file, the database has to be asked again and again, as it is without.
    """
    try:
        file = os.open(f"{database}-turn", os.O_RDONLY | os.O_CREAT, 0o644)
    except OSError:
        yield
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


writers = Queue()
