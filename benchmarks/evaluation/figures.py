"""One figure: what was computed, and what it stands beside."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Figure:
    """A number of docs/evaluation.md.

    Figures of one ``table``, ``data`` and ``split`` stand in one table: each in a row of its own, or at its ``place``
    (row, column) where the same is measured of several things. ``reference`` is what was published, with its
    ``source``; ``baseline`` the naive rival on the same rows; ``low`` and ``high`` bound ``ours`` at 95 %. ``goal`` says
    what was asked for, in words, and ``is_met`` whether it holds (None where nothing was asked). A figure of ``kind``
    "time" differs from machine to machine and is not compared.
    """

    what: str
    ours: float
    data: str
    split: str = ""
    reference: float | None = None
    source: str = ""
    baseline: float | None = None
    baseline_name: str = ""
    low: float | None = None
    high: float | None = None
    goal: str = ""
    is_met: bool | None = None
    digits: int = 4
    kind: Literal["value", "time"] = "value"
    table: str = ""
    place: tuple[str, str] | None = None


@dataclass(frozen=True)
class Section:
    """The figures of one question, with a sentence that says what they show."""

    title: str
    says: str
    figures: tuple[Figure, ...]
