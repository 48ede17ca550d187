"""K-Means partitions of points, and how many parts there should be: elbow, silhouette, stability and size together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.spatial import distance
from sklearn import cluster
from sklearn.metrics import adjusted_rand_score, pairwise_distances_argmin
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

LEAST_STABILITY = 0.8
LEAST_SHARE = 0.03
RULE = {"least_stability": LEAST_STABILITY, "least_share": LEAST_SHARE}
SAMPLE = 5_000
"""Silhouettes and resamples of more points than this are taken from a sample stratified by cluster."""
RESAMPLES = 10
STARTS = 5
BLOCK = 500
"""Points whose distances to all others are in memory at once."""
BATCH_FROM = 50_000
"""From so many points on the centres are found on mini-batches (Sculley 2010)."""


@dataclass(frozen=True)
class Scale:
    """Mean and standard deviation by column, shape (d,); a column that does not vary has a deviation of 1."""

    mean: Floats
    sd: Floats

    @classmethod
    def of(cls, values: Floats) -> Scale:
        """The scale of ``values``, shape (n, d)."""
        sd = values.std(axis=0)
        return cls(values.mean(axis=0), np.where(sd > 0, sd, 1.0))

    def apply(self, values: Floats) -> Floats:
        """``values`` in standard deviations from the mean."""
        return np.asarray((values - self.mean) / self.sd, dtype=np.float64)

    def undo(self, points: Floats) -> Floats:
        """Points in the unit of the values again."""
        return np.asarray(points * self.sd + self.mean, dtype=np.float64)


@dataclass(frozen=True)
class Partition:
    """Points in k parts: centres (k, d), labels (n,) from 0 to k - 1, and the sum of squared distances."""

    centres: Floats
    labels: Labels
    inertia: float

    @property
    def sizes(self) -> Labels:
        return np.bincount(self.labels, minlength=len(self.centres))


@dataclass(frozen=True)
class Candidate:
    """A number of parts and what speaks for it.

    inertia  sum of squared distances from the centres; silhouette  mean silhouette (Rousseeuw 1987);
    stability  mean adjusted Rand index (Hubert and Arabie 1985) between the partition and those of bootstrap samples,
    1 when they always agree and 0 by chance (Hennig 2007); sizes  points by part.
    """

    k: int
    inertia: float
    silhouette: float
    stability: float
    sizes: tuple[int, ...]

    @property
    def smallest_share(self) -> float:
        return min(self.sizes) / sum(self.sizes)

    @property
    def is_acceptable(self) -> bool:
        """Stable, and no part so small that it holds outliers only."""
        return self.stability >= LEAST_STABILITY and self.smallest_share >= LEAST_SHARE

    @property
    def facts(self) -> dict[str, Any]:
        """The candidate as plain data."""
        return {
            "k": self.k, "inertia": self.inertia, "silhouette": self.silhouette, "stability": self.stability,
            "smallest_share": self.smallest_share, "is_acceptable": self.is_acceptable,
        }  # fmt: skip


def candidates(
    points: Floats, ks: Sequence[int], *, seed: int, resamples: int = RESAMPLES, starts: int = STARTS
) -> tuple[Candidate, ...]:
    """Each of ``ks`` that there are distinct points enough for, tried on ``points`` of shape (n, d)."""
    distinct = len(np.unique(points, axis=0))
    tried = [fitted(points, k, seed=seed, starts=starts) for k in ks if k < distinct]
    if not tried:
        return ()
    rows = _sample([each.labels for each in tried], np.random.default_rng(seed))
    sample = points[rows]
    with threadpool_limits(1):
        found = silhouettes(sample, [each.labels[rows] for each in tried])
        again = _resampled(sample, seed, resamples)
        stabilities = [_stability(sample, each.labels[rows], again, starts) for each in tried]
    return tuple(
        Candidate(len(each.centres), each.inertia, silhouette, stability, tuple(int(size) for size in each.sizes))
        for each, silhouette, stability in zip(tried, found, stabilities, strict=True)
    )  # fmt: skip


def silhouettes(points: Floats, labelings: Sequence[Labels]) -> list[float]:
    """The mean silhouette of each labelling of the same points (Rousseeuw 1987), every distance computed once.

    Labels count from 0, and each is somebody's. A point alone in its part counts 0.
    """
    members = [np.eye(labels.max() + 1)[labels] for labels in labelings]
    together = np.concatenate(members, axis=1)
    blocks = np.array_split(points, -(-len(points) // BLOCK))
    sums = np.concatenate([distance.cdist(block, points) @ together for block in blocks])
    edges = np.cumsum([each.shape[1] for each in members])[:-1]
    parts = np.split(sums, edges, axis=1)
    return [_silhouette(each, labels) for each, labels in zip(parts, labelings, strict=True)]


def _silhouette(sums: Floats, labels: Labels) -> float:
    """From the sum of each point's distances to each part."""
    sizes, everyone = np.bincount(labels), np.arange(labels.size)
    own = sums[everyone, labels] / np.maximum(sizes[labels] - 1, 1)
    others = sums / sizes
    others[everyone, labels] = np.inf
    nearest_other = others.min(axis=1)
    larger = np.maximum(own, nearest_other)
    is_told = (sizes[labels] > 1) & (larger > 0)
    return float(np.where(is_told, (nearest_other - own) / np.where(larger > 0, larger, 1.0), 0.0).mean())


