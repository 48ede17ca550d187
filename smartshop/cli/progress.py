"""The progress bar of long commands."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

Told = Callable[[str, float], None]
"""Told the phase and how much of it is done, from 0 to 1."""


@contextmanager
def shown(beginning: str) -> Iterator[Told]:
    """A bar on stderr when somebody looks at it; nothing otherwise."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _phase, _share: None
        return
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console, transient=True
    )
    with bar:
        task = bar.add_task(beginning, total=1.0)
        yield lambda phase, share: bar.update(task, description=phase, completed=share)
