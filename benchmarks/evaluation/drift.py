"""Drift: how often nothing is taken for something, and how often something is found."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import stats

from benchmarks.evaluation.figures import Figure, Section
from ml import drift

Floats = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Floats]
SIZES = "200 customers against 200, 3,000 times (several columns: 1,500)"
LARGEST_SHARE = 0.055
ALONE: dict[str, Draw] = {
    "log-normal revenue": lambda rng, n: rng.lognormal(5, 1.5, n),
    "revenue in whole pounds": lambda rng, n: np.round(rng.lognormal(2, 1, n)),
    "number of orders (geometric)": lambda rng, n: rng.geometric(0.35, n).astype(float),
    "revenue of which 60 % is zero": lambda rng, n: np.where(
        rng.random(n) < 0.6, 0, rng.lognormal(5, 1.5, n)
    ),
    "yes or no, 30 % yes": lambda rng, n: (rng.random(n) < 0.3).astype(float),
}


def figures() -> Section:
    return Section(
        title="Drift",
        says=(
            "An alarm at PSI above 0.1 is false more than one time in three at 200 customers. Judged by what chance does"
            " at that size it is false at most one time in twenty, and revenue that doubles is still found."
        ),
        figures=(*_alone(), _together(), *_power(), *_published()),
    )


def _found(before: Floats, now: Floats) -> drift.Drift:
    return drift.compare({"x": drift.reference(before)}, {"x": now})[0]


def _share(hits: int, repetitions: int) -> tuple[float, float, float]:
    """A share in percent with its bounds at 95 % (Wilson 1927)."""
    bounds = stats.binomtest(hits, repetitions).proportion_ci(0.95, method="wilson")
    return 100 * hits / repetitions, 100 * bounds.low, 100 * bounds.high


def _alone(repetitions: int = 3_000) -> list[Figure]:
    made = []
    for seed, (name, draw) in enumerate(ALONE.items()):
        rng = np.random.default_rng(seed)
        found = [_found(draw(rng, 200), draw(rng, 200)) for _ in range(repetitions)]
        share, low, high = _share(sum(each.is_drifted for each in found), repetitions)
        fixed, _, _ = _share(sum(each.psi > drift.NOTICED_FROM for each in found), repetitions)
        made.append(
            Figure(
                what=f"False alarms, {name}, %",
                ours=share,
                low=low,
                high=high,
                baseline=fixed,
                baseline_name="PSI > 0.1",
                data="simulated",
                split=SIZES,
                goal="at most 5.5",
                table="Nothing drifted",
                is_met=share <= 100 * LARGEST_SHARE,
                digits=1,
            )
        )
    return made


def _together(repetitions: int = 1_500, columns: int = 12) -> Figure:
    rng = np.random.default_rng(50)
    alone = drift.threshold(np.full(10, 0.1), 200, 200)
    alarms = any_alone = 0
    for _ in range(repetitions):
        shared = rng.normal(size=(2, 200, 1))
        before, now = np.exp((shared + rng.normal(size=(2, 200, columns))) / np.sqrt(2))
        references = {str(each): drift.reference(before[:, each]) for each in range(columns)}
        values = {str(each): now[:, each] for each in range(columns)}
        found = drift.compare(references, values)
        alarms += found[0].is_drifted
        any_alone += any(each.psi > alone for each in found)
    share, low, high = _share(alarms, repetitions)
    return Figure(
        what=f"Any false alarm among {columns} correlated columns, %",
        ours=share, low=low, high=high, baseline=_share(any_alone, repetitions)[0],
        baseline_name="each column at 5 %", data="simulated",
        split=SIZES, digits=1, table="Nothing drifted",
    )  # fmt: skip


def _power(repetitions: int = 1_000) -> list[Figure]:
    made = []
    for customers in (200, 500):
        rng = np.random.default_rng(customers)
        found = []
        for _ in range(repetitions):
            before, now = rng.lognormal(5, 1.5, customers), 2 * rng.lognormal(5, 1.5, customers)
            found.append((_found(before, now).is_drifted, _equal_widths(before, now) > drift.NOTICED_FROM))
        ours, rival = np.sum(found, axis=0)
        share, low, high = _share(int(ours), repetitions)
        made.append(
            Figure(
                what=f"Found, {customers} customers, %",
                ours=share,
                low=low,
                high=high,
                baseline=_share(int(rival), repetitions)[0],
                baseline_name="PSI > 0.1 over equal widths",
                data="simulated",
                split=f"{repetitions:,} times",
                goal="found",
                table="Log-normal revenue (σ 1.5) that doubled",
                is_met=share > 80,
                digits=1,
            )
        )
    return made


def _equal_widths(before: Floats, now: Floats) -> float:
    edges = np.histogram_bin_edges(np.concatenate([before, now]), bins="sturges")
    return drift.psi(*(np.histogram(each, edges)[0].astype(float) for each in (before, now)))


def _published(repetitions: int = 1_500) -> list[Figure]:
    made = []
    for size in (100, 200, 500, 1_000, 5_000):
        rng = np.random.default_rng(size)
        index = [_found(rng.random(size), rng.random(size)).psi for _ in range(repetitions)]
        made.append(
            Figure(
                what=f"95 % quantile of PSI by chance, {size:,} customers",
                ours=float(np.quantile(index, 0.95)),
                reference=float(stats.chi2.ppf(0.95, 9)) * 2 / size,
                source="limit law, Yurdakul 2018",
                data="simulated",
                split=f"ten bins, {repetitions:,} times",
                table="95 % quantile of PSI by chance, by number of customers",
                place=("ours", f"{size:,}"),
            )
        )
    return made
