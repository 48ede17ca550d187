"""Which method foresaw the last complete window best, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from ml import baselines, features, metrics
from ml.purchase_models.history import Floats, Ints
from ml.purchase_models.summary import PurchaseSummary
from ml.value_models.outlook import FOREST, Forest, Outlook, forest_before, inputs_of, sampled

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from ml.purchase_models.history import OrderHistory

BASELINE = "historical rate"
LEVEL = 0.8
MOST_JUDGED = 20_000
RESAMPLES = 200
INTERVAL = (0.025, 0.975)
CENT = 0.005
TOTAL_OFF = 0.1
MEASURES = ("spearman", "mae", "rmse", "mean_ratio", "top_decile_lift")


@dataclass(frozen=True)
class Judgement:
    """How every method did on the window: ``metrics`` by method, and what the winner had foreseen of whom.

    ``chosen`` is the winner among the models, whether or not it beats the baseline; ``is_better`` says whether it does.
    """

    chosen: str
    is_better: bool
    metrics: Mapping[str, dict[str, float]]
    customers: Ints
    actual: Floats
    predicted: Mapping[str, Floats]
    outlook: Outlook
    forest: Forest | None = None
    notes: Mapping[str, float] = field(default_factory=dict)

    @property
    def served(self) -> str:
        return self.chosen if self.is_better else BASELINE


def judge(
    lines: pd.DataFrame,
    history: OrderHistory,
    cutoff: datetime,
    end: datetime,
    *,
    horizons: tuple[int, ...],
    seed: int,
) -> Judgement:
    """Fit every method to what was known at ``cutoff`` and compare with what came until ``end``.

    The count model is chosen by its likelihood before the window is opened. The forest takes its place only if it
    ranks surely better (the paired bootstrap interval of the rank correlation lies above 0), is not surely further off
    in money, and its total is no further off, or by less than a tenth. What is left is set beside the historical rate going on.
    """
    outlook, days = Outlook.of(history, cutoff), (end - cutoff).days
    rows = sampled(len(outlook.summary.frame), MOST_JUDGED, seed)
    people = np.searchsorted(history.customers, outlook.summary.frame["customer_id"].to_numpy()[rows])
    bought, spent = (part[people] for part in history.spending(end, since=cutoff))
    summary = PurchaseSummary(outlook.summary.frame.iloc[rows], outlook.summary.unit)
    money = {title: outlook.spending(title, days)[rows] for title in outlook.counts}
    money[BASELINE] = baselines.historical_spending(summary, days)
    orders = {title: outlook.orders(title, days)[rows] for title in outlook.counts}
    orders[BASELINE] = baselines.historical_rate(summary, days)
    bounds = {
        outlook.likeliest: outlook.interval(outlook.likeliest, days, seed=seed, level=LEVEL, rows=rows),
        BASELINE: baselines.historical_spending_interval(summary, days, LEVEL),
    }
    forest = forest_before(lines, history, outlook, horizons=horizons, seed=seed)
    if forest is not None:
        table = _inputs(lines, outlook, forest.days, rows)
        money[FOREST] = forest.spending(outlook, table, days, rows)
        bounds[FOREST] = forest.interval(outlook, table, days, rows, LEVEL)
    drawn = Resampled(spent, money, seed)
    measured = {title: drawn.metrics(title) for title in money}
    for title, (low, high) in bounds.items():
        measured[title] |= _covered(spent, money[title], low, high)
    for title, expected in orders.items():
        measured[title] |= {
            "purchases_mae": metrics.mae(bought, expected),
            "purchases_correlation": metrics.correlation(bought, expected),
        }
    chosen = _chosen(outlook.likeliest, drawn, has_forest=forest is not None)
    is_better = measured[chosen]["spearman"] > measured[BASELINE]["spearman"]
    return Judgement(
        chosen, is_better, measured, outlook.summary.frame["customer_id"].to_numpy()[rows], spent, money, outlook, forest,
        {"horizon_days": float(days), "judged_customers": float(rows.size)} | drawn.gains(chosen, BASELINE),
    )  # fmt: skip


class Resampled:
    """Metrics of several predictions of the same ``actual`` values, over resamples of the rows (Efron 1979).

    Every prediction is resampled on the same rows, so that differences are paired. Ranks are those among all rows.
    """

    def __init__(self, actual: Floats, predicted: Mapping[str, Floats], seed: int) -> None:
        rng = np.random.default_rng(seed)
        size = actual.size
        drawn = [np.bincount(rng.integers(0, size, size), minlength=size) for _ in range(RESAMPLES)]
        self.actual, self.predicted = actual, predicted
        self.weights = np.stack(drawn).astype(np.float32)
        self.values = {title: self._each(money, self.weights) for title, money in predicted.items()}
        self.whole = {
            title: self._each(money, np.ones((1, size), dtype=np.float32))
            for title, money in predicted.items()
        }

    def metrics(self, title: str) -> dict[str, float]:
        """Every metric of `MEASURES` and the bounds of its 95 % interval as ``<metric>_low`` and ``_high``."""
        found: dict[str, float] = {}
        for name in MEASURES:
            low, high = np.nanquantile(self.values[title][name], INTERVAL)
            found |= {
                name: float(self.whole[title][name][0]),
                f"{name}_low": float(low),
                f"{name}_high": float(high),
            }
        return found

    def gains(self, title: str, rival: str) -> dict[str, float]:
        """Metric of ``title`` less that of ``rival`` with its bounds, for ranks and absolute errors."""
        found: dict[str, float] = {}
        for name in ("spearman", "mae"):
            low, high = np.nanquantile(self.values[title][name] - self.values[rival][name], INTERVAL)
            gain = float(self.whole[title][name][0] - self.whole[rival][name][0])
            found |= {f"{name}_gain": gain, f"{name}_gain_low": float(low), f"{name}_gain_high": float(high)}
        return found

    def _each(self, money: Floats, weights: np.ndarray) -> dict[str, Floats]:
        actual = self.actual
        error = np.abs(money - actual)
        total = weights.sum(axis=1)
        sums = weights @ np.column_stack([actual, money, error, error**2]).astype(np.float64)
        by_score = np.argsort(-money, kind="stable")
        wanted = total[:, None] / 10
        sorted_weights = weights[:, by_score]
        before = np.cumsum(sorted_weights, axis=1) - sorted_weights
        taken = np.clip(wanted - before, 0.0, sorted_weights)
        with np.errstate(divide="ignore", invalid="ignore"):
            return {
                "spearman": _weighted_correlation(weights, stats.rankdata(actual), stats.rankdata(money)),
                "mae": sums[:, 2] / total,
                "rmse": np.sqrt(sums[:, 3] / total),
                "mean_ratio": sums[:, 1] / sums[:, 0],
                "top_decile_lift": taken @ actual[by_score] / sums[:, 0] * 10,
            }


def _weighted_correlation(weights: np.ndarray, first: Floats, second: Floats) -> Floats:
    a, b = first - first.mean(), second - second.mean()
    total = weights.sum(axis=1)
    means = weights @ np.column_stack([a, b, a * b, a * a, b * b]) / total[:, None]
    covariance = means[:, 2] - means[:, 0] * means[:, 1]
    return np.asarray(
        covariance / np.sqrt((means[:, 3] - means[:, 0] ** 2) * (means[:, 4] - means[:, 1] ** 2))
    )


def _chosen(likeliest: str, drawn: Resampled, *, has_forest: bool) -> str:
    if not has_forest:
        return likeliest
    gain = drawn.gains(FOREST, likeliest)
    off, allowed = (abs(drawn.whole[title]["mean_ratio"][0] - 1) for title in (FOREST, likeliest))
    is_right = gain["mae_gain_low"] <= 0 and off <= max(allowed, TOTAL_OFF)
    return FOREST if is_right and gain["spearman_gain_low"] > 0 else likeliest


def _covered(spent: Floats, money: Floats, low: Floats, high: Floats) -> dict[str, float]:
    """Share of the customers whose spending lay in the interval, which always holds the mean as well."""
    is_held = (spent >= np.minimum(low, money) - CENT) & (spent <= np.maximum(high, money) + CENT)
    return {"interval_coverage": float(is_held.mean())}


def _inputs(lines: pd.DataFrame, outlook: Outlook, days: int, rows: Ints) -> Floats:
    """What the forest reads of the customers in ``rows``."""
    wanted = outlook.summary.frame["customer_id"].to_numpy()[rows]
    mine = lines if rows.size == len(outlook.summary.frame) else lines[lines["customer_id"].isin(wanted)]
    return inputs_of(features.behaviour(mine, [outlook.moment]), outlook, days)[1]
