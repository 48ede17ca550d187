"""How good a prediction was: plain functions of arrays, and intervals for them by the bootstrap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Floats = npt.NDArray[np.float64]


def auc(actual: Floats, score: Floats) -> float:
    """Chance that a random positive scores above a random negative, ties counting half (Mann-Whitney U).

    ``actual`` is 0/1, ``score`` any real number, both of shape (n,). NaN when one class is absent.
    """
    positives = float(np.sum(actual))
    negatives = actual.size - positives
    if positives == 0 or negatives == 0:
        return float("nan")
    order, starts, sizes = _levels(score)
    ranks = starts + (sizes + 1) / 2
    u = (
        float((ranks * np.add.reduceat(actual[order].astype("float64"), starts)).sum())
        - positives * (positives + 1) / 2
    )
    return float(u / (positives * negatives))


def brier(actual: Floats, probability: Floats) -> float:
    """Mean squared distance of ``probability`` from the 0/1 outcome; 0 is perfect."""
    return float(np.mean((probability - actual) ** 2))


def calibration_error(actual: Floats, probability: Floats, bins: int = 10) -> float:
    """Expected calibration error over ``bins`` bins of equal mass.

    Rows are sorted by probability and cut into bins whose sizes differ by at most one; the error is the mean over
    rows of |mean probability - share of positives| of the row's bin.
    """
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, bins) if part.size]
    gaps = [part.size * abs(float(probability[part].mean() - actual[part].mean())) for part in parts]
    return float(np.sum(gaps) / actual.size)


def captured_share(value: Floats, score: Floats, share: float) -> float:
    """Share of total ``value`` held by the ``share`` of rows with the highest score.

    Rows tied at the border count in proportion, so the result does not depend on the order of the rows. NaN when
    the values sum to zero.
    """
    total = float(value.sum())
    if total == 0:
        return float("nan")
    wanted = share * value.size
    order, starts, sizes = _levels(score)
    held = np.add.reduceat(value[order], starts)
    above = value.size - starts - sizes
    taken = np.clip((wanted - above) / sizes, 0.0, 1.0)
    return float((taken * held).sum() / total)


def top_decile_lift(value: Floats, score: Floats) -> float:
    """How many times its fair share of ``value`` (0/1 labels or money) the top tenth by score holds."""
    return captured_share(value, score, 0.1) / 0.1


def mae(actual: Floats, predicted: Floats) -> float:
    """Mean absolute error, in the unit of the values."""
    return float(np.mean(np.abs(predicted - actual)))


def rmse(actual: Floats, predicted: Floats) -> float:
    """Root of the mean squared error, in the unit of the values."""
    return float(np.sqrt(np.mean((predicted - actual) ** 2)))


def correlation(actual: Floats, predicted: Floats) -> float:
    """Pearson correlation; NaN when either side is constant."""
    if np.ptp(actual) == 0 or np.ptp(predicted) == 0:
        return float("nan")
    return float(np.corrcoef(actual, predicted)[0, 1])


def spearman(actual: Floats, predicted: Floats) -> float:
    """Correlation of the mid-ranks; NaN when either side is constant."""
    return correlation(_mid_ranks(actual), _mid_ranks(predicted))


def mean_ratio(actual: Floats, predicted: Floats) -> float:
    """Total predicted over total actual: 1 is unbiased in sum. NaN when the actual total is zero."""
    total = float(actual.sum())
    return float(predicted.sum()) / total if total else float("nan")


def bootstrap_interval(
    metric: Callable[[Floats, Floats], float],
    actual: Floats,
    predicted: Floats,
    *,
    seed: int,
    resamples: int = 200,
    level: float = 0.95,
) -> tuple[float, float]:
    """Interval of ``metric`` over resamples of the rows; the order of rows must not matter to it.

    The percentiles (Efron 1979) less what resampling itself adds to the metric (Efron and Tibshirani 1993, 10.2): a
    calibration error is always larger in a resample, and the interval would not hold the error it stands beside.
    """
    order = np.argsort(predicted, kind="stable")
    values = [
        metric(actual[rows], predicted[rows])
        for times in _draws(actual.size, resamples, seed)
        for rows in (np.repeat(order, times[order]),)
    ]
    bias = float(np.nanmean(values)) - metric(actual, predicted)
    low, high = _percentiles(values, level)
    floor = 0.0 if np.nanmin(values) >= 0 else -np.inf
    return float(max(low - bias, floor)), float(min(high - bias, np.nanmax(values)))


def paired_difference(
    metric: Callable[[Floats, Floats], float],
    actual: Floats,
    first: Floats,
    second: Floats,
    *,
    seed: int,
    resamples: int = 200,
    level: float = 0.95,
) -> tuple[float, float, float]:
    """``metric`` of ``first`` minus that of ``second``, with its percentile interval: (difference, low, high).

    Both predictions are resampled on the same rows, so what they share cancels.
    """
    orders = [np.argsort(predicted, kind="stable") for predicted in (first, second)]
    values = []
    for times in _draws(actual.size, resamples, seed):
        ours, theirs = (np.repeat(order, times[order]) for order in orders)
        values.append(metric(actual[ours], first[ours]) - metric(actual[theirs], second[theirs]))
    return (metric(actual, first) - metric(actual, second), *_percentiles(values, level))


def _draws(size: int, resamples: int, seed: int) -> Iterator[npt.NDArray[np.int64]]:
    """How often each row is drawn, resample by resample. Rows can then be taken in an order that spares sorting them."""
    rng = np.random.default_rng(seed)
    for _ in range(resamples):
        yield np.bincount(rng.integers(0, size, size=size), minlength=size)


def _levels(score: Floats) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows in order of ``score``, where in it each level of tied scores starts, and how many rows it has."""
    order = np.argsort(score, kind="stable")
    ranked = score[order]
    starts = np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1])))
    return order, starts, np.diff(starts, append=score.size)


def _mid_ranks(values: Floats) -> Floats:
    """Ranks from 1, tied values sharing the mean of theirs."""
    order, starts, sizes = _levels(values)
    ranks = np.empty(values.size)
    ranks[order] = np.repeat(starts + (sizes + 1) / 2, sizes)
    return ranks


def _percentiles(values: list[float], level: float) -> tuple[float, float]:
    tail = (1 - level) / 2
    low, high = np.nanquantile(np.asarray(values), [tail, 1 - tail])
    return float(low), float(high)
