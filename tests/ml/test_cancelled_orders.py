"""An order that has been cancelled since stood until then: every question sees it so at every earlier moment."""

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from ml import artifact, churn, clv, frames
from ml.churn_models import guard
from ml.churn_models.rows import INPUTS, rows_at
from ml.frames import Traces
from ml.results import TrainingResult
from tests.ml import simulated
from tests.ml.conftest import QUESTIONS

T = datetime(2025, 8, 1)  # noqa: DTZ001 - frames hold UTC without a zone
CUTOFFS = {"rfm": 90, "churn": 90, "clv": 180, "clusters": 90}
JUDGED = {
    "rfm": ("captured_share", "best_segments_share", "spearman"),
    "clusters": ("separation", "separation_of_segments"),
}


def cancelled(
    lines: pd.DataFrame, orders: np.ndarray, at: datetime | pd.Timedelta
) -> tuple[pd.DataFrame, Traces]:
    """``lines`` with ``orders`` moved to the traces, cancelled at a moment or so long after they were placed."""
    is_off = lines["order_id"].isin(orders)
    off = lines[is_off]
    when = off["ordered_at"] + at if isinstance(at, pd.Timedelta) else pd.Series(at, index=off.index)
    gone = off.assign(cancelled_at=when.astype("datetime64[us]")).reset_index(drop=True)
    return lines[~is_off].reset_index(drop=True), Traces(gone)


def together(*planted: tuple[pd.DataFrame, Traces]) -> Traces:
    return Traces(pd.concat([traces.cancelled for _, traces in planted], ignore_index=True))


def single_orders_before(lines: pd.DataFrame, cutoff: datetime, count: int) -> np.ndarray:
    """The only orders of customers, placed in the half year before ``cutoff``."""
    orders = lines.drop_duplicates("order_id")
    alone = orders[orders.groupby("customer_id")["order_id"].transform("size") == 1]
    is_there = (alone["ordered_at"] < cutoff) & (alone["ordered_at"] > cutoff - timedelta(days=180))
    found = alone.loc[is_there, "order_id"].to_numpy()[:count]
    assert len(found) == count
    return found


@pytest.fixture(scope="module")
def standing(shop: pd.DataFrame) -> dict[str, TrainingResult]:
    return {name: train(shop, T) for name, train in QUESTIONS.items()}


