"""What is the same for everybody, kept for as many seconds as pages are, for those whose pages are made anew."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from flask import Flask
from flask.globals import _cv_app

T = TypeVar("T")
MOST_THINGS = 300


class Shelf(Generic[T]):
    """Things of one process that spoil after some seconds, the longest unused making room."""

    def __init__(self, seconds: int, most: int = MOST_THINGS) -> None:
        self.seconds = seconds
        self._most = most
        self._things: OrderedDict[Hashable, tuple[float, T]] = OrderedDict()
        self._lock = threading.Lock()

    def has_room_for(self, key: Hashable) -> bool:
        """Whether nothing else has to go for it."""
        return key in self._things or len(self._things) < self._most

    def find(self, key: Hashable) -> T | None:
        with self._lock:
            until, thing = self._things.get(key, (0.0, None))
            if until < time.monotonic():
                return None
            self._things.move_to_end(key)
            return thing

    def put(self, key: Hashable, thing: T) -> None:
        with self._lock:
            self._things[key] = (time.monotonic() + self.seconds, thing)
            self._things.move_to_end(key)
            while len(self._things) > self._most:
                self._things.popitem(last=False)


class ChoosyShelf(Shelf[T]):
    """A shelf that, when full, takes only what is brought a second time.

    What is asked for once is no reason to let go of what many ask for.
    """

    def __init__(self, seconds: int, most: int = MOST_THINGS) -> None:
        super().__init__(seconds, most)
        self._brought = Shelf[bool](seconds, 2 * most)

    def is_known(self, key: Hashable) -> bool:
        """Whether it is there, or was brought before; from now on it was."""
        is_known = key in self._things or self._brought.find(key) is not None
        if not is_known:
            self._brought.put(key, True)
        return is_known

    def put(self, key: Hashable, thing: T) -> None:
        if self.has_room_for(key) or self.is_known(key):
            super().put(key, thing)


def install(app: Flask) -> None:
    app.extensions["lately"] = Shelf[Any](app.config["SETTINGS"].kept_seconds)


def made(key: Hashable, make: Callable[[], T]) -> T:
    """What ``make`` makes, which is never None: as it was made lately, or made now."""
    shelf: Shelf[T] = _cv_app.get().app.extensions["lately"]
    if not shelf.seconds:
        return make()
    found = shelf.find(key)
    if found is None:
        found = make()
        shelf.put(key, found)
    return found
