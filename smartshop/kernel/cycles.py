"""Python's search for objects that hold only each other."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unsearched() -> Iterator[None]:
    """Put the search off until the end: for work that makes very many objects and hardly a cycle of them.

    The search walks all that is there again and again. Nothing else changes: what nobody holds is still freed at once.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
