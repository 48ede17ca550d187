"""Churn told with the visits of simulated shops, beside what their orders alone tell of the same customers."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import numpy as np

from benchmarks import simulated_shop
from benchmarks.evaluation.churn import MEASURES
from benchmarks.evaluation.figures import Figure, Section
from ml import churn, metrics
from ml.churn_models.judging import JUDGED_BY
from ml.frames import Traces
from ml.results import TrainingResult
from smartshop.demo import browsing, process

SEEDS = (0, 1, 2, 3)
CUSTOMERS, MONTHS = 3_000, 24
END = date(2026, 11, 1)
SHOWN = ("auc", "brier", "calibration_error")
DATA = f"{len(SEEDS)} simulated shops, {CUSTOMERS:,} customers over {MONTHS} months each"


def figures() -> Section:
    """Train every shop with and without its events; judge what serves on the same last 90 days, customer by customer."""
    found, served, gains = [], [], []
    for seed in SEEDS:
        with_visits, without = _trained(seed)
        served.append(with_visits.served)
        rows = list(_figures(seed, with_visits, without))
        gains += [figure.ours for figure in rows if figure.goal]
        found += rows
    return Section("Churn with visits", _says(served, gains), tuple(found))


def _trained(seed: int) -> tuple[TrainingResult, TrainingResult]:
    history = process.simulate(CUSTOMERS, MONTHS, seed, END)
    lines, as_of = simulated_shop.lines_of(history), datetime(END.year, END.month, END.day)  # noqa: DTZ001
    events = simulated_shop.events_of(browsing.browse(history, seed))
    return churn.train(lines, as_of, traces=Traces(events=events)), churn.train(lines, as_of)


def _figures(seed: int, with_visits: TrainingResult, without: TrainingResult) -> Iterator[Figure]:
    both = with_visits.tested.merge(without.tested, on=["customer_id", "actual"], suffixes=("", "_without"))
    actual, mine, its = (both[name].to_numpy() for name in ("actual", "predicted", "predicted_without"))
    rows: dict[str, dict[str, Any]] = {
        f"shop {seed}: {with_visits.served}": {name: _bounded(name, actual, mine) for name in SHOWN},
        f"shop {seed}: {without.served}, of orders alone": {
            name: _bounded(name, actual, its) for name in SHOWN
        },
        f"shop {seed}: difference": {
            name: metrics.paired_difference(JUDGED_BY[name], actual, mine, its, seed=0) for name in SHOWN
        },
    }
    for row, measured in rows.items():
        for name, (value, low, high) in measured.items():
            short, words = MEASURES[name]
            has_goal = row.endswith("difference") and name == "auc"
            yield Figure(
                what=f"{words} of {row}", ours=value, low=low, high=high, data=DATA,
                split=_split(with_visits), table="With visits and without", place=(row, short),
                goal="above 0 for certain" if has_goal else "", is_met=low > 0 if has_goal else None,
            )  # fmt: skip


def _bounded(name: str, actual: np.ndarray, predicted: np.ndarray) -> tuple[float, float, float]:
    low, high = metrics.bootstrap_interval(JUDGED_BY[name], actual, predicted, seed=0, resamples=200)
    return JUDGED_BY[name](actual, predicted), low, high


def _split(result: TrainingResult) -> str:
    window = result.card["window"]
    return f"labels {window['test_from'][:10]} to {window['test_until'][:10]}"


def _says(served: list[str], gains: list[float]) -> str:
    reading = sum(name.endswith("with visits") for name in served)
    return (
        f"Models that read visits are candidates like any other, and did best on earlier windows in {reading} of"
        f" {len(served)} shops. On the last window they add {np.mean(gains):.3f} of AUC on average to what serves"
        " without them. The shops' customers look around as keenly as they buy, never because an order is to come, and"
        " not at all once they have left: a visit proves more here than where people go on looking who will not buy."
        " The differences are paired, customer by customer."
    )
