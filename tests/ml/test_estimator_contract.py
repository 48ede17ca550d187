"""What every estimator of the library promises, whatever it learns."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import NotFittedError

from ml import artifact, baselines, risk_models
from ml.purchase_models import betageo, forest, gammagamma, paretonbd
from ml.purchase_models.betageo import BetaGeo, ModifiedBetaGeo
from ml.purchase_models.counting import CountModel
from ml.purchase_models.gammagamma import GammaGamma
from ml.purchase_models.paretonbd import ParetoNBD

Arguments = tuple[np.ndarray[Any, Any], ...]


@dataclass(frozen=True)
class Case:
    estimator: Any
    data: Callable[[int], Arguments]
    answer: Callable[[Any, Arguments], Any]
    bad: Arguments

    def __str__(self) -> str:
        return type(self.estimator).__name__


def histories(seed: int) -> Arguments:
    rng = np.random.default_rng(seed)
    x = rng.poisson(2.0, 200).astype(float)
    age = rng.integers(60, 300, 200).astype(float)
    return x, np.where(x > 0, np.floor(age * rng.random(200)), 0.0), age


def spending(seed: int) -> Arguments:
    rng = np.random.default_rng(seed)
    return rng.poisson(2.0, 200).astype(float), rng.gamma(3.0, 10.0, 200)


def amounts(seed: int) -> Arguments:
    X, _ = table(seed)
    return X, np.maximum(np.expm1(X[:, 0] + X[:, 1]), 0.0)


def table(seed: int) -> Arguments:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(300, 3))
    return X, (X[:, 0] + rng.normal(size=300) > 0).astype(float)


def column(seed: int) -> Arguments:
    X, y = table(seed)
    return np.clip(0.5 + X[:, 0] / 8, 0, 1), y


def probability(model: Any, data: Arguments) -> Any:
    return model.probability(data[0])


def expected(model: Any, data: Arguments) -> Any:
    return model.expected_purchases(90.0, *data)


EMPTY = np.empty(0)
CASES = [
    *[
        Case(model, histories, expected, (EMPTY,) * 3)
        for model in (BetaGeo(), ModifiedBetaGeo(), ParetoNBD())
    ],
    Case(GammaGamma(), spending, lambda model, data: model.expected_value(*data), (EMPTY, EMPTY)),
    Case(
        forest.SpendingForest(n_estimators=20),
        amounts,
        lambda model, data: np.stack([model.predict(data[0]), *model.interval(data[0])]),
        (np.ones((4, 1)), np.ones(4)),
    ),
    Case(baselines.BaseRate(), column, probability, (EMPTY, EMPTY)),
    Case(baselines.RecencyAlone(), column, probability, (-np.ones(4), np.array([0.0, 1.0, 0.0, 1.0]))),
    Case(
        risk_models.SigmoidCalibration(),
        column,
        probability,
        (2 * np.ones(4), np.array([0.0, 1.0, 0.0, 1.0])),
    ),
    Case(risk_models.ChurnForest(n_estimators=10), table, probability, (np.ones((4, 1)), np.ones(4))),
    Case(risk_models.ChurnLogistic(columns=(0, 2)), table, probability, (np.ones((4, 1)), np.ones(4))),
    Case(risk_models.ChurnBoosting(max_iter=5), table, probability, (np.ones((4, 1)), np.ones(4))),
]
every_estimator = pytest.mark.parametrize("case", CASES, ids=str)


def learned(model: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(model).items() if name not in model.get_params()}


def test_the_suite_covers_every_estimator_of_the_library() -> None:
    modules = (baselines, risk_models, betageo, gammagamma, paretonbd, forest)
    found = {
        member.__name__
        for module in modules
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, BaseEstimator)
        and member is not CountModel
        and member.__module__.startswith("ml.")
    }
    assert found == {str(case) for case in CASES}


@every_estimator
def test_the_constructor_only_stores(case: Case) -> None:
    fresh = clone(case.estimator)
    assert vars(fresh) == fresh.get_params()
    assert type(fresh)(**fresh.get_params()).get_params() == fresh.get_params()


@every_estimator
def test_fit_returns_the_estimator_and_what_it_learns_ends_in_an_underscore(case: Case) -> None:
    model = clone(case.estimator)
    assert model.fit(*case.data(1)) is model
    assert learned(model)
    assert all(name.endswith("_") for name in learned(model))
    assert model.get_params() == case.estimator.get_params()


@every_estimator
def test_fit_forgets_what_was_fitted_before(case: Case) -> None:
    once = clone(case.estimator).fit(*case.data(2))
    twice = clone(case.estimator).fit(*case.data(1)).fit(*case.data(2))
    data = case.data(3)
    np.testing.assert_array_equal(case.answer(twice, data), case.answer(once, data))


@every_estimator
def test_fit_leaves_its_arguments_alone(case: Case) -> None:
    data = case.data(1)
    clone(case.estimator).fit(*data)
    for given, fresh in zip(data, case.data(1), strict=True):
        np.testing.assert_array_equal(given, fresh)


@every_estimator
def test_an_unfitted_estimator_says_so(case: Case) -> None:
    with pytest.raises(NotFittedError):
        case.answer(clone(case.estimator), case.data(1))


@every_estimator
def test_bad_input_is_refused(case: Case) -> None:
    with pytest.raises(ValueError, match=r"must|needs"):
        clone(case.estimator).fit(*case.bad)


@every_estimator
def test_saved_and_loaded_it_answers_the_same(case: Case, tmp_path: Path, shop: pd.DataFrame) -> None:
    model = clone(case.estimator).fit(*case.data(1))
    card = artifact.new_card(
        question="test", as_of=datetime(2025, 1, 1), frame=shop.head(3), parameters={}, seed=0, window={}  # noqa: DTZ001
    )  # fmt: skip
    artifact.save(tmp_path / "run", card, estimator=model)
    loaded = artifact.load(tmp_path / "run").estimator
    data = case.data(3)
    assert type(loaded) is type(model)
    np.testing.assert_array_equal(case.answer(loaded, data), case.answer(model, data))


def test_a_forest_grown_by_several_threads_answers_the_same_each_time() -> None:
    table = np.random.default_rng(3).normal(size=(risk_models.MANY_ROWS + 1, 4))
    model = risk_models.ChurnForest().fit(table, (table[:, 0] > 0).astype(float))
    assert len({model.raw(table).tobytes() for _ in range(20)}) == 1
