"""Drift: whether the customers, the scores or the outcome are no longer what they were.

The measure is the population stability index (PSI) over bins cut at the deciles of the reference, never at equal
widths: those see nothing of a shift in skewed money. Without any drift PSI / (1/n + 1/m) nears a chi-square law
with one degree of freedom less than there are bins (B. Yurdakul, Statistical Properties of Population Stability
Index, 2018): small samples are judged by it, and large ones by the customary 0.1. What is kept of a reference is
its edges, its counts and a few figures: nobody's data are needed to compare with it later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import stats

if TYPE_CHECKING:
    from collections.abc import Mapping

Floats = npt.NDArray[np.float64]

BINS = 10
NOTICED_FROM = 0.1
"""A PSI below it is of no consequence, however certain."""
LEVEL = 0.05
LEAST_SHARE = 0.5
"""A bin with less than this share of a fair bin is joined to the one below it."""
FEWEST = 50
"""With fewer values on either side nothing is said: the law of the index does not hold yet."""


@dataclass(frozen=True)
class Reference:
    """One column as it was: the bins' upper ``edges`` (the last bin has none), their ``counts``, and what is usual.

    The last of ``counts`` is the number of missing values. ``spread`` is the standard deviation.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    mean: float
    median: float
    spread: float

    @property
    def size(self) -> int:
        return sum(self.counts)

    def to_dict(self) -> dict[str, Any]:
        """The reference in JSON's own types."""
        return {
            "edges": list(self.edges),
            "counts": list(self.counts),
            "mean": self.mean,
            "median": self.median,
            "spread": self.spread,
        }

    @staticmethod
    def from_dict(kept: Mapping[str, Any]) -> Reference:
        """What `to_dict` wrote."""
        return Reference(
            tuple(map(float, kept["edges"])),
            tuple(map(int, kept["counts"])),
            float(kept["mean"] or 0.0),
            float(kept["median"] or 0.0),
            float(kept["spread"] or 0.0),
        )


@dataclass(frozen=True)
class Drift:
    """One column now beside its reference; it has drifted when ``psi`` exceeds ``threshold``."""

    name: str
    psi: float
    threshold: float
    is_drifted: bool
    mean_before: float
    mean_now: float
    median_before: float
    median_now: float
    spread_before: float
    spread_now: float


def reference(values: Floats, bins: int = BINS) -> Reference:
    """What to keep of ``values``, shape (n,), NaN where missing; n > 0.

    Edges are observed values (quantiles of the inverted distribution function), so tied values stay in one bin.
    Edges that coincide, and bins that hold less than half of a fair share, are joined. Where the smallest value is
    an edge itself, an empty bin below it is kept, and there is always one above the last edge: what was never seen
    before must not hide among what was.
    """
    edges = _edges(values[~np.isnan(values)], bins)
    return Reference(tuple(edges.tolist()), tuple(_counts(values, edges).tolist()), *_usual(values))


def psi(before: Floats, now: Floats) -> float:
    """Sum over bins of (p - q) ln(p / q), the shares of ``before`` and ``now``, counts of shape (B,).

    An empty bin counts as half a value, which keeps the index finite when everything has moved away.
    """
    p, q = (np.maximum(counts, 0.5) / counts.sum() for counts in (before, now))
    return float(np.sum((p - q) * np.log(p / q)))


def spread_by_chance(shares: Floats, n: int, m: int) -> float:
    """What PSI is divided by to follow the chi-square law: (1/n + 1/m), with the next term for small samples.

    The first term is Yurdakul's. Alone it raises 6 % false alarms at n = m = 200 where 5 % are meant; expanding the
    mean of the index one order further gives the factor 1 + (sum of 1/share - B) (1/n + 1/m) / (2 (B - 1)), which
    for ten equal bins is 1 + 5 (1/n + 1/m). ``shares`` are those of the B >= 2 bins.
    """
    chance = 1 / n + 1 / m
    extra = float(np.sum(1 / shares)) - shares.size
    return chance * (1 + extra * chance / (2 * (shares.size - 1)))


