import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics as reference

from ml import metrics

RNG = np.random.default_rng(3)
ACTUAL = (RNG.random(400) < 0.4).astype(float)
SCORE = np.round(0.5 * ACTUAL + RNG.random(400), 1) / 1.5


def test_auc_and_brier_agree_with_scikit_learn_on_tied_scores() -> None:
    assert metrics.auc(ACTUAL, SCORE) == pytest.approx(reference.roc_auc_score(ACTUAL, SCORE), abs=1e-12)
    assert metrics.brier(ACTUAL, SCORE) == pytest.approx(reference.brier_score_loss(ACTUAL, SCORE), abs=1e-12)


def test_auc_of_one_class_is_not_a_number() -> None:
    assert np.isnan(metrics.auc(np.ones(4), np.arange(4.0)))


def test_calibration_error_is_the_gap_between_promise_and_outcome() -> None:
    actual = np.array([0.0, 1.0] * 50)
    assert metrics.calibration_error(actual, np.full(100, 0.5)) == pytest.approx(0.0)
    assert metrics.calibration_error(actual, np.full(100, 0.8)) == pytest.approx(0.3)


def test_captured_share_counts_ties_in_proportion() -> None:
    value = np.array([6.0, 2.0, 2.0, 0.0])
    assert metrics.captured_share(value, np.array([9.0, 5.0, 5.0, 1.0]), 0.5) == pytest.approx(0.8)
    assert metrics.captured_share(value, np.zeros(4), 0.5) == pytest.approx(0.5)


@given(st.permutations(range(12)))
def test_captured_share_does_not_depend_on_the_order_of_rows(order: list[int]) -> None:
    value, score = np.arange(12.0) ** 2, np.repeat([1.0, 2.0, 3.0], 4)
    expected = metrics.captured_share(value, score, 0.3)
    assert metrics.captured_share(value[order], score[order], 0.3) == pytest.approx(expected)


def test_perfect_scores_lift_the_top_decile_to_its_limit() -> None:
    actual = np.repeat([1.0, 0.0], [10, 90])
    assert metrics.top_decile_lift(actual, actual) == pytest.approx(10.0)


def test_errors_and_correlations_agree_with_their_definitions() -> None:
    actual, predicted = np.array([1.0, 2.0, 4.0, 4.0]), np.array([1.0, 3.0, 2.0, 5.0])
    assert metrics.mae(actual, predicted) == 1.0
    assert metrics.rmse(actual, predicted) == pytest.approx(np.sqrt(1.5))
    assert metrics.mean_ratio(actual, predicted) == 1.0
    assert metrics.spearman(actual, predicted) == pytest.approx(stats.spearmanr(actual, predicted).statistic)
    assert np.isnan(metrics.correlation(actual, np.ones(4)))


def test_bootstrap_interval_holds_the_estimate_and_repeats_with_its_seed() -> None:
    low, high = metrics.bootstrap_interval(metrics.auc, ACTUAL, SCORE, seed=5)
    assert low < metrics.auc(ACTUAL, SCORE) < high
    assert (low, high) == metrics.bootstrap_interval(metrics.auc, ACTUAL, SCORE, seed=5)


@pytest.mark.parametrize("seed", range(10))
def test_the_interval_of_a_small_calibration_error_holds_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    probability = rng.beta(2, 3, 2000)
    actual = (rng.random(2000) < probability).astype(float)
    low, high = metrics.bootstrap_interval(metrics.calibration_error, actual, probability, seed=seed)
    assert 0 <= low < metrics.calibration_error(actual, probability) < high


def test_a_paired_difference_sees_a_better_score_and_no_difference_from_itself() -> None:
    gain, low, high = metrics.paired_difference(metrics.auc, ACTUAL, SCORE, RNG.random(400), seed=5)
    assert 0 < low < gain < high
    assert metrics.paired_difference(metrics.auc, ACTUAL, SCORE, SCORE, seed=5) == (0.0, 0.0, 0.0)
