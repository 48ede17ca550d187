"""What each input added to a tree model's answer for one customer: exact Shapley values, by path.

The game is that of TreeSHAP (Lundberg, Erion & Lee 2018, "path-dependent"): an input that is not known sends a row
down both branches, in the proportions the training rows took. Then a leaf of value v, whose path asks about inputs F,
is worth v * prod(o_i for i known) * prod(z_i for i not known), where o_i is 1 if the row meets all the path asks of
input i and z_i the share of training rows that did. Its Shapley value has a closed form as an integral,

    phi_i = v (o_i - z_i) * integral over t in (0, 1) of prod(o_j t + z_j (1 - t) for j in F without i) dt,

because the weight of a coalition of s of the other n - 1 inputs is the integral of t^s (1 - t)^(n - 1 - s). The
integrand is a polynomial of degree n - 1, so Gauss-Legendre quadrature of ceil(n / 2) points is exact.

Only the pattern of the o_j tells rows apart, and n is small: the values of all 2^n patterns of a leaf are computed
once, and a row only looks its own up (the idea of Fast TreeSHAP v2, Yang 2021).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Iterator

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ROWS = 20_000
"""Looked up in one go: about 30 MB for a tree of 100 leaves."""
MOST_ASKED = 12
LEAF, NONE = -1, -1


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
    """The leaves of one tree, one row a leaf, those whose paths ask about few inputs first.

    ``low`` < x <= ``high`` is what the path asks of each of its inputs ``feature``, all of shape (leaves, most inputs),
    `NONE` beyond the ``asked`` inputs of the path; ``share`` is the share of training rows that meet it.
    """

    asked: Ints
    feature: Ints
    low: Floats
    high: Floats
    share: Floats
    value: Floats


@dataclass(frozen=True)
class Ensemble:
    """The leaves of a sum of trees, a tree at a time, and the answer to an unknown row.

    ``reads`` is the precision in which the trees compare.
    """

    trees: tuple[Leaves, ...]
    base: float
    inputs: int
    reads: type[np.float32 | np.float64] = np.float64

    def contributions(self, X: Floats) -> Floats:
        """The Shapley values of rows ``X``, shape (n, inputs); with ``base`` they sum to the model's answer."""
        columns = np.ascontiguousarray(np.asarray(X, dtype=self.reads).astype(np.float64).T)
        total = np.zeros((columns.shape[1], self.inputs))
        for leaves in self.trees:
            table, codes = _table(leaves, self.inputs), _codes(leaves)
            for start in range(0, len(total), ROWS):
                part = slice(start, start + ROWS)
                total[part] += _picked(leaves, codes, columns[:, part]) @ table
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
    """The ensemble whose answer is ``start`` and the sum of the trees'.

    Raises ValueError when a path asks about more than `MOST_ASKED` inputs: it has 2^n patterns.
    """
    base, found = start, []
    for tree in trees:
        paths = sorted(_walk(tree), key=lambda each: len(each[0]))
        base += sum(
            value * float(np.prod([share for _low, _high, share in path.values()])) for path, value in paths
        )
        if len(paths[-1][0]) > MOST_ASKED:
            raise ValueError(
                f"Trees that ask about more than {MOST_ASKED} inputs in a row are not explained."
            )
        asking = [each for each in paths if each[0]]
        if asking:
            found.append(_leaves(asking))
    return Ensemble(tuple(found), base, inputs)


def _leaves(paths: list[tuple[dict[int, list[float]], float]]) -> Leaves:
    asked = np.array([len(path) for path, _ in paths], dtype=np.int64)
    shape = (len(paths), int(asked[-1]))
    feature, facts = np.full(shape, NONE), np.full((*shape, 3), (-np.inf, np.inf, 1.0))
    for leaf, (path, _) in enumerate(paths):
        feature[leaf, : len(path)] = list(path)
        facts[leaf, : len(path)] = list(path.values())
    low, high, share = np.moveaxis(facts, 2, 0)
    return Leaves(asked, feature, low, high, share, np.array([value for _, value in paths]))


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


def _table(leaves: Leaves, inputs: int) -> Floats:
    """The values of each leaf's 2^n patterns, leaf after leaf: shape (all patterns, inputs)."""
    parts = []
    for asked in np.unique(leaves.asked):
        of = leaves.asked == asked
        share, feature = leaves.share[of, :asked], leaves.feature[of, :asked]
        values = leaves.value[of, None, None] * _by_pattern(share)
        by_input = np.zeros((*values.shape[:2], inputs))
        np.put_along_axis(by_input, np.broadcast_to(feature[:, None], values.shape), values, axis=2)
        parts.append(by_input.reshape(-1, inputs))
    return np.concatenate(parts)


def _by_pattern(share: Floats) -> Floats:
    """(o_i - z_i) x the integral, by leaf, pattern and input: ``share``, shape (leaves, n), to (leaves, 2^n, n).

    Bit i of a pattern is o_i.
    """
    leaves, asked = share.shape
    meets = (np.arange(2**asked)[:, None] >> np.arange(asked)) & 1
    integral = np.zeros((leaves, 2**asked, asked))
    points, weights = np.polynomial.legendre.leggauss((asked + 1) // 2)
    for point, weight in zip((points + 1) / 2, weights / 2, strict=True):
        missed = share * (1 - point)
        product = np.full((leaves, 1), weight)
        for each in missed.T[:, :, None]:
            product = np.concatenate([product * each, product * (each + point)], axis=1)
        integral += product[:, :, None] / (missed[:, None] + point * meets)
    return np.asarray((meets - share[:, None]) * integral)


def _codes(leaves: Leaves) -> dict[int, tuple[Floats, npt.NDArray[np.unsignedinteger]]]:
    """By input: the edges the tree cuts it at, and by interval (the last is open) and leaf the bit it sets.

    The bit is that of the input's place in the leaf's path, where the interval meets what the path asks.
    """
    bits = 1 << np.arange(leaves.feature.shape[1])
    kind = np.uint8 if len(bits) <= np.iinfo(np.uint8).bits else np.uint16
    found = {}
    for feature in np.unique(leaves.feature[leaves.feature != NONE]):
        is_asked = leaves.feature == feature
        edges = np.unique(np.concatenate([leaves.low[is_asked], leaves.high[is_asked]]))
        edges = edges[np.isfinite(edges)]
        seen = np.append(edges, np.inf)[:, None, None]
        meets = is_asked & (seen > leaves.low) & (seen <= leaves.high)
        found[int(feature)] = edges, (meets * bits).sum(axis=2).astype(kind)
    return found


def _picked(
    leaves: Leaves, codes: dict[int, tuple[Floats, npt.NDArray[np.unsignedinteger]]], columns: Floats
) -> sparse.csr_array:
    """Which rows of the table each row of data adds up: a 1 in each leaf's pattern, shape (n, all patterns)."""
    rows, count = columns.shape[1], len(leaves.value)
    patterns = sum(
        code.take(np.searchsorted(edges, columns[feature]), axis=0)
        for feature, (edges, code) in codes.items()
    )
    ends = np.cumsum(1 << leaves.asked)
    cells = patterns + (ends - (1 << leaves.asked)).astype(np.int32)
    starts = np.arange(rows + 1, dtype=np.int32) * np.int32(count)
    return sparse.csr_array((np.ones(rows * count), cells.ravel(), starts), shape=(rows, int(ends[-1])))
