"""BG/NBD, MBG/NBD and Pareto/NBD: published numbers, the same by other roads, and the extremes."""

import time
from datetime import datetime
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, special

from ml import metrics
from ml.purchase_models.betageo import BetaGeo, ModifiedBetaGeo
from ml.purchase_models.counting import CountModel, Histories
from ml.purchase_models.paretonbd import ParetoNBD
from ml.purchase_models.summary import PurchaseSummary, TimeUnit

PUBLISHED = BetaGeo.of(0.243, 4.414, 0.793, 2.426)
BTYD = ParetoNBD.of(0.5534, 10.5802, 0.6061, 11.6562)
CALIBRATED = datetime(1997, 10, 1)  # noqa: DTZ001 - frames hold UTC without a zone
MODELS: tuple[type[CountModel], ...] = (BetaGeo, ModifiedBetaGeo, ParetoNBD)
TRUE = {
    "BG/NBD": BetaGeo.of(0.6, 5.0, 0.9, 4.0),
    "MBG/NBD": ModifiedBetaGeo.of(0.6, 5.0, 0.9, 4.0),
    "Pareto/NBD": ParetoNBD.of(0.6, 5.0, 0.9, 25.0),
}
every_model = pytest.mark.parametrize("model", TRUE.values(), ids=TRUE)