def threshold(shares: Floats, n: int, m: int, *, level: float = LEVEL) -> float:
    """The PSI that is noticed over bins of these ``shares``: the larger of 0.1 and what chance exceeds with ``level``."""
    if shares.size < 2:
        return NOTICED_FROM
    by_chance = float(stats.chi2.isf(level, shares.size - 1)) * spread_by_chance(shares, n, m)
    return max(NOTICED_FROM, by_chance)


def compare(
    references: Mapping[str, Reference], now: Mapping[str, Floats], *, level: float = LEVEL
) -> list[Drift]:
    """Every column of ``references`` that ``now`` has too (arrays of shape (n,)), drifted ones first, then by PSI.

    A column has drifted when its PSI exceeds 0.1 and what chance does with probability ``level``, by Holm's
    procedure over all the columns compared (S. Holm, 1979): the chance of any false alarm among them is at most
    ``level``, however they depend on each other. With one column this is PSI > `threshold`.
    """
    pairs = {
        name: _counted(references[name], now[name])
        for name in references
        if name in now and min(references[name].size, now[name].size) >= FEWEST
    }
    bounds = _holm({name: _p_value(counts) for name, counts in pairs.items()}, level)
    found = [
        _compared(name, references[name], now[name], counts, bounds[name]) for name, counts in pairs.items()
    ]
    return sorted(found, key=lambda each: (not each.is_drifted, -each.psi, each.name))


def _counted(before: Reference, values: Floats) -> Floats:
    """Counts of both sides, shape (2, B), without the bins that are empty on both."""
    counts = np.array([before.counts, _counts(values, np.array(before.edges))], dtype=np.float64)
    return np.asarray(counts[:, counts.sum(axis=0) > 0])


def _law(counts: Floats) -> tuple[Floats, int, int]:
    n, m = counts.sum(axis=1)
    return counts.sum(axis=0) / (n + m), int(n), int(m)


def _p_value(counts: Floats) -> float:
    if counts.shape[1] < 2:
        return 1.0
    return float(stats.chi2.sf(psi(*counts) / spread_by_chance(*_law(counts)), counts.shape[1] - 1))


def _compared(name: str, before: Reference, values: Floats, counts: Floats, level: float) -> Drift:
    index, noticed_from = psi(*counts), threshold(*_law(counts), level=level)
    mean, median, spread = _usual(values)
    return Drift(
        name=name,
        psi=index,
        threshold=noticed_from,
        is_drifted=index > noticed_from,
        mean_before=before.mean,
        mean_now=mean,
        median_before=before.median,
        median_now=median,
        spread_before=before.spread,
        spread_now=spread,
    )


def _holm(p_values: Mapping[str, float], level: float) -> dict[str, float]:
    """The level each hypothesis is tested at: what Holm's step-down procedure rejects is exactly p <= its level."""
    ordered = sorted(p_values, key=lambda name: (p_values[name], name))
    steps = [level / (len(ordered) - rank) for rank in range(len(ordered))]
    rejected = next((rank for rank, name in enumerate(ordered) if p_values[name] > steps[rank]), len(ordered))
    return {name: steps[min(rank, rejected)] for rank, name in enumerate(ordered)}


def _usual(values: Floats) -> tuple[float, float, float]:
    known = values[~np.isnan(values)]
    if not known.size:
        return 0.0, 0.0, 0.0
    return float(np.mean(known)), float(np.median(known)), float(np.std(known))


def _edges(known: Floats, bins: int) -> Floats:
    if not known.size:
        return np.empty(0)
    deciles = np.quantile(known, np.arange(1, bins) / bins, method="inverted_cdf")
    ordered, least = np.sort(known), LEAST_SHARE * known.size / bins
    kept: list[float] = []
    below = 0
    for edge in np.unique(deciles):
        until = int(np.searchsorted(ordered, edge, side="right"))
        if until - below >= least:
            kept.append(float(edge))
            below = until
    if len(kept) > 1 and 0 < known.size - below < least:
        kept.pop()
    if kept and kept[0] == ordered[0]:
        kept.insert(0, float(np.nextafter(ordered[0], -np.inf)))
    return np.asarray(kept)


def _counts(values: Floats, edges: Floats) -> npt.NDArray[np.int64]:
    known = values[~np.isnan(values)]
    bins = np.bincount(np.searchsorted(edges, known, side="left"), minlength=edges.size + 1)
    return np.append(bins, values.size - known.size).astype(np.int64)
