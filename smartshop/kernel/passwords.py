"""Password hashes: werkzeug's scrypt, a few at a time.

A hash takes about 80 ms of a processor. A process works on one at a time and lets ``MOST_WAITING`` others wait for it;
who comes then is asked to come back, so that a flood of sign-ins leaves threads to show pages with. After a hash the
next one waits twice as long as that one took: two thirds of the processor's time stay free for pages.
"""

import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore, Lock

from werkzeug.security import check_password_hash, generate_password_hash

from smartshop.kernel.errors import Busy

MOST_WAITING = 1
RETRY_AFTER = 2
RESTS, LONGEST_REST = 2, 0.5
"""How many times as long as a hash the next one waits, and at most how many seconds: a slow hash was waiting itself."""
_room = BoundedSemaphore(1 + MOST_WAITING)
_work = Lock()
_rested_at = [0.0]
"""When the next hash may begin, on the monotonic clock; read and written by who holds ``_work``."""


@contextmanager
def _place_in_line() -> Iterator[None]:
    if not _room.acquire(blocking=False):
        raise _busy()
    try:
        with _work, _rest_after():
            yield
    finally:
        _room.release()


def _busy() -> Busy:
    message = "Many people are signing in at this moment. Wait a few seconds, and try again."
    return Busy(message, retry_after=RETRY_AFTER)


def require_room() -> None:
    """Refuse early, before anything is read or counted, who would find the line full.

    Raises Busy.
    """
    if _room.acquire(blocking=False):
        _room.release()
    else:
        raise _busy()


@contextmanager
def _rest_after() -> Iterator[None]:
    time.sleep(max(0.0, _rested_at[0] - time.monotonic()))
    begun = time.monotonic()
    try:
        yield
    finally:
        ended = time.monotonic()
        _rested_at[0] = ended + min(RESTS * (ended - begun), LONGEST_REST)


def normal(password: str) -> str:
    """The one form in which a password is hashed and compared: NFKC, so that every keyboard types the same."""
    return unicodedata.normalize("NFKC", password)


def hashed(password: str, cost: int) -> str:
    """An scrypt hash with N = ``cost``, r = 8, p = 1 and a random salt.

    Raises Busy.
    """
    with _place_in_line():
        return _made(password, cost)


def _made(password: str, cost: int) -> str:
    return generate_password_hash(normal(password), method=f"scrypt:{cost}:8:1")


def matches(hash_: str | None, password: str, cost: int) -> bool:
    """Whether the password is right; takes as long when there is no hash to compare with.

    Raises Busy.
    """
    with _place_in_line():
        is_right = check_password_hash(hash_ or _nobody(cost), normal(password))
    return is_right and bool(hash_)


def is_cheaper(hash_: str, cost: int) -> bool:
    """Whether a hash was made at a lower cost than this."""
    method = hash_.split("$", 1)[0].split(":")
    return method[0] != "scrypt" or int(method[1]) < cost


@cache
def _nobody(cost: int) -> str:
    return _made("no account has this password", cost)