def history(x: float, tx: float, age: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.array([x]), np.array([tx]), np.array([age])


def columns(summary: PurchaseSummary) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return summary.column("frequency"), summary.column("recency"), summary.column("age")


@pytest.fixture(scope="module")
def cdnow(cdnow_summary: pd.DataFrame) -> PurchaseSummary:
    return PurchaseSummary(cdnow_summary, TimeUnit.WEEK)


@pytest.fixture(scope="module")
def fitted(cdnow: PurchaseSummary) -> dict[str, CountModel]:
    return {model.title: model().fit(*columns(cdnow)) for model in MODELS}


@pytest.mark.parametrize(
    ("title", "parameters", "within", "log_likelihood"),
    [
        ("BG/NBD", [0.243, 4.414, 0.793, 2.426], 0.0006, -9582.4256),
        ("MBG/NBD", [0.525, 6.183, 0.891, 1.614], 0.0006, -9582.1327),
        ("Pareto/NBD", [0.553, 10.578, 0.606, 11.669], 0.0012, -9594.974),
    ],
)
def test_the_published_parameters_are_found(
    fitted: dict[str, CountModel], title: str, parameters: list[float], within: float, log_likelihood: float
) -> None:
    model = fitted[title]
    np.testing.assert_allclose(model.parameters, parameters, atol=within)
    assert model.log_likelihood_ == pytest.approx(log_likelihood, abs=0.0005)
    assert model.n_customers_ == 2_357


def test_the_published_standard_errors_are_found(
    fitted: dict[str, CountModel], cdnow: PurchaseSummary
) -> None:
    expected = {"r": 0.012557, "alpha": 0.378221, "a": 0.185719, "b": 0.705345}
    assert fitted["BG/NBD"].standard_errors(*columns(cdnow)) == pytest.approx(expected, rel=1e-4)


def test_bg_nbd_gives_the_published_expectations(fitted: dict[str, CountModel]) -> None:
    model = fitted["BG/NBD"]
    assert model.expected_purchases(39, *history(2, 30.43, 38.86))[0] == pytest.approx(1.22591, abs=5e-5)
    at = np.array([0.1429, 1, 3, 31.8571, 32, 78])
    expected = [0.0078, 0.0532, 0.1506, 1.0405, 1.0437, 1.8576]
    found = model.expected_purchases_of_new(at)
    np.testing.assert_allclose(found[:5], expected[:5], atol=0.00005)
    assert found[5] == pytest.approx(
        1.8576, abs=0.0005
    )  # printed where the search had stopped a little short
    assert found[5] == pytest.approx(1.8580, abs=0.00005)


def test_bg_nbd_gives_the_published_count_probabilities() -> None:
    assert PUBLISHED.p_count(10, 2) == pytest.approx(1.07869e-07, rel=1e-5)
    assert PUBLISHED.p_count(0, 39) == pytest.approx(0.5737864, abs=1e-7)
    found = [PUBLISHED.p_count(n, 30) for n in (11, 12, 13)]
    np.testing.assert_allclose(found, [0.0019995214, 0.0015170236, 0.0011633150], rtol=1e-7)


def test_bg_nbd_is_stable_where_published() -> None:
    model = BetaGeo.of(0.25, 4, 0.8, 2.5)
    assert model.log_likelihood(*history(0, 0, 40)) == pytest.approx(-0.59947382, abs=1e-8)
    assert model.log_likelihood(*history(200, 38, 40)) == pytest.approx(100.7957, abs=5e-5)


def test_at_rounded_parameters_the_likelihood_is_what_was_computed(cdnow: PurchaseSummary) -> None:
    assert PUBLISHED.log_likelihood(*columns(cdnow)) == pytest.approx(-9582.4268, abs=0.0001)


def test_pareto_nbd_gives_the_published_expectations() -> None:
    rounded = ParetoNBD.of(0.55, 10.56, 0.61, 11.64)
    found = rounded.expected_purchases_of_new(np.array([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(found, [0.05077821, 0.09916088, 0.14542507], atol=1e-8)
    assert BTYD.expected_purchases(52, *history(26, 30.86, 31))[0] == pytest.approx(25.46, abs=0.006)
    assert BTYD.p_alive(*history(26, 30.86, 31))[0] == pytest.approx(0.9979, abs=0.00005)


def test_the_most_likely_model_of_the_calibration_weeks_foresees_the_holdout(
    fitted: dict[str, CountModel], cdnow: PurchaseSummary, cdnow_lines: pd.DataFrame
) -> None:
    """All three have four parameters, so the likelihood chooses as AIC does, before the holdout is opened."""
    chosen = max(fitted.values(), key=lambda model: model.log_likelihood_)
    later = cdnow_lines[cdnow_lines["ordered_at"] >= pd.Timestamp(CALIBRATED)]
    days = later.drop_duplicates(["customer_id", "ordered_at"]).groupby("customer_id").size()
    actual = np.asarray(cdnow.frame["customer_id"].map(days).fillna(0), dtype=np.float64)
    found = {title: model.expected_purchases(39, *columns(cdnow)) for title, model in fitted.items()}
    assert actual.sum() == 1_882
    assert chosen.title == "MBG/NBD"
    assert metrics.correlation(actual, found["MBG/NBD"]) == pytest.approx(0.6272, abs=0.0001)
    assert metrics.mae(actual, found["MBG/NBD"]) == pytest.approx(0.7648, abs=0.0001)
    assert found["BG/NBD"].sum() == pytest.approx(1_653, abs=1)
    assert metrics.correlation(actual, found["BG/NBD"]) >= 0.6256
    assert metrics.mae(actual, found["BG/NBD"]) == pytest.approx(0.78546, abs=0.00001)
    assert metrics.mae(actual, found["Pareto/NBD"]) == pytest.approx(0.7545, abs=0.0001)


def test_the_holdout_by_past_frequency_is_as_computed(
    fitted: dict[str, CountModel], cdnow: PurchaseSummary
) -> None:
    found = fitted["BG/NBD"].expected_purchases(39, *columns(cdnow))
    group = np.minimum(cdnow.column("frequency"), 7).astype(int)
    means = np.bincount(group, found) / np.bincount(group)
    np.testing.assert_allclose(means, [0.225, 0.523, 1.044, 1.520, 2.164, 2.654, 3.504, 6.157], atol=0.0006)


@pytest.mark.parametrize(
    "parameters", [(0.55, 10.6, 0.6, 11.7), (0.55, 11.7, 0.6, 10.6), (2.0, 10.0, 0.5, 0.3)]
)
@pytest.mark.parametrize(("x", "tx", "age"), [(0, 0, 40), (2, 30, 38), (7, 39, 40)])
def test_pareto_nbd_equals_the_published_form_whichever_of_alpha_and_beta_is_larger(
    parameters: tuple[float, float, float, float], x: float, tx: float, age: float
) -> None:
    r, alpha, s, beta = parameters
    most, power = max(alpha, beta), s + 1 if alpha >= beta else r + x

    def part(u: float) -> float:
        hyper = special.hyp2f1(r + s + x, power, r + s + x + 1, abs(alpha - beta) / (most + u))
        return float(hyper / (most + u) ** (r + s + x))

    gone = s / (r + s + x) * (part(tx) - part(age))
    alive = (alpha + age) ** -(r + x) * (beta + age) ** -s
    level = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    model = ParetoNBD.of(*parameters)
    assert model.log_likelihood(*history(x, tx, age)) == pytest.approx(level + np.log(alive + gone), abs=1e-8)
    assert model.p_alive(*history(x, tx, age))[0] == pytest.approx(alive / (alive + gone), rel=1e-7)


@pytest.mark.parametrize(
    "parameters", [(0.25, 4.0, 2.5, 400.0), (0.25, 400.0, 2.5, 4.0), (5.0, 1.0, 1.0, 1.0)]
)
@pytest.mark.parametrize(("x", "tx", "age"), [(200, 38, 40), (5_000, 380, 381), (0, 0, 0.5), (0, 0, 4_000)])
def test_pareto_nbd_is_exact_where_the_published_form_overflows_or_cancels(
    parameters: tuple[float, float, float, float], x: float, tx: float, age: float
) -> None:
    """Beside an adaptive quadrature of the same integral, followed piece by piece from its start."""
    r, alpha, s, beta = parameters

    def log_density(u: float) -> float:
        return float(
            -(r + x) * np.log((alpha + u) / (alpha + tx)) - (s + 1) * np.log((beta + u) / (beta + tx))
        )

    scale = 1 / ((r + x) / (alpha + tx) + (s + 1) / (beta + tx))
    edges = np.unique(tx + np.minimum(np.concatenate([[0], scale * np.geomspace(0.1, 1e7, 60)]), age - tx))
    pieces = [
        integrate.quad(lambda u: np.exp(log_density(u)), low, high, epsabs=0, epsrel=1e-11)[0]
        for low, high in pairwise(edges)
        if log_density(low) > -60
    ]
    log_gone = np.log(s * sum(pieces)) - (r + x) * np.log(alpha + tx) - (s + 1) * np.log(beta + tx)
    log_alive = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
    level = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    expected = level + np.logaddexp(log_alive, log_gone)
    found = ParetoNBD.of(*parameters).log_likelihood(*history(x, tx, age))
    assert found == pytest.approx(expected, rel=1e-10, abs=1e-8)


@every_model
def test_the_slope_of_the_likelihood_is_its_derivative(model: CountModel) -> None:
    rng = np.random.default_rng(3)
    x = np.concatenate([rng.poisson(1.5, 60), [200]]).astype(float)
    age = rng.uniform(20, 40, 61)
    data = x, np.where(x > 0, age * rng.uniform(0.1, 1, 61), 0), age
    histories, step = Histories.of(*data), 1e-6
    for place in range(4):
        up, down = (
            model.parameters * np.where(np.arange(4) == place, 1 + sign * step, 1) for sign in (1, -1)
        )
        values = [type(model).of(*at).log_likelihood(*data) for at in (up, down)]
        by_difference = (values[0] - values[1]) / (up - down)[place]
        assert model._likelihood_and_slope(model.parameters, histories)[1][place] == pytest.approx(
            by_difference, rel=1e-5, abs=1e-5
        )


@every_model
def test_counts_are_a_distribution_whose_mean_is_the_expectation(model: CountModel) -> None:
    probability = np.array([model.p_count(n, 20.0) for n in range(250)])
    assert probability.sum() == pytest.approx(1, abs=1e-8)
    mean = model.expected_purchases_of_new(np.array([20.0]))[0]
    assert (np.arange(250) * probability).sum() == pytest.approx(mean, rel=1e-7)
    silent = model.p_no_purchase(20.0, *history(0, 0, 0))[0]
    assert silent == pytest.approx(probability[0], abs=1e-9)
    assert model.p_count(0, 0.0) == pytest.approx(1)


@every_model
def test_what_is_simulated_of_a_history_agrees_with_its_expectations(model: CountModel) -> None:
    data = np.array([0.0, 1, 4, 30]), np.array([0.0, 3, 28, 29]), np.array([30.0, 30, 30, 30])
    drawn = model.simulated(np.random.default_rng(5), 26.0, *data, draws=40_000)
    error = drawn.std(axis=1) / 200
    assert (np.abs(drawn.mean(axis=1) - model.expected_purchases(26.0, *data)) < 4 * error).all()
    assert (np.abs((drawn == 0).mean(axis=1) - model.p_no_purchase(26.0, *data)) < 0.01).all()


def simulated_histories(model: CountModel, customers: int, age: float) -> tuple[np.ndarray, ...]:
    """Histories of customers who follow a count model, drawn event by event from its story."""
    rng = np.random.default_rng(8)
    r, alpha, third, fourth = model.parameters
    times = np.cumsum(rng.exponential(1 / rng.gamma(r, 1 / alpha, customers), (400, customers)), axis=0)
    if isinstance(model, ParetoNBD):
        is_made = times < rng.exponential(1 / rng.gamma(third, 1 / fourth, customers))
    else:
        leaves = rng.random((401, customers)) < rng.beta(third, fourth, customers)
        leaves[0] &= isinstance(model, ModifiedBetaGeo)
        is_made = np.cumsum(leaves, axis=0)[:-1] == 0
    is_seen = is_made & (times < age)
    return is_seen.sum(axis=0).astype(float), np.where(is_seen, times, 0).max(axis=0), np.full(customers, age)


@every_model
def test_a_model_recovers_the_parameters_that_made_its_data(model: CountModel) -> None:
    data = simulated_histories(model, 6_000, 60.0)
    found = type(model)().fit(*data)
    errors = np.array(list(found.standard_errors(*data).values())) / found.parameters
    assert (np.abs(np.log(found.parameters / model.parameters)) < 3.5 * errors).all()


@every_model
def test_a_fit_of_very_many_distinct_histories_is_the_fit_of_all_of_them(
    model: CountModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = simulated_histories(model, 6_000, 60.0)
    whole = type(model)().fit(*data)
    monkeypatch.setattr("ml.purchase_models.counting.WARM_UP", 500)
    warmed = type(model)().fit(*data)
    np.testing.assert_allclose(warmed.parameters, whole.parameters, rtol=2e-3)
    assert warmed.log_likelihood_ == pytest.approx(whole.log_likelihood_, abs=1e-3)


def test_a_fit_of_cdnow_takes_a_tenth_of_a_second_and_of_a_million_customers_ten(
    cdnow: PurchaseSummary,
) -> None:
    rng, size = np.random.default_rng(0), 1_000_000
    x, age = rng.geometric(0.4, size) - 1.0, rng.integers(1, 730, size).astype(float)
    many = (x, np.where(x > 0, np.floor(rng.random(size) * age), 0.0), age)
    for histories, most in ((columns(cdnow), 0.1), (many, 10.0)):
        began = time.process_time()
        BetaGeo().fit(*histories)
        assert time.process_time() - began <= most


@pytest.mark.parametrize("a", [0.4, 0.999999999, 1.0, 1.7])
def test_expectations_equal_the_integral_of_the_rate_of_purchases_still_made(a: float) -> None:
    model = BetaGeo.of(0.6, 5.0, a, 2.0)

    def rate(t: float) -> float:
        """E[lambda exp(-lambda p t)] over both priors: over lambda in closed form, over p by quadrature."""

        def at(p: float) -> float:
            density = p ** (a - 1) * (1 - p) / special.beta(a, 2.0)
            return float(0.6 * 5.0**0.6 / (5.0 + p * t) ** 1.6 * density)

        return float(integrate.quad(at, 0, 1)[0])

    expected = integrate.quad(rate, 0, 20, epsabs=1e-7)[0]
    assert model.expected_purchases_of_new(np.array([20.0]))[0] == pytest.approx(expected, rel=1e-4)


def test_pareto_nbd_passes_through_the_logarithm_at_a_shape_of_one() -> None:
    near, at = (ParetoNBD.of(0.6, 5.0, s, 20.0) for s in (1 + 1e-7, 1.0))
    data = history(3, 20, 25)
    assert at.expected_purchases(30, *data)[0] == pytest.approx(
        near.expected_purchases(30, *data)[0], rel=1e-6
    )


@every_model
def test_expectations_of_very_frequent_buyers_are_finite_and_grow_with_time(model: CountModel) -> None:
    found = [model.expected_purchases(t, *history(5_000, 380, 381))[0] for t in (1.0, 30.0, 365.0)]
    assert np.isfinite(found).all()
    assert 0 < found[0] < found[1] < found[2]


def test_alive_is_certain_in_bg_nbd_for_everyone_who_bought_once_and_so_no_churn_score() -> None:
    assert PUBLISHED.p_alive(*history(0, 0, 38))[0] == 1
    assert PUBLISHED.p_no_purchase(39, *history(0, 0, 38.86))[0] > 0.5
    for other in (ModifiedBetaGeo.of(0.525, 6.183, 0.891, 1.614), BTYD):
        assert other.p_alive(*history(0, 0, 38))[0] < 0.8


def test_the_median_wait_is_where_half_of_those_who_stay_have_bought() -> None:
    wait = PUBLISHED.median_wait(np.array([3.0]), np.array([30.0]))[0]
    silent = ((4.414 + 30) / (4.414 + 30 + wait)) ** (0.243 + 3)
    assert silent == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("x", "tx", "age", "problem"),
    [
        (1.5, 1, 2, "frequency must be a whole number"),
        (1, 3, 2, "recency must be between 0 and age"),
        (0, 1, 2, "recency must be 0 where frequency is 0"),
        (1, 1, np.inf, "must be finite"),
    ],
)
def test_an_impossible_history_is_refused(x: float, tx: float, age: float, problem: str) -> None:
    for model in MODELS:
        with pytest.raises(ValueError, match=problem):
            model().fit(*history(x, tx, age))


def test_a_shop_where_nobody_came_back_cannot_be_fitted() -> None:
    for model in MODELS:
        with pytest.raises(ValueError, match="nobody bought twice"):
            model().fit(np.zeros(5), np.zeros(5), np.arange(1.0, 6.0))


def test_a_model_needs_all_of_its_parameters() -> None:
    with pytest.raises(ValueError, match="needs 4 parameters: r, alpha, s, beta"):
        ParetoNBD.of(1.0, 2.0, 3.0)
