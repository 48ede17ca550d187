"""Churn with the visits of the simulated shop, whose customers look around by how keen they are and while they are there."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmarks import simulated_shop
from ml import artifact, churn, frames, metrics
from ml.churn_models import candidates, guard, reasons, visits
from ml.churn_models.guard import LeakyTraining
from ml.churn_models.rows import INPUTS, matrix, rows_at
from ml.frames import Traces
from ml.results import TrainingResult
from smartshop.demo import browsing, process
from tests.ml import simulated

END = datetime(2026, 11, 1)  # noqa: DTZ001 - frames hold UTC without a zone
AT = END - timedelta(days=180)
VISITS = list(visits.INPUTS)
Shop = tuple[pd.DataFrame, pd.DataFrame]


def rounded(card: dict[str, Any]) -> Any:
    """A card without the last digits: where numbers lie in memory decides how they are summed."""
    return json.loads(json.dumps(card), parse_float=lambda text: round(float(text), 9))


@pytest.fixture(scope="module")
def browsed() -> Shop:
    history = process.simulate(1_500, 20, 3, date(2026, 11, 1))
    return simulated_shop.lines_of(history), simulated_shop.events_of(browsing.browse(history, 3))


@pytest.fixture(scope="module")
def without(browsed: Shop) -> TrainingResult:
    return churn.train(browsed[0], END)


@pytest.fixture(scope="module")
def result(browsed: Shop) -> TrainingResult:
    return churn.train(browsed[0], END, traces=Traces(events=browsed[1]))


@pytest.fixture(scope="module")
def rows(browsed: Shop) -> pd.DataFrame:
    return rows_at(browsed[0], [AT, END - timedelta(days=90)], 90, browsed[1])


def test_visits_are_read_where_they_cover_every_cutoff_and_serve_when_they_did_better_before(
    result: TrainingResult, without: TrainingResult
) -> None:
    told = result.card["visits"]
    assert (told["why"], told["is_served"]) == ("covered", True)
    assert told["customers"]["have"] >= told["customers"]["need"] == 100
    assert told["evenness"]["have"] >= told["evenness"]["need"] == 0.5
    folds = {name: float(np.mean(found)) for name, found in result.card["fold_auc"].items()}
    assert result.served == result.card["judged_model"] == max(folds, key=lambda name: folds[name])
    assert result.served in candidates.VISITING
    assert result.card["parameters"]["inputs"] == list(result.inputs.columns)[1:] == [*INPUTS, *VISITS]
    assert set(without.card["candidates"]) == set(candidates.WITHOUT_VISITS)
    for name, found in without.card["candidates"].items():
        assert result.card["candidates"][name]["auc"] == found["auc"]


def test_events_need_not_reach_back_to_the_window_a_year_before(
    browsed: Shop, result: TrainingResult
) -> None:
    year_before = END - timedelta(days=90 + 364)
    assert result.card["window"]["train_cutoffs"].startswith(f"{year_before:%Y-%m-%d}, ")
    assert not visits.coverage(rows_at(browsed[0], [year_before], 90, browsed[1])).is_read
    assert result.card["visits"]["why"] == "covered"


def test_visits_tell_more_of_a_later_window_than_orders_alone(
    result: TrainingResult, without: TrainingResult
) -> None:
    both = result.tested.merge(without.tested, on=["customer_id", "actual"], suffixes=("", "_without"))
    assert len(both) == len(result.tested) == len(without.tested)
    actual, mine, its = (both[name].to_numpy() for name in ("actual", "predicted", "predicted_without"))
    _, low, _ = metrics.paired_difference(metrics.auc, actual, mine, its, seed=0)
    assert low > 0
    assert metrics.brier(actual, mine) < metrics.brier(actual, its)
    gain = result.card["visits_gain"]
    assert gain["low"] < gain["auc"] < gain["high"]


def test_visits_that_say_nothing_do_not_serve(browsed: Shop, without: TrainingResult) -> None:
    """Everybody is as likely to look around on any day, whether they are still customers or not."""
    lines, count, rng = browsed[0], 9_000, np.random.default_rng(0)
    session = pd.Series(np.arange(count)).astype("str")
    ago = pd.to_timedelta(rng.integers(0, 450 * 86_400, count), unit="s")
    noise = pd.DataFrame(
        {
            "visitor_id": session,
            "customer_id": rng.choice(lines["customer_id"].unique(), count),
            "session_id": session,
            "at": (pd.Timestamp(END) - ago).astype("datetime64[us]"),
            "kind": pd.Series("view", index=session.index, dtype="str"),
        }
    )
    result = churn.train(lines, END, traces=Traces(events=noise))
    assert (result.card["visits"]["why"], result.card["visits"]["is_served"]) == ("covered", False)
    assert result.served == without.served
    pd.testing.assert_frame_equal(result.scores, without.scores, check_exact=True)


def test_without_events_nothing_changes(browsed: Shop, without: TrainingResult) -> None:
    lines, events = browsed
    result = churn.train(lines, END, traces=Traces(events=events.head(0)))
    assert rounded(result.card) == rounded(without.card)
    assert without.card["visits"] == {"is_served": False, "why": "no events"}
    pd.testing.assert_frame_equal(result.scores, without.scores, check_exact=True)
    assert list(without.inputs.columns) == ["customer_id", *INPUTS]


def test_events_that_begin_too_late_are_not_read_and_change_nothing(
    browsed: Shop, without: TrainingResult
) -> None:
    lines, events = browsed
    ordering = events.loc[events["kind"] == "order", "session_id"]
    late = events[events["session_id"].isin(ordering) | (events["at"] > END - timedelta(days=100))]
    result = churn.train(lines, END, traces=Traces(events=late))
    assert (result.card["visits"]["why"], result.card["visits"]["is_served"]) == ("too few", False)
    pd.testing.assert_frame_equal(result.scores, without.scores, check_exact=True)
    pd.testing.assert_frame_equal(result.inputs, without.inputs, check_exact=True)
    pd.testing.assert_frame_equal(result.tested, without.tested, check_exact=True)
    assert result.served == without.served
    assert result.card["parameters"] == without.card["parameters"]
    assert set(result.card["candidates"]) == set(without.card["candidates"])


def test_a_log_that_was_twice_as_dense_at_one_cutoff_as_at_another_is_not_read(browsed: Shop) -> None:
    lines, events = browsed
    moments = [AT, END]
    even = visits.coverage(rows_at(lines, moments, 90, events))
    early = events[(events["at"] > AT) | (events["session_id"].str[-1] < "3")]
    found = visits.coverage(rows_at(lines, moments, 90, early))
    assert not found.is_read
    assert found.evenness < even.evenness
    many = pd.DataFrame(
        {
            "as_of": pd.DatetimeIndex(moments).repeat(1_000),
            "looks_90": np.r_[np.arange(1_000) < 240, np.arange(1_000) < 500],
        }
    )
    assert visits.coverage(many.astype({"looks_90": float})).why == "too uneven"
    assert visits.coverage(many.iloc[1_000:].astype({"looks_90": float})).why == "covered"
    assert visits.coverage(many.assign(looks_90=0.0)).why == "too few"


def test_who_was_never_seen_is_told_from_who_is_here_today_and_gets_a_score(browsed: Shop) -> None:
    lines, events = browsed
    at = events.groupby("customer_id")["at"].max()
    someone = int(at[at < END - timedelta(days=30)].index[0])
    unseen = events[events["customer_id"] != someone]
    today = pd.concat([events, simulated.event(someone, "s", str(END - timedelta(hours=2)))])
    for frame, expected in (
        (unseen, {"visit_days": 365.0, "visit_ratio": 0.0, "is_seen": 0.0, "visits_30": 0.0}),
        (today, {"visit_days": 0.0, "is_seen": 1.0, "visits_30": 1.0}),
    ):
        found = rows_at(lines, [END], 90, frame)
        row = found[found["customer_id"] == someone]
        assert row[list(expected)].iloc[0].to_dict() == expected
        if row["is_seen"].iloc[0]:
            assert row["visit_ratio"].iloc[0] == pytest.approx(-np.log(row["recency_days"].iloc[0] + 1))
        assert not found[VISITS].isna().any(axis=None)


def test_no_visit_at_or_after_the_cutoff_moves_an_input(browsed: Shop, rows: pd.DataFrame) -> None:
    lines, events = browsed
    for kind in ("view", "search", "cart_add", "order"):
        planted = pd.concat([events, *[simulated.event(who, "new", str(AT), kind) for who in range(1, 200)]])
        for frame in (planted, events[events["at"] < AT]):
            found = rows_at(lines, [AT], 90, frame)
            then = rows[rows["as_of"] == frames.moment(AT)].reset_index(drop=True)
            pd.testing.assert_frame_equal(found, then, check_exact=True)
    before = pd.concat(
        [events, *[simulated.event(who, "new", str(AT - timedelta(seconds=1))) for who in range(1, 200)]]
    )
    assert not rows_at(lines, [AT], 90, before)[VISITS].equals(then[VISITS])


def test_a_visit_from_the_window_in_the_inputs_is_refused_by_name(browsed: Shop) -> None:
    lines, events = browsed

    def leaky(
        lines: pd.DataFrame, moments: list[datetime], horizon_days: int, events: pd.DataFrame | None
    ) -> pd.DataFrame:
        """Events are looked at as if they had happened ten days earlier."""
        assert events is not None
        early = events.assign(at=events["at"] - pd.Timedelta(days=10))
        return rows_at(lines, moments, horizon_days, early)

    honest = rows_at(lines, [AT], 90, events)
    guard.inspect(lines, honest, at=AT, horizon_days=90, build=rows_at, events=events)
    with pytest.raises(LeakyTraining, match="orders and events from that day on are deleted") as found:
        guard.inspect(
            lines, leaky(lines, [AT], 90, events), at=AT, horizon_days=90, build=leaky, events=events
        )
    assert found.value.leak == "inputs know the window"
    assert {"visit_days", "visits_30"} <= set(found.value.columns) <= set(VISITS)


def test_a_label_among_the_visits_is_refused_by_name(rows: pd.DataFrame) -> None:
    told = rows.assign(visits_30=1 - rows["churned"])
    with pytest.raises(LeakyTraining, match="'visits_30' alone tells who churned"):
        guard.refuse_label_as_input(told)


def test_a_recent_visit_and_a_recent_order_both_speak_for_staying(rows: pd.DataFrame) -> None:
    method = candidates.fit_all(rows, [candidates.VISITING[0]], seed=0)[candidates.VISITING[0]]
    read = [method.inputs[place] for place in method.model.columns]
    weights = dict(zip(read, method.model.weight_.tolist(), strict=True))
    assert weights["visit_ratio"] > 0
    assert weights["recency_days"] > 0
    assert weights["carts_left_90"] < 0


@pytest.mark.parametrize("name", candidates.VISITING)
def test_reasons_of_visits_are_told_and_add_up(rows: pd.DataFrame, name: str) -> None:
    method = candidates.fit_all(rows, [name], seed=0)[name]
    now = rows[rows["as_of"] == frames.moment(AT)].reset_index(drop=True)
    added, base, _ = reasons.contributions(method, matrix(now, method.inputs))
    raw = method.raw(now)
    np.testing.assert_allclose(base + added.sum(axis=1), np.log(raw / (1 - raw)), rtol=0, atol=1e-6)
    found = reasons.explained(method, now, raw, seed=0)
    assert set(found.importance) == set(reasons.SUBJECTS)
    told = {
        number: each
        for number, all_told in found.reasons.items()
        for each in all_told
        if each["code"] == "visits"
    }
    assert told
    for number, each in told.items():
        seen = bool(now["is_seen"].iloc[number])
        assert each["days"] == (now["visit_days"].iloc[number] if seen else None)
        assert each["carts"] == now["carts_left_90"].iloc[number]


def test_a_run_that_reads_visits_is_applied_with_them_and_not_without(
    result: TrainingResult, without: TrainingResult, browsed: Shop, tmp_path: Path
) -> None:
    lines, events = browsed
    cutoff = pd.Timestamp(result.card["window"]["test_from"]).to_pydatetime()
    artifact.save(tmp_path / "run", result.card, judged_estimator=result.judged_estimator)
    kept = artifact.load(tmp_path / "run")
    again = churn.predict(kept, lines, cutoff, traces=Traces(events=events))
    joined = again.merge(result.tested, on="customer_id", suffixes=("_again", ""))
    assert len(joined) == len(again) == len(result.tested)
    np.testing.assert_allclose(joined["predicted_again"], joined["predicted"], rtol=0, atol=1e-12)
    with pytest.raises(ValueError, match="give it the events"):
        churn.predict(kept, lines, cutoff)
    artifact.save(tmp_path / "old", without.card, judged_estimator=without.judged_estimator)
    old = artifact.load(tmp_path / "old")
    pd.testing.assert_frame_equal(
        churn.predict(old, lines, cutoff, traces=Traces(events=events)), churn.predict(old, lines, cutoff)
    )
