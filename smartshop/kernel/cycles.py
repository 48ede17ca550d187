"""Python's search for objects that hold only each other: it walks all there is, again and again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unsearched() -> Iterator[None]:
    """Put the search off until the end: for work that makes very many objects and hardly a cycle of them.

    Nothing else changes: what nobody holds is still freed at once.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def lasting() -> Iterator[None]:
    """For what is there until the process ends, as modules are: it is searched neither while it is made nor later."""
    with unsearched():
        yield
    gc.freeze()
