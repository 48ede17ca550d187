"""Who the customers of Online Retail are: RFM, clusters and cohorts, beside the figures counted from the file."""

import os
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.evaluation.figures import Figure, Section
from ml import clusters, cohorts, datasets, partitions, rfm
from ml.partitions import Candidate, Scale
from ml.results import TrainingResult

DATA = "Online Retail, 397,884 lines"
COUNTED = "counted with pandas"
COMPUTED = "scikit-learn, another sampling"
AS_OF = datetime(2011, 12, 10)  # noqa: DTZ001 - frames hold UTC without a zone
SIZES = (885, 417, 380, 452, 300, 284, 242, 188, 169, 299, 358, 323, 41)
DECEMBER = (0.3661, 0.3232, 0.3842, 0.3627, 0.3977, 0.3627, 0.3492, 0.3537, 0.3955, 0.3740, 0.5028, 0.2655)
SILHOUETTES = {2: 0.434, 3: 0.338, 4: 0.336, 5: 0.317, 6: 0.314}
AGREEMENTS = {2: 0.97, 3: 0.96, 4: 0.90, 5: 0.88, 6: 0.84}
COUNTS, TRIED, CHOSEN = "Counts", "K-Means on raw and on logged figures", "Clusters"
LATER = "known before 2011-09-11, judged on the 90 days after"
STABILITY = "stability (bootstrap ARI)"
RESAMPLES = 20
STARTS = 10


def figures() -> Section:
    """Everything from one reading of the file, as of the day after its last."""
    lines = datasets.online_retail(Path(os.environ["SMARTSHOP_DATA_DIR"]) / "online_retail.csv.xz")
    segmented, grouped = rfm.train(lines, AS_OF), clusters.train(lines, AS_OF)
    cells = cohorts.table(lines, AS_OF)
    raw = segmented.scores[["recency_days", "orders", "revenue"]].to_numpy(dtype=float)
    return Section(
        title="Segments, clusters and cohorts",
        says=(
            "Customers who bought alike always get the same scores. On raw figures the silhouette is highest for a split"
            " that only sets 26 outliers apart; it is rejected for its size and because resampling does not find it again."
        ),
        figures=(
            *_counts(lines, segmented),
            _unfinished(cells),
            *_outliers(raw),
            *_logged(raw),
            *_shape(grouped),
            *_later(segmented, grouped),
            *_cohorts(cells),
        ),
    )


def _same(
    what: str,
    ours: float,
    reference: float,
    *,
    digits: int = 0,
    tolerance: float = 0.0,
    source: str = COUNTED,
    table: str = "",
    place: tuple[str, str] | None = None,
) -> Figure:
    """A figure that has to equal the one that was published, to the digits that were."""
    return Figure(
        what=what, ours=ours, data=DATA, reference=reference, source=source, digits=digits, goal="equal to the reference",
        is_met=abs(round(ours, digits) - reference) <= tolerance + 1e-9, table=table, place=place,
    )  # fmt: skip


def _counted(what: str, ours: float, reference: float, *, digits: int = 0) -> Figure:
    return _same(what, ours, reference, digits=digits, table=COUNTS)


def _counts(lines: pd.DataFrame, result: TrainingResult) -> list[Figure]:
    scores = result.scores
    orders, recency, revenue = scores["orders"], scores["recency_days"], scores["revenue"]
    scored = scores.loc[orders == 1, "f"].nunique()
    split = pd.qcut(orders.rank(method="first"), 5, labels=False)[orders == 1]
    return [
        _counted("Customers", len(scores), 4_338),
        _counted("Orders", lines["order_id"].nunique(), 18_532),
        _counted("Revenue", lines["revenue"].sum(), 8_911_407.90, digits=2),
        _counted("Recency in days, mean", recency.mean(), 92.1, digits=1),
        _counted("Recency in days, median", recency.median(), 50),
        _counted("Orders a customer, mean", orders.mean(), 4.3, digits=1),
        _counted("Revenue a customer, mean", revenue.mean(), 2_054.3, digits=1),
        _counted("Revenue a customer, median", revenue.median(), 674.5, digits=1),
        _counted("Customers with one order, %", 100 * float((orders == 1).mean()), 34.4, digits=1),
        Figure(
            what="Different frequency scores among the customers with one order",
            ours=scored,
            data=DATA, baseline=split.nunique(), baseline_name="ranks in order of appearance", digits=0,
            goal="one", is_met=scored == 1, table=COUNTS,
        ),
    ]  # fmt: skip


