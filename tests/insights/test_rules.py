from datetime import UTC, date, datetime, timedelta

import pytest

from smartshop.insights import rules


def beside(low: float, high: float) -> rules.Comparison:
    return rules.Comparison("churn-7", "auc", 0.70, 0.75, -0.05, low, high, 1_204)


def test_a_first_run_that_beats_its_baseline_is_promoted() -> None:
    gate = rules.may_promote("churn", "beats baseline", None)
    assert gate == rules.Promotion(is_granted=True, reason="beats its baseline")


def test_a_run_whose_baseline_won_is_promoted_with_the_baselines_scores() -> None:
    gate = rules.may_promote("churn", "baseline wins", None)
    assert gate == rules.Promotion(is_granted=True, reason="the baseline won, and its scores are served")


def test_a_run_without_enough_data_is_not_promoted() -> None:
    assert not rules.may_promote("churn", "not enough data", None).is_granted


def test_a_run_worse_than_the_live_one_is_refused_and_says_by_how_much() -> None:
    gate = rules.may_promote("churn", "beats baseline", beside(-0.08, -0.02))
    assert gate.reason == (
        "worse than the live run churn-7: auc 0.7000 against 0.7500 on the same 1204 customers, a difference of"
        " -0.0500 (95 % interval -0.0800 to -0.0200)"
    )
    assert not gate.is_granted


@pytest.mark.parametrize("verdict", ["beats baseline", "baseline wins"])
def test_a_difference_that_may_be_chance_does_not_refuse_a_run(verdict: str) -> None:
    gate = rules.may_promote("churn", verdict, beside(-0.12, 0.0))
    assert gate.is_granted
    assert gate.reason.endswith("; not worse than the live run churn-7 (auc 0.7000 against 0.7500)")


def test_a_run_that_cannot_be_compared_is_promoted_and_says_why_it_was_not() -> None:
    gate = rules.may_promote("churn", "beats baseline", rules.Uncompared("it kept no test"))
    assert gate.is_granted
    assert gate.reason == "beats its baseline; not compared with the live run: it kept no test"


def test_rfm_is_a_definition_and_needs_only_enough_data() -> None:
    gate = rules.may_promote("rfm", "baseline wins", None)
    assert gate == rules.Promotion(is_granted=True, reason="a definition; the data suffice")


def test_a_day_begins_at_midnight_utc() -> None:
    assert rules.start_of(date(2011, 12, 10)) == datetime(2011, 12, 10, tzinfo=UTC)


@pytest.mark.parametrize(("minutes", "abandoned"), [(29, False), (31, True)])
def test_a_training_is_given_up_after_its_deadline(minutes: int, abandoned: bool) -> None:  # noqa: FBT001
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert rules.is_abandoned(now - timedelta(minutes=minutes), now) is abandoned
