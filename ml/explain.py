"""What each input added to a tree model's answer for one customer: exact Shapley values, by path.

The game is that of TreeSHAP (Lundberg, Erion & Lee 2018, "path-dependent"): an input that is not known sends a row
down both branches, in the proportions the training rows took. Then a leaf of value v, whose path asks about inputs F,
is worth v * prod(o_i for i known) * prod(z_i for i not known), where o_i is 1 if the row meets all the path asks of
input i and z_i the share of training rows that did. Its Shapley value has a closed form as an integral,

    phi_i = v (o_i - z_i) * integral over t in (0, 1) of prod(o_j t + z_j (1 - t) for j in F without i) dt,

because the weight of a coalition of s of the other n - 1 inputs is the integral of t^s (1 - t)^(n - 1 - s). The
integrand is a polynomial of degree n - 1, so Gauss-Legendre quadrature of ceil(n / 2) points is exact.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterator

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CELLS = 4_000_000
"""Rows x leaves x inputs looked at in one go: about 30 MB each for a few arrays."""
LEAF = -1


@dataclass(frozen=True)
class Tree:
    """A binary tree by node, the root first: rows with x <= threshold go left; ``left`` is -1 at a leaf."""

    left: Ints
    right: Ints
    feature: Ints
    threshold: Floats
    cover: Floats
    value: Floats


@dataclass(frozen=True)
class Leaves:
    """All leaves of a model whose paths ask about equally many inputs, one row a leaf.

    ``low`` < x <= ``high`` is what the path asks of each of its inputs ``feature``, all of shape (leaves, inputs);
    ``share`` is the share of training rows that meet it.
    """

    feature: Ints
    low: Floats
    high: Floats
    share: Floats
    value: Floats


@dataclass(frozen=True)
class Ensemble:
    """The leaves of a sum of trees, grouped by how many inputs they ask about, and the answer to an unknown row.

    ``reads`` is the precision in which the trees compare.
    """

    leaves: tuple[Leaves, ...]
    base: float
    inputs: int
    reads: type[np.float32 | np.float64] = np.float64

    def contributions(self, X: Floats) -> Floats:
        """The Shapley values of rows ``X``, shape (n, inputs); with ``base`` they sum to the model's answer."""
        X = np.asarray(X, dtype=self.reads).astype(np.float64)
        total = np.zeros((len(X), self.inputs))
        for group in self.leaves:
            for part in _parts(group, max(CELLS // max(group.feature.shape[1] * len(X), 1), 1)):
                total += _contributions(part, X, self.inputs)
        return total


def of_forest(forest: Any) -> Ensemble:
    """The trees of a fitted two-class `sklearn.ensemble.RandomForestClassifier`; the answer is P(second class)."""
    trees = []
    for estimator in forest.estimators_:
        tree = estimator.tree_
        shares = tree.value[:, 0, :]
        trees.append(
            Tree(
                tree.children_left.astype(np.int64), tree.children_right.astype(np.int64),
                tree.feature.astype(np.int64), tree.threshold, tree.weighted_n_node_samples,
                shares[:, 1] / shares.sum(axis=1) / len(forest.estimators_),
            )
        )  # fmt: skip
    return replace(of_trees(trees, int(forest.n_features_in_)), reads=np.float32)


def of_boosting(boosting: Any) -> Ensemble:
    """The trees of a fitted two-class `sklearn.ensemble.HistGradientBoostingClassifier`; the answer is log-odds.

    Its inputs must be numbers: categories and missing values are not explained.
    """
    trees = []
    for (predictor,) in boosting._predictors:  # noqa: SLF001 - there is no public access to the trees
        nodes = predictor.nodes
        is_leaf = nodes["is_leaf"].astype(bool)
        trees.append(
            Tree(
                np.where(is_leaf, LEAF, nodes["left"].astype(np.int64)),
                np.where(is_leaf, LEAF, nodes["right"].astype(np.int64)),
                nodes["feature_idx"].astype(np.int64), nodes["num_threshold"].astype(np.float64),
                nodes["count"].astype(np.float64), nodes["value"].astype(np.float64),
            )
        )  # fmt: skip
    return of_trees(trees, int(boosting.n_features_in_), float(np.ravel(boosting._baseline_prediction)[0]))  # noqa: SLF001


def of_trees(trees: list[Tree], inputs: int, start: float = 0.0) -> Ensemble:
    """The ensemble whose answer is ``start`` and the sum of the trees'."""
    paths: dict[int, list[tuple[dict[int, list[float]], float]]] = {}
    base = start
    for tree in trees:
        for path, value in _walk(tree):
            base += value * float(np.prod([share for _low, _high, share in path.values()]))
            if path:
                paths.setdefault(len(path), []).append((path, value))
    groups = [
        Leaves(
            np.array([list(path) for path, _ in found], dtype=np.int64),
            asked[:, :, 0],
            asked[:, :, 1],
            asked[:, :, 2],
            np.array([value for _, value in found]),
        )
        for found in paths.values()
        for asked in (np.array([list(path.values()) for path, _ in found]),)
    ]
    return Ensemble(tuple(groups), base, inputs)


def _walk(tree: Tree) -> Iterator[tuple[dict[int, list[float]], float]]:
    """Each leaf's value with, by input, the interval its path asks for and the share of rows that meet it."""
    pending: list[tuple[int, dict[int, list[float]]]] = [(0, {})]
    while pending:
        node, path = pending.pop()
        if tree.left[node] == LEAF:
            yield path, float(tree.value[node])
            continue
        feature, threshold = int(tree.feature[node]), float(tree.threshold[node])
        low, high, share = path.get(feature, [-np.inf, np.inf, 1.0])
        for child, ask in (
            (int(tree.left[node]), [low, min(high, threshold)]),
            (int(tree.right[node]), [max(low, threshold), high]),
        ):
            part = float(tree.cover[child] / tree.cover[node])
            pending.append((child, {**path, feature: [*ask, share * part]}))


def _parts(group: Leaves, size: int) -> Iterator[Leaves]:
    for start in range(0, len(group.value), size):
        part = slice(start, start + size)
        yield Leaves(
            group.feature[part], group.low[part], group.high[part], group.share[part], group.value[part]
        )


def _contributions(leaves: Leaves, X: Floats, inputs: int) -> Floats:
    """The values of these leaves, summed by input: shape (n, inputs)."""
    count = leaves.feature.shape[1]
    seen = X[:, leaves.feature]
    meets = ((seen > leaves.low) & (seen <= leaves.high)).astype(np.float64)
    points, weights = np.polynomial.legendre.leggauss((count + 1) // 2)
    integral = np.zeros_like(meets)
    for point, weight in zip((points + 1) / 2, weights / 2, strict=True):
        factor = meets * point + leaves.share * (1 - point)
        integral += weight * factor.prod(axis=2, keepdims=True) / factor
    phi = leaves.value[:, None] * (meets - leaves.share) * integral
    by_input = np.zeros((leaves.feature.size, inputs))
    by_input[np.arange(leaves.feature.size), leaves.feature.ravel()] = 1.0
    return np.asarray(phi.reshape(len(X), -1) @ by_input)
