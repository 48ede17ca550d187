"""Contributions add up to the model's answer, and are what all coalitions say."""

from itertools import combinations
from math import comb
from typing import Any

import numpy as np
import pytest

from ml import explain
from ml.risk_models import ChurnBoosting, ChurnForest, ChurnLogistic

Table = np.ndarray[Any, Any]


def table(rows: int, columns: int, seed: int = 3) -> tuple[Table, Table]:
    rng = np.random.default_rng(seed)
    X = np.round(rng.normal(size=(rows, columns)), 2)
    margin = X[:, 0] - X[:, 1] * X[:, 2] + (X[:, 3] > 0.5)
    return X, (margin + rng.normal(size=rows) > 0).astype(float)


X, Y = table(1200, 6)
FOREST = ChurnForest(n_estimators=12, max_depth=8, min_samples_leaf=8).fit(X, Y)
BOOSTING = ChurnBoosting(max_iter=25, max_leaf_nodes=9, min_samples_leaf=15).fit(X, Y)


def expected(tree: explain.Tree, row: Table, known: frozenset[int], node: int = 0) -> float:
    """A tree's answer when only the inputs ``known`` are known, by walking down it."""
    if tree.left[node] == -1:
        return float(tree.value[node])
    left, right = int(tree.left[node]), int(tree.right[node])
    if tree.feature[node] in known:
        is_left = np.float32(row[tree.feature[node]]) <= tree.threshold[node]
        return expected(tree, row, known, left if is_left else right)
    share = tree.cover[left] / tree.cover[node]
    return float(share * expected(tree, row, known, left) + (1 - share) * expected(tree, row, known, right))


def by_all_coalitions(trees: list[explain.Tree], row: Table) -> Table:
    """Shapley values by their definition: 2^M coalitions."""
    size = row.size
    worth = {
        frozenset(known): sum(expected(tree, row, frozenset(known)) for tree in trees)
        for count in range(size + 1)
        for known in combinations(range(size), count)
    }
    return np.array(
        [
            sum(
                (worth[known | {i}] - value) / (size * comb(size - 1, len(known)))
                for known, value in worth.items()
                if i not in known
            )
            for i in range(size)
        ]
    )


def trees_of(monkeypatch: pytest.MonkeyPatch, make: Any, model: Any) -> list[explain.Tree]:
    found: list[explain.Tree] = []
    real = explain.of_trees

    def seen(trees: list[explain.Tree], *more: Any) -> explain.Ensemble:
        found.extend(trees)
        return real(trees, *more)

    with monkeypatch.context() as patch:
        patch.setattr(explain, "of_trees", seen)
        make(model)
    return found


@pytest.mark.parametrize(
    ("make", "model"),
    [(explain.of_forest, FOREST.forest_), (explain.of_boosting, BOOSTING.boosting_)],
    ids=["forest", "boosting"],
)
def test_contributions_equal_the_definition_over_all_coalitions(
    make: Any, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    trees = trees_of(monkeypatch, make, model)
    found = make(model).contributions(X[:4])
    for row, contributions in zip(X[:4], found, strict=True):
        np.testing.assert_allclose(contributions, by_all_coalitions(trees, row), rtol=0, atol=1e-9)


def test_contributions_of_a_forest_and_its_base_add_up_to_its_probability() -> None:
    ensemble = explain.of_forest(FOREST.forest_)
    total = ensemble.base + ensemble.contributions(X).sum(axis=1)
    np.testing.assert_allclose(total, FOREST.raw(X), rtol=0, atol=1e-9)


def test_contributions_of_boosting_and_its_base_add_up_to_its_log_odds() -> None:
    ensemble = explain.of_boosting(BOOSTING.boosting_)
    total = ensemble.base + ensemble.contributions(X).sum(axis=1)
    margin = np.log(BOOSTING.raw(X) / (1 - BOOSTING.raw(X)))
    np.testing.assert_allclose(total, margin, rtol=0, atol=1e-6)


def test_contributions_of_a_logistic_curve_add_up_to_its_log_odds() -> None:
    model = ChurnLogistic(columns=(0, 3)).fit(X, Y)
    added = model.contributions(X)
    raw = model.raw(X)
    np.testing.assert_allclose(model.level_ + added.sum(axis=1), np.log(raw / (1 - raw)), rtol=0, atol=1e-9)
    assert (added[:, [1, 2, 4, 5]] == 0).all()


def test_an_input_no_tree_asks_about_adds_nothing() -> None:
    constant = np.column_stack([X, np.ones(len(X))])
    model = ChurnForest(n_estimators=5, min_samples_leaf=20).fit(constant, Y)
    assert (explain.of_forest(model.forest_).contributions(constant[:50])[:, 6] == 0).all()


def test_how_the_work_is_cut_up_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    ensemble = explain.of_forest(FOREST.forest_)
    whole = ensemble.contributions(X[:40])
    monkeypatch.setattr(explain, "ROWS", 7)
    np.testing.assert_allclose(ensemble.contributions(X[:40]), whole, rtol=0, atol=1e-12)


def test_a_path_of_too_many_inputs_is_refused() -> None:
    size = explain.MOST_ASKED + 1
    left, right = np.full(2 * size + 1, -1), np.full(2 * size + 1, -1)
    left[:size], right[:size] = np.arange(1, size + 1), np.arange(size + 1, 2 * size + 1)
    every = np.ones(2 * size + 1)
    chain = explain.Tree(left, right, np.minimum(np.arange(2 * size + 1), size - 1), every, every, every)
    with pytest.raises(ValueError, match="more than 12 inputs"):
        explain.of_trees([chain], size)


def test_a_tree_of_one_leaf_is_all_base() -> None:
    lone = explain.Tree(*(np.array([-1]),) * 3, np.array([0.0]), np.array([10.0]), np.array([0.4]))
    ensemble = explain.of_trees([lone], 3)
    assert ensemble.base == 0.4
    assert (ensemble.contributions(np.ones((2, 3))) == 0).all()
