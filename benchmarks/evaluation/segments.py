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
RESAMPLES = 20
STARTS = 10


def figures() -> Section:
    """Everything from one reading of the file, as of the day after its last."""
    lines = datasets.online_retail(Path(os.environ["SMARTSHOP_DATA_DIR"]) / "online_retail.csv.xz")
    segmented, grouped = rfm.train(lines, AS_OF), clusters.train(lines, AS_OF)
    raw = segmented.scores[["recency_days", "orders", "revenue"]].to_numpy(dtype=float)
    return Section(
        title="Segments, clusters and cohorts",
        says=(
            "Customers who bought alike always get the same scores. On raw figures the silhouette is highest for a split"
            " that only sets 26 outliers apart; it is rejected for its size and because resampling does not find it again."
        ),
        figures=(
            *_counts(lines, segmented),
            *_segments(segmented),
            *_outliers(raw),
            *_logged(raw),
            *_clusters(grouped),
            *_cohorts(lines),
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
) -> Figure:
    """A figure that has to equal the one that was published, to the digits that were."""
    return Figure(
        what=what, ours=ours, data=DATA, reference=reference, source=source, digits=digits, goal="equal to the reference",
        is_met=abs(round(ours, digits) - reference) <= tolerance + 1e-9,
    )  # fmt: skip


def _counts(lines: pd.DataFrame, result: TrainingResult) -> list[Figure]:
    scores = result.scores
    orders, recency, revenue = scores["orders"], scores["recency_days"], scores["revenue"]
    scored = scores.loc[orders == 1, "f"].nunique()
    split = pd.qcut(orders.rank(method="first"), 5, labels=False)[orders == 1]
    return [
        _same("Customers", len(scores), 4_338),
        _same("Orders", lines["order_id"].nunique(), 18_532),
        _same("Revenue", lines["revenue"].sum(), 8_911_407.90, digits=2),
        _same("Recency in days, mean", recency.mean(), 92.1, digits=1),
        _same("Recency in days, median", recency.median(), 50),
        _same("Orders a customer, mean", orders.mean(), 4.3, digits=1),
        _same("Revenue a customer, mean", revenue.mean(), 2_054.3, digits=1),
        _same("Revenue a customer, median", revenue.median(), 674.5, digits=1),
        _same("Customers with one order, %", 100 * float((orders == 1).mean()), 34.4, digits=1),
        Figure(
            what="Different frequency scores among the customers with one order",
            ours=scored,
            data=DATA, baseline=split.nunique(), baseline_name="ranks in order of appearance", digits=0,
            goal="one", is_met=scored == 1,
        ),
    ]  # fmt: skip


def _segments(result: TrainingResult) -> list[Figure]:
    rival = result.baseline
    return [
        Figure(
            what="Share of the next 90 days' revenue from Champions and Loyal",
            ours=result.metrics["captured_share"], data=DATA, split="known before 2011-09-11, judged on 90 days",
            baseline=rival.metrics["captured_share"] if rival else None,
            baseline_name="as many customers by recency alone",
        )
    ]  # fmt: skip


def _tried(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], ks: list[int]) -> tuple[Candidate, ...]:
    points = Scale.of(values).apply(values)
    return partitions.candidates(points, ks, seed=0, resamples=RESAMPLES, starts=STARTS)


def _outliers(raw: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[Figure]:
    (two,) = _tried(raw, [2])
    return [
        _same("K-Means on raw figures, k = 2: silhouette", two.silhouette, 0.896, digits=3, source=COMPUTED),
        _same("K-Means on raw figures, k = 2: customers in the smaller cluster", min(two.sizes), 26),
        Figure(
            what="K-Means on raw figures, k = 2: stability (bootstrap ARI)", ours=two.stability, data=DATA,
            reference=0.379, source=COMPUTED, digits=3, goal="rejected", is_met=not two.is_acceptable,
        ),
    ]  # fmt: skip


def _logged(raw: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[Figure]:
    made = []
    for each in _tried(np.log1p(raw), list(SILHOUETTES)):
        made.append(
            _same(
                f"K-Means on logged figures, k = {each.k}: silhouette", each.silhouette, SILHOUETTES[each.k],
                digits=3, tolerance=0.004, source=COMPUTED,
            )
        )  # fmt: skip
        made.append(
            Figure(
                what=f"K-Means on logged figures, k = {each.k}: stability (bootstrap ARI)", ours=each.stability,
                data=DATA, reference=AGREEMENTS[each.k], source=COMPUTED, digits=2,
            )
        )  # fmt: skip
    return made


def _clusters(result: TrainingResult) -> list[Figure]:
    rival = result.baseline.metrics["separation"] if result.baseline else None
    gain = result.metrics["separation"] - (rival or 0.0)
    split = "clusters before 2011-09-11, judged on 90 days"
    return [
        Figure(what="Clusters chosen on five measures of behaviour", ours=result.metrics["clusters"], data=DATA, digits=0),
        Figure(what="Their stability (bootstrap ARI)", ours=result.metrics["stability"], data=DATA, digits=3),
        Figure(what="Share of customers in the smallest", ours=result.metrics["smallest_share"], data=DATA, digits=3),
        Figure(
            what="Differences in the next 90 days' spending explained by clusters (ε²)",
            ours=result.metrics["separation"], data=DATA, split=split,
            baseline=rival, baseline_name="fifths by recency", digits=3,
        ),
        Figure(
            what="The same by the eleven segments", ours=result.metrics["separation_of_segments"], data=DATA,
            split=split, digits=3,
        ),
        Figure(
            what="Gain of clusters over fifths by recency", ours=gain, low=result.metrics["separation_gain_low"],
            high=result.metrics["separation_gain_high"], data=DATA, split=split, digits=3,
        ),
    ]  # fmt: skip


def _cohorts(lines: pd.DataFrame) -> list[Figure]:
    found = cohorts.table(lines, AS_OF)
    first = found[found["months_since"] == 0].reset_index(drop=True)
    made = [
        _same(f"Cohort of {month:%Y-%m}: customers", size, SIZES[n])
        for n, (month, size) in enumerate(zip(first["cohort"], first["customers"], strict=True))
    ]
    december = found[(found["cohort"] == first["cohort"].iloc[0]) & (found["months_since"] > 0)]
    made += [
        _same(f"Cohort of 2010-12: share back in month {n}", share, DECEMBER[n - 1], digits=4)
        for n, share in zip(december["months_since"], december["retention"], strict=True)
    ]
    return [
        *made,
        _same("Cells of the month that was not over, marked", float((~found["is_complete"]).sum()), 13),
    ]
