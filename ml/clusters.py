"""Clusters: customers of like behaviour by K-Means, as many as are stable and large enough, with names that last.

Behaviour is logged and standardised: on raw figures K-Means only sets a few outliers apart from everybody else, and the
silhouette applauds. So the number of clusters is not chosen by the silhouette alone (`ml.partitions`).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from ml import archetypes, artifact, features, frames, metrics, partitions, rfm
from ml.results import Baseline, Need, TrainingResult, judged, not_enough_data, shortfall
from ml.sufficiency import CLUSTERS

if TYPE_CHECKING:
    from datetime import datetime

    from ml.partitions import Candidate, Partition

Floats = npt.NDArray[np.float64]

COLUMNS = ["customer_id", "cluster"]
INPUTS = ("recency_days", "orders", "revenue", "tenure_days", "product_count")
"""What customers are compared by, of `features.behaviour`: how recent, how often, how much, how long, how varied."""
SHOWN = (*INPUTS, "average_order_value", "items_per_order", "orders_90")
"""What is told of each cluster, as medians."""
CANDIDATES = tuple(range(2, 9))
RECENCY_GROUPS = 5


def train(
    frame: pd.DataFrame,
    as_of: datetime,
    *,
    seed: int = 0,
    horizon_days: int = 90,
    previous: artifact.Artifact | None = None,
    traces: frames.Traces | None = None,
) -> TrainingResult:
    """Put every customer with an order before ``as_of`` into a cluster, and name the clusters.

    Judged on the last complete ``horizon_days``: how much of the differences in what customers spend there is
    explained by the cluster they were in before (`separation`), beside fifths by recency. Today's number of clusters
    is fitted again to what was known then. ``previous`` is the artifact of the run that is served: a cluster that is
    found again keeps its name. What is new, gone and moved since stands in the card. ``traces`` holds the orders
    cancelled by now, which the window's cutoff finds standing if they were cancelled later.
    """
    frames.validate(frame, frames.ORDER_LINES)
    end = frames.moment(as_of)
    cutoff = end - timedelta(days=horizon_days)
    recorded = frames.recorded_before(frame, end, traces)
    known = frames.known_before(recorded, end)
    needs = _needs(recorded, known, cutoff, horizon_days)
    card = artifact.new_card(
        question="clusters", as_of=as_of, frame=recorded, seed=seed,
        parameters={"horizon_days": horizon_days, "inputs": list(INPUTS), **partitions.RULE},
        window={"test_from": str(cutoff), "test_until": str(end)},
    )  # fmt: skip
    if shortfall(needs):
        return not_enough_data(card, as_of=as_of, needs=needs, columns=COLUMNS)
    inputs = features.behaviour(recorded, [cutoff, end], names=SHOWN)
    then, now = (inputs[inputs["as_of"] == at].reset_index(drop=True) for at in (cutoff, end))
    scale = partitions.Scale.of(_values(now))
    points = scale.apply(_values(now))
    tried = partitions.candidates(points, CANDIDATES, seed=seed)
    chosen = partitions.chosen(tried)
    card["candidates"] = [each.facts for each in tried]
    needs = [*needs, Need("stable numbers of clusters", 1, float(sum(each.is_acceptable for each in tried)))]
    if chosen is None:
        return not_enough_data(card, as_of=as_of, needs=needs, columns=COLUMNS)
    partition = partitions.fitted(points, chosen.k, seed=seed)
    named = _named(partition, scale, now, previous)
    measured, rival = _judge(then, chosen.k, known[known["ordered_at"] >= cutoff], seed)
    return judged(
        card | {"clusters": _profiles(now, partition, named), "changes": named.changes},
        as_of=as_of, is_better=measured["separation"] > rival.metrics["separation"],
        metrics=measured | _shape(chosen, tried), baseline=rival, needs=needs, served="k-means",
        scores=_scores(now, partition, named), inputs=now[["customer_id", *INPUTS]],
        arrays={"centres": partition.centres, "mean": scale.mean, "sd": scale.sd},
    )  # fmt: skip


def separation(value: Floats, group: npt.NDArray[Any]) -> float:
    """Share of the differences between the ranks of ``value`` that lies between the groups: epsilon squared.

    1 - (1 - H / (n - 1)) (n - 1) / (n - g), with ties sharing ranks (Kruskal-Wallis; Kelley 1935): corrected for the
    number of groups g, so that more groups are not better by being more. 0 in expectation where groups say nothing.
    """
    ranks = stats.rankdata(value)
    code = group.astype(np.int64) if group.dtype.kind in "iuf" else np.unique(group, return_inverse=True)[1]
    sizes = np.bincount(code)
    means = np.bincount(code, weights=ranks) / np.maximum(sizes, 1)
    groups = int((sizes > 0).sum())
    total = float(((ranks - ranks.mean()) ** 2).sum())
    if total == 0 or groups >= value.size:
        return float("nan")
    between = float((sizes * (means - ranks.mean()) ** 2).sum()) / total
    return 1 - (1 - between) * (value.size - 1) / (value.size - groups)


def _needs(
    recorded: pd.DataFrame, known: pd.DataFrame, cutoff: pd.Timestamp, horizon_days: int
) -> list[Need]:
    before = frames.known_before(frames.bought(recorded), cutoff)
    customers = before["customer_id"].unique()
    returning = frames.paid_since(known, cutoff, customers)
    span = (known["ordered_at"].max() - known["ordered_at"].min()).days + 1 if len(known) else 0
    return [
        Need("days of history", 2 * horizon_days, float(span)),
        Need(f"customers {horizon_days} days ago", CLUSTERS.customers, float(customers.size)),
        Need(
            f"customers who came back and paid in the last {horizon_days} days",
            CLUSTERS.returning,
            float(returning),
        ),
    ]


def _values(inputs: pd.DataFrame) -> Floats:
    """The logs of `INPUTS`, shape (n, 5); a refund beyond what was kept counts as nothing kept."""
    return np.asarray(np.log1p(np.clip(inputs[list(INPUTS)].to_numpy(dtype=float), 0, None)))


def _judge(then: pd.DataFrame, k: int, window: pd.DataFrame, seed: int) -> tuple[dict[str, float], Baseline]:
    spent = window.groupby("customer_id")["revenue"].sum()
    value = then["customer_id"].map(spent).fillna(0.0).to_numpy(dtype=float)
    points = partitions.Scale.of(_values(then)).apply(_values(then))
    clusters = partitions.fitted(points, k, seed=seed).labels.astype(float)
    before = rfm.segmented(then)
    fifths = before["r"].to_numpy(dtype=float)
    _, low, high = metrics.paired_difference(separation, value, clusters, fifths, seed=seed)
    measured = {
        "separation": separation(value, clusters),
        "separation_gain_low": low,
        "separation_gain_high": high,
        "separation_of_segments": separation(value, before["segment"].to_numpy()),
    }
    return measured, Baseline("fifths by recency", {"separation": separation(value, fifths)})


def _shape(chosen: Candidate, tried: tuple[Candidate, ...]) -> dict[str, float]:
    return {
        "clusters": float(chosen.k),
        "silhouette": chosen.silhouette,
        "stability": chosen.stability,
        "smallest_share": chosen.smallest_share,
        "acceptable_candidates": float(sum(each.is_acceptable for each in tried)),
    }


def _named(
    partition: Partition, scale: partitions.Scale, now: pd.DataFrame, previous: artifact.Artifact | None
) -> archetypes.Named:
    profile = archetypes.Profile.of(partition, INPUTS, is_single=now["orders"].to_numpy(dtype=float) == 1)
    if previous is None or tuple(previous.card["parameters"].get("inputs", ())) != INPUTS:
        return archetypes.named(profile)
    old = partitions.Scale(previous.arrays["mean"], previous.arrays["sd"])
    before = partitions.nearest(old.apply(_values(now)), previous.arrays["centres"])
    was = archetypes.Before(
        tuple(each["code"] for each in previous.card["clusters"]),
        before,
        scale.apply(old.undo(previous.arrays["centres"])),
    )
    return archetypes.named(profile, was)


def _profiles(now: pd.DataFrame, partition: Partition, named: archetypes.Named) -> list[dict[str, Any]]:
    """One entry a cluster, in the order of its centre in the arrays."""
    medians = now[list(SHOWN)].groupby(partition.labels).median().to_dict("index")
    totals = now["revenue"].groupby(partition.labels).sum()
    return [
        {
            "code": code,
            "customers": int(partition.sizes[n]),
            "share": float(partition.sizes[n] / len(now)),
            "revenue": float(totals[n]),
            "medians": {str(name): float(value) for name, value in medians[n].items()},
            "distances": {name: float(partition.centres[n, i]) for i, name in enumerate(INPUTS)},
        }
        for n, code in enumerate(named.codes)
    ]


def _scores(now: pd.DataFrame, partition: Partition, named: archetypes.Named) -> pd.DataFrame:
    codes = np.asarray(named.codes, dtype=object)[partition.labels]
    return pd.DataFrame({"customer_id": now["customer_id"], "cluster": codes})[COLUMNS]