@pytest.fixture(scope="module", params=list(QUESTIONS))
def question(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def off_since(shop: pd.DataFrame, question: str) -> tuple[TrainingResult, pd.DataFrame, pd.DataFrame, Traces]:
    """The question with orders of before its cutoff cancelled in its window, and others after today."""
    cutoff = T - timedelta(days=CUTOFFS[question])
    since = single_orders_before(shop, cutoff, 8)
    rest, traces = cancelled(shop, since, cutoff + timedelta(days=20))
    later = rest.loc[rest["ordered_at"] < cutoff, "order_id"].unique()[:10]
    left, to_come = cancelled(rest, later, T + timedelta(days=1))
    both = together((rest, traces), (left, to_come))
    gone = shop.loc[shop["order_id"].isin(since), ["customer_id"]]
    return QUESTIONS[question](left, T, traces=both), gone, left, both


def test_a_later_cancellation_moves_nothing_that_was_learned_at_the_cutoff(
    question: str,
    standing: dict[str, TrainingResult],
    off_since: tuple[TrainingResult, pd.DataFrame, pd.DataFrame, Traces],
) -> None:
    before, (after, *_) = standing[question], off_since
    pd.testing.assert_frame_equal(after.tested, before.tested, check_exact=True)
    for name in JUDGED.get(question, ()):
        assert after.metrics[name] == before.metrics[name]
    assert after.verdict == before.verdict != "not enough data"


def test_who_had_only_what_was_cancelled_is_no_customer_now_and_was_one_then(
    question: str,
    shop: pd.DataFrame,
    standing: dict[str, TrainingResult],
    off_since: tuple[TrainingResult, pd.DataFrame, pd.DataFrame, Traces],
) -> None:
    result, gone, left, traces = off_since
    now = set(standing[question].scores["customer_id"]) - set(result.scores["customer_id"])
    assert now == set(gone["customer_id"])
    what = f"customers {CUTOFFS[question]} days ago"
    if what in result.sufficiency:
        before = standing[question].sufficiency[what]
        assert result.sufficiency[what] == before
        blind = len(left[left["ordered_at"] < T - timedelta(days=CUTOFFS[question])]["customer_id"].unique())
        assert blind < before["have"], (
            "the planted customers must be missed by who does not look at the traces"
        )
    else:
        assert set(gone["customer_id"]) <= set(result.tested["customer_id"])
    assert traces.cancelled is not None
    assert result.rows == int((shop["ordered_at"] < T).sum())


@pytest.mark.parametrize("name", ["rfm", "churn"])
def test_what_was_cancelled_before_any_cutoff_knew_it_never_was(shop: pd.DataFrame, name: str) -> None:
    early = shop.drop_duplicates("order_id")
    is_early_in_day = (early["ordered_at"] - early["ordered_at"].dt.floor("D")) < pd.Timedelta(hours=20)
    orders = early.loc[is_early_in_day & (early["ordered_at"] < T), "order_id"].to_numpy()[::9]
    left, traces = cancelled(shop, orders, pd.Timedelta(hours=1))
    train = QUESTIONS[name]
    with_traces, without = train(left, T, traces=traces), train(left, T)
    pd.testing.assert_frame_equal(with_traces.scores, without.scores, check_exact=True)
    pd.testing.assert_frame_equal(with_traces.tested, without.tested, check_exact=True)
    assert with_traces.metrics == without.metrics


WINDOW = datetime(2025, 2, 1)  # noqa: DTZ001
FIRST, SECOND = "2024-12-20 10:00", "2025-03-01 10:00"


@pytest.mark.parametrize(
    ("order", "cancelled_at", "churned"),
    [
        (FIRST, "2025-01-31 23:59:59", None),
        (FIRST, "2025-02-01", 0.0),
        (SECOND, "2025-03-02", 1.0),
        (SECOND, "2025-05-01 23:59:59", 1.0),
        (SECOND, "2025-05-02", 0.0),
    ],
    ids=[
        "the only order before, cancelled a second before the cutoff",
        "the only order before, cancelled at the cutoff",
        "the only order of the window, cancelled the day after",
        "the only order of the window, cancelled in its last second",
        "the only order of the window, cancelled when it was over",
    ],
)
def test_churn_counts_what_stood_at_the_cutoff_and_at_the_end_of_the_window(
    shop: pd.DataFrame, order: str, cancelled_at: str, churned: float | None
) -> None:
    mine = [simulated.line(9_000, 900_001, FIRST), simulated.line(9_000, 900_002, SECOND)]
    every = pd.concat([shop, *mine], ignore_index=True)
    is_off = (every["customer_id"] == 9_000) & (every["ordered_at"] == pd.Timestamp(order))
    when = pd.Series(pd.NaT, index=every.index, dtype="datetime64[us]").mask(
        is_off, pd.Timestamp(cancelled_at)
    )
    recorded = frames.recorded_before(every.assign(cancelled_at=when), T)
    rows = rows_at(recorded, [WINDOW], 90)
    row = rows[rows["customer_id"] == 9_000]
    assert row["orders"].tolist() == ([] if churned is None else [1.0])
    assert row["churned"].tolist() == ([] if churned is None else [churned])
    guard.inspect(recorded, rows, at=WINDOW, horizon_days=90, build=rows_at)


def test_a_window_brings_what_stood_at_its_end_to_customer_value(shop: pd.DataFrame) -> None:
    cutoff, end = T - timedelta(days=180), T
    orders = shop.drop_duplicates("order_id")
    ours = orders[(orders["ordered_at"] >= cutoff) & (orders["ordered_at"] < end - timedelta(days=30))]
    mine = ours[ours["customer_id"].isin(orders.loc[orders["ordered_at"] < cutoff, "customer_id"])]
    in_window, after = mine["order_id"].to_numpy()[0], mine["order_id"].to_numpy()[1]
    left, traces = cancelled(shop, np.array([in_window]), pd.Timedelta(days=5))
    left, to_come = cancelled(left, np.array([after]), end)
    found = clv.train(left, T, traces=together((left, traces), (left, to_come))).tested
    spent = shop[(shop["ordered_at"] >= cutoff) & (shop["ordered_at"] < end)]
    spent = spent[spent["order_id"] != in_window].groupby("customer_id")["revenue"].sum()
    expected = found["customer_id"].map(spent).fillna(0.0).to_numpy()
    np.testing.assert_allclose(found["actual"].to_numpy(), expected, atol=1e-6)


def test_no_input_moves_when_a_later_cancellation_is_planted(shop: pd.DataFrame) -> None:
    moments = [WINDOW, WINDOW + timedelta(days=90)]
    before = rows_at(shop, moments, 90)
    for at in moments:
        orders = shop.loc[shop["ordered_at"] < at, "order_id"].unique()[::3]
        left, traces = cancelled(shop, orders, at)
        after = rows_at(frames.recorded_before(left, T, traces), moments, 90)
        then, now = (
            rows[rows["as_of"] == frames.moment(at)].reset_index(drop=True) for rows in (before, after)
        )
        pd.testing.assert_frame_equal(now, then, check_exact=True)
        blind = rows_at(left, [at], 90)
        assert len(blind) < len(then), "who forgets cancelled orders misses customers"


def test_inputs_that_forget_what_was_cancelled_since_are_refused_by_the_guard(shop: pd.DataFrame) -> None:
    orders = shop.loc[shop["ordered_at"] < WINDOW, "order_id"].unique()[::3]
    left, traces = cancelled(shop, orders, WINDOW + timedelta(days=5))
    recorded = frames.recorded_before(left, T, traces)

    def forgetful(
        lines: pd.DataFrame, moments: list[datetime], horizon_days: int, events: pd.DataFrame | None = None
    ) -> pd.DataFrame:
        return rows_at(frames.known_before(lines, T), moments, horizon_days, events)

    with pytest.raises(guard.LeakyTraining, match=r"only because of what came later|change when the orders"):
        guard.inspect(
            recorded, forgetful(recorded, [WINDOW], 90), at=WINDOW, horizon_days=90, build=forgetful
        )


@pytest.mark.parametrize("predict", [churn.predict, clv.predict], ids=["churn", "clv"])
def test_an_earlier_run_is_applied_to_a_cutoff_as_it_was_then(
    shop: pd.DataFrame, standing: dict[str, TrainingResult], predict: Callable[..., pd.DataFrame]
) -> None:
    result = standing["churn" if predict is churn.predict else "clv"]
    kept = artifact.Artifact(
        {**result.card, "served": result.served},
        dict(result.arrays),
        result.estimator,
        result.judged_estimator,
    )
    since = single_orders_before(shop, WINDOW, 5)
    left, traces = cancelled(shop, since, WINDOW + timedelta(days=1))
    pd.testing.assert_frame_equal(
        predict(kept, left, WINDOW, traces=traces), predict(kept, shop, WINDOW), check_exact=True
    )
    assert len(predict(kept, left, WINDOW)) < len(predict(kept, shop, WINDOW))


def test_what_was_recorded_says_what_was_cancelled_and_knows_no_later_cancellation(
    shop: pd.DataFrame,
) -> None:
    orders = shop.loc[shop["ordered_at"] < WINDOW, "order_id"].unique()
    left, traces = cancelled(shop, orders[:2], WINDOW)
    at_once = frames.recorded_before(left, WINDOW, traces)
    assert "cancelled_at" not in at_once.columns
    after = frames.recorded_before(left, WINDOW + timedelta(seconds=1), traces)
    assert set(after.loc[after["cancelled_at"].notna(), "order_id"]) == set(orders[:2])
    assert len(after) == len(at_once)
    bare = left.drop(columns="category")
    with pytest.raises(frames.FrameRefused, match="category"):
        frames.recorded_before(left, T, Traces(bare.assign(cancelled_at=left["ordered_at"])))


def test_the_inputs_are_those_that_were_there_before(standing: dict[str, TrainingResult]) -> None:
    assert list(standing["churn"].inputs.columns) == ["customer_id", *INPUTS]