def _tried(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], ks: list[int]) -> tuple[Candidate, ...]:
    points = Scale.of(values).apply(values)
    return partitions.candidates(points, ks, seed=0, resamples=RESAMPLES, starts=STARTS)


def _outliers(raw: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[Figure]:
    (two,) = _tried(raw, [2])
    return [
        _silhouette("raw, k = 2", two.silhouette, 0.896, tolerance=0.0),
        Figure(
            what="K-Means, raw, k = 2: stability (bootstrap ARI)", ours=two.stability, data=DATA,
            reference=0.379, source=COMPUTED, digits=3, goal="rejected", is_met=not two.is_acceptable, table=TRIED,
            place=(STABILITY, "raw, k = 2"),
        ),
        _same(
            "K-Means, raw, k = 2: customers in the smaller cluster", min(two.sizes), 26, table=TRIED,
            place=("customers in the smaller cluster", "raw, k = 2"),
        ),
    ]  # fmt: skip


def _logged(raw: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[Figure]:
    made = []
    for each in _tried(np.log1p(raw), list(SILHOUETTES)):
        tried = f"logged, k = {each.k}"
        made.append(_silhouette(tried, each.silhouette, SILHOUETTES[each.k], tolerance=0.004))
        made.append(
            Figure(
                what=f"K-Means, {tried}: stability (bootstrap ARI)", ours=each.stability,
                data=DATA, reference=AGREEMENTS[each.k], source=COMPUTED, digits=2, table=TRIED,
                place=(STABILITY, tried),
            )
        )  # fmt: skip
    return made


def _silhouette(tried: str, ours: float, reference: float, *, tolerance: float) -> Figure:
    return _same(
        f"K-Means, {tried}: silhouette", ours, reference, digits=3, tolerance=tolerance, source=COMPUTED,
        table=TRIED, place=("silhouette", tried),
    )  # fmt: skip


def _shape(result: TrainingResult) -> list[Figure]:
    found = result.metrics
    return [
        Figure(
            "Clusters chosen on five measures of behaviour", found["clusters"], DATA, digits=0, table=CHOSEN
        ),
        Figure("Their stability (bootstrap ARI)", found["stability"], DATA, digits=3, table=CHOSEN),
        Figure("Share of customers in the smallest", found["smallest_share"], DATA, digits=3, table=CHOSEN),
    ]


def _later(segmented: TrainingResult, grouped: TrainingResult) -> list[Figure]:
    """What segments and clusters say of a window after them."""
    found, share = grouped.metrics, segmented.metrics["captured_share"]
    fifths = grouped.baseline.metrics["separation"] if grouped.baseline else 0.0
    rival = segmented.baseline.metrics["captured_share"] if segmented.baseline else None
    return [
        Figure("Share of revenue from Champions and Loyal", share, DATA, LATER, baseline=rival,
               baseline_name="as many customers by recency alone", table="The next 90 days"),
        Figure("Differences in spending explained by clusters (ε²)", found["separation"], DATA, LATER, digits=3,
               baseline=fifths, baseline_name="fifths by recency", table="The next 90 days"),
        Figure("The same by the eleven segments", found["separation_of_segments"], DATA, LATER, digits=3,
               table="The next 90 days"),
        Figure("Gain of clusters over fifths by recency", found["separation"] - fifths, DATA, LATER, digits=3,
               low=found["separation_gain_low"], high=found["separation_gain_high"], table="The next 90 days"),
    ]  # fmt: skip


def _unfinished(found: pd.DataFrame) -> Figure:
    marked = float((~found["is_complete"]).sum())
    return _counted("Cells of cohorts in the month that was not over, marked", marked, 13)


def _cohorts(found: pd.DataFrame) -> list[Figure]:
    first = found[found["months_since"] == 0].reset_index(drop=True)
    made = [
        _same(
            f"Cohort of {month:%Y-%m}: customers", size, SIZES[n], table="Cohorts",
            place=("customers", f"{month:%Y-%m}"),
        )
        for n, (month, size) in enumerate(zip(first["cohort"], first["customers"], strict=True))
    ]  # fmt: skip
    december = found[(found["cohort"] == first["cohort"].iloc[0]) & (found["months_since"] > 0)]
    return made + [
        _same(
            f"Cohort of 2010-12: share back in month {n}", share, DECEMBER[n - 1], digits=4,
            table="The cohort of 2010-12 by month since", place=("share back", str(n)),
        )
        for n, share in zip(december["months_since"], december["retention"], strict=True)
    ]  # fmt: skip
