"""What every kind of file of order lines comes down to: a header and numbered rows of text."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from smartshop.kernel.errors import Invalid

Row = tuple[int, list[str]]
Progress = Callable[[str, float], None]
"""Told the phase and how much of it is done, from 0 to 1."""


class UnreadableFile(Invalid):
    """The file is missing, empty, broken or of another kind than its name says."""

    code = "unreadable_file"


@dataclass(frozen=True)
class Table:
    """A header, and rows with their line number in the file; rows can be read once. Notes say how it was read."""

    header: list[str]
    rows: Iterator[Row]
    has_comma_cells: bool
    notes: tuple[str, ...] = ()


def without_progress(phase: str, share: float) -> None:
    """Nobody watches."""
