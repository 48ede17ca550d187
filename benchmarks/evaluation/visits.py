"""Churn told with the visits of simulated shops, beside what their orders alone tell of the same customers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

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
    row = f"shop {seed}"
    for told, predicted in (("of orders alone", its), ("with visits", mine)):
        yield _figure(row, f"AUC {told}", metrics.auc(actual, predicted))
    for name in SHOWN:
        gain, low, high = metrics.paired_difference(JUDGED_BY[name], actual, mine, its, seed=0)
        figure = replace(_figure(row, f"{MEASURES[name][0]} added", gain), low=low, high=high)
        yield replace(figure, goal="surely above 0", is_met=low > 0) if name == "auc" else figure


def _figure(row: str, column: str, value: float) -> Figure:
    return Figure(
        what=f"{column}, {row}", ours=value, data=DATA, table="The last 90 days", place=(row, column)
    )


def _says(served: list[str], gains: list[float]) -> str:
    reading = sum(name.endswith("with visits") for name in served)
    return (
        f"Models that read visits are candidates like any other, and did best on earlier windows in {reading} of"
        f" {len(served)} shops ({', '.join(sorted(set(served)))}). On the last window they add {np.mean(gains):.3f} of AUC on average to what serves"
        " without them. The shops' customers look around as keenly as they buy, never because an order is to come, and"
        " not at all once they have left: a visit proves more here than where people go on looking who will not buy."
        " What is added is paired, customer by customer; of Brier score and calibration error less is better."
    )