def chosen(tried: Sequence[Candidate]) -> Candidate | None:
    """The acceptable candidate at the elbow; None when no candidate is acceptable.

    The elbow is where the inertia lies deepest below the straight line from the first candidate's to the last's
    (Satopää et al. 2011, "Kneedle"); equal depths are decided by the silhouette.
    """
    acceptable = [each for each in tried if each.is_acceptable]
    if not acceptable:
        return None
    first, last = tried[0], tried[-1]
    fall = first.inertia - last.inertia

    def depth(each: Candidate) -> float:
        if fall <= 0:
            return 0.0
        return (first.inertia - each.inertia) / fall - (each.k - first.k) / (last.k - first.k)

    return max(acceptable, key=lambda each: (round(depth(each), 6), each.silhouette))


def fitted(points: Floats, k: int, *, seed: int, starts: int = STARTS) -> Partition:
    """The best of ``starts`` runs of K-Means into ``k`` parts, the largest part first."""
    with threadpool_limits(
        1
    ):  # these fits are short: threads would wait for one another longer than they work
        model = _model(k, seed, starts, is_large=len(points) >= BATCH_FROM).fit(points)
    labels = np.asarray(model.labels_, dtype=np.int64)
    order = np.argsort(-np.bincount(labels, minlength=k), kind="stable")
    place = np.empty(k, dtype=np.int64)
    place[order] = np.arange(k)
    return Partition(
        np.asarray(model.cluster_centers_, dtype=np.float64)[order], place[labels], float(model.inertia_)
    )


def nearest(points: Floats, centres: Floats) -> Labels:
    """The nearest centre of each point."""
    return np.asarray(pairwise_distances_argmin(points, centres), dtype=np.int64)


def _model(k: int, seed: int, starts: int, *, is_large: bool) -> Any:
    if is_large:
        return cluster.MiniBatchKMeans(k, n_init=starts, random_state=seed, batch_size=4_096)
    return cluster.KMeans(k, n_init=starts, random_state=seed)


def _sample(labelings: Sequence[Labels], rng: np.random.Generator) -> Labels:
    """At most about `SAMPLE` rows: of each part of the finest labelling its share, and two at least of every part."""
    finest = labelings[-1]
    if finest.size <= SAMPLE:
        return np.arange(finest.size)
    parts = [_drawn(finest, label, SAMPLE / finest.size, rng) for label in np.unique(finest)]
    parts += [_drawn(labels, label, 0.0, rng) for labels in labelings for label in np.unique(labels)]
    return np.unique(np.concatenate(parts))


def _drawn(labels: Labels, label: int, share: float, rng: np.random.Generator) -> Labels:
    rows = np.flatnonzero(labels == label)
    return rng.choice(rows, min(max(2, round(share * rows.size)), rows.size), replace=False)


def _resampled(points: Floats, seed: int, resamples: int) -> list[tuple[Floats, int]]:
    """Bootstrap samples of the points, and how many points of each are distinct."""
    rng = np.random.default_rng(seed)
    drawn = [points[rng.integers(0, len(points), len(points))] for _ in range(resamples)]
    return [(each, len(np.unique(each, axis=0))) for each in drawn]


def _stability(points: Floats, labels: Labels, resampled: Sequence[tuple[Floats, int]], starts: int) -> float:
    k = int(labels.max()) + 1
    agreements = []
    for seed, (drawn, distinct) in enumerate(resampled, 1):
        if distinct < k:
            return 0.0
        model = _model(k, seed, starts, is_large=False).fit(drawn)
        agreements.append(adjusted_rand_score(labels, nearest(points, model.cluster_centers_)))
    return float(np.mean(agreements))
