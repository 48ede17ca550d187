"""Splits by time, the only kind there is here: features before a cutoff, labels in the window after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class LeakySplit(ValueError):
    """A label window used for training reaches into the time a model is tested on."""


@dataclass(frozen=True, order=True)
class Window:
    """Features know everything strictly before ``cutoff``; labels look at [cutoff, cutoff + horizon)."""

    cutoff: datetime
    horizon: timedelta

    @property
    def end(self) -> datetime:
        return self.cutoff + self.horizon


@dataclass(frozen=True)
class TimeSplit:
    """Training windows, oldest first, all of which end before the test window begins.

    Raises `LeakySplit` when one does not.
    """

    train: tuple[Window, ...]
    test: Window

    def __post_init__(self) -> None:
        for window in self.train:
            if window.end > self.test.cutoff:
                raise LeakySplit(
                    f"the training labels of {window.cutoff:%Y-%m-%d} run to {window.end:%Y-%m-%d}, "
                    f"past the test cutoff {self.test.cutoff:%Y-%m-%d}"
                )


def complete(windows: Sequence[Window], known_until: datetime) -> tuple[Window, ...]:
    """The windows whose labels are all known, that is, which end no later than ``known_until``."""
    return tuple(window for window in windows if window.end <= known_until)


def backwards(
    *, known_from: datetime, known_until: datetime, horizon: timedelta, count: int, lead: timedelta
) -> tuple[Window, ...]:
    """Up to ``count`` windows that do not overlap, oldest first, the last ending at ``known_until``.

    Every cutoff has at least ``lead`` of history before it, counted from ``known_from``; windows that
    would reach further back are left out.
    """
    cutoffs = [known_until - horizon * (step + 1) for step in range(count)]
    return tuple(Window(cutoff, horizon) for cutoff in reversed(cutoffs) if cutoff - known_from >= lead)


def overlapping(
    *,
    known_from: datetime,
    known_until: datetime,
    horizon: timedelta,
    count: int,
    lead: timedelta,
    step: timedelta,
) -> tuple[Window, ...]:
    """Up to ``count`` windows a ``step`` apart, oldest first, the last ending at ``known_until``.

    They may share days with each other, which costs nothing as long as all of them end before the test begins (a
    `TimeSplit` sees to that): more of them only show the same customers at more moments. ``lead`` as for `backwards`.
    """
    cutoffs = [known_until - horizon - step * number for number in range(count)]
    return tuple(Window(cutoff, horizon) for cutoff in reversed(cutoffs) if cutoff - known_from >= lead)


def last_window(
    *, known_from: datetime, as_of: datetime, horizon: timedelta, count: int, lead: timedelta
) -> TimeSplit | None:
    """The last complete window before ``as_of`` to test on and up to ``count`` windows before it to train on.

    None when the history is too short for at least one training window.
    """
    windows = backwards(known_from=known_from, known_until=as_of, horizon=horizon, count=count + 1, lead=lead)
    return TimeSplit(windows[:-1], windows[-1]) if len(windows) > 1 else None
