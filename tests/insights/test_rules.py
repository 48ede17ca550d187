from datetime import UTC, date, datetime, timedelta

import pytest

from smartshop.insights import rules

MARCH = {"test_from": "2026-03-01", "test_until": "2026-06-01", "train_cutoffs": "2025-12-01"}
APRIL = {"test_from": "2026-04-01", "test_until": "2026-07-01"}


def judged(
    value: float | None, *, window: dict[str, str] = MARCH, verdict: str = "beats baseline"
) -> rules.Judgement:
    return rules.Judgement("churn", verdict, window, {"auc": value})


def test_a_first_run_that_beats_its_baseline_is_promoted() -> None:
    assert rules.may_promote(judged(0.7), None) == rules.Promotion(
        is_granted=True, reason="beats its baseline"
    )


def test_a_run_whose_baseline_won_is_promoted_with_the_baselines_scores() -> None:
    gate = rules.may_promote(judged(0.7, verdict="baseline wins"), None)
    assert gate == rules.Promotion(is_granted=True, reason="the baseline won, and its scores are served")


def test_a_run_without_enough_data_is_not_promoted() -> None:
    assert not rules.may_promote(judged(None, verdict="not enough data"), None).is_granted


def test_a_run_worse_than_the_live_one_on_the_same_window_is_refused_and_says_by_how_much() -> None:
    gate = rules.may_promote(judged(0.70), judged(0.75))
    assert gate.reason == "auc 0.7 is worse than the live run's 0.75 on the same window"
    assert not gate.is_granted


def test_noise_does_not_refuse_a_run() -> None:
    assert rules.may_promote(judged(0.744), judged(0.75)).is_granted


def test_more_history_before_the_same_test_window_is_still_the_same_test() -> None:
    earlier = judged(0.75, window=MARCH | {"train_cutoffs": "2025-09-01, 2025-12-01"})
    assert not rules.may_promote(judged(0.70), earlier).is_granted


def test_different_windows_are_not_compared() -> None:
    assert rules.may_promote(judged(0.70, window=APRIL), judged(0.75)).is_granted


def test_windows_that_nobody_stated_are_not_the_same_window() -> None:
    assert rules.may_promote(judged(0.70, window={}), judged(0.75, window={})).is_granted


def test_a_run_without_the_figure_cannot_replace_one_that_has_it() -> None:
    assert not rules.may_promote(judged(None), judged(0.75)).is_granted


def test_rfm_is_a_definition_and_needs_only_enough_data() -> None:
    candidate = rules.Judgement("rfm", "baseline wins", MARCH, {"captured_share": 0.1})
    incumbent = rules.Judgement("rfm", "beats baseline", MARCH, {"captured_share": 0.9})
    assert rules.may_promote(candidate, incumbent) == rules.Promotion(
        is_granted=True, reason="a definition; the data suffice"
    )


def test_what_a_run_serves_is_what_it_is_compared_by() -> None:
    served = rules.judgement(
        "churn", "baseline wins", {"auc": 0.6}, {"metrics": {"auc": 0.7}}, {"window": MARCH}
    )
    assert served.metrics == {"auc": 0.7}
    own = rules.judgement(
        "churn", "beats baseline", {"auc": 0.8}, {"metrics": {"auc": 0.7}}, {"window": MARCH}
    )
    assert own.metrics == {"auc": 0.8}


def test_a_lower_error_is_better_where_lower_is_better() -> None:
    error = rules.Yardstick("mae", is_higher_better=False, noise=0.02)
    assert error.is_worse(1.03, 1.0)
    assert not error.is_worse(0.5, 1.0)


def test_a_day_begins_at_midnight_utc() -> None:
    assert rules.start_of(date(2011, 12, 10)) == datetime(2011, 12, 10, tzinfo=UTC)


@pytest.mark.parametrize(("minutes", "abandoned"), [(29, False), (31, True)])
def test_a_training_is_given_up_after_its_deadline(minutes: int, abandoned: bool) -> None:  # noqa: FBT001
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert rules.is_abandoned(now - timedelta(minutes=minutes), now) is abandoned


def test_an_engine_that_cannot_train_here_says_what_to_do() -> None:
    assert rules.engine_problem("duckdb", has_spark=False) == ""
    assert "PySpark, which is not installed" in rules.engine_problem("spark", has_spark=False)
    assert "--engine duckdb" in rules.engine_problem("spark", has_spark=True)
