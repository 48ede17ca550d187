import json
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from structlog.testing import capture_logs

from ml.results import TrainingResult
from smartshop.insights import training, watching
from tests.insights import earlier_runs
from tests.insights.earlier_runs import TODAY, foreseen, outcomes

A_MONTH_AGO = TODAY - timedelta(days=30)


def run(*, seed: int, revenue: float = 1.0, churned: float = 0.0, **more: Any) -> TrainingResult:
    """A run of 600 customers; ``revenue`` multiplies what they spent, ``churned`` is added to their chance to leave."""
    rng = np.random.default_rng(seed)
    people = outcomes(600, seed=seed)
    people["actual"] = (rng.random(600) < people["chance"] + churned).astype(float)
    inputs = pd.DataFrame(
        {
            "customer_id": people["customer_id"],
            "revenue": revenue * rng.lognormal(5, 1.5, 600),
            "orders": rng.geometric(0.4, 600),
            "visits_90": 0.0,
        }
    )
    return earlier_runs.result(foreseen(people, blur=0.1, seed=seed), inputs=inputs, **more)


def before(made: TrainingResult) -> Any:
    """The run as it comes back from the database."""
    kept = json.loads(json.dumps(training.plain(watching.distributions(made))))
    return earlier_runs.recorded(made, "churn-before", distributions=kept)


def drifted(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["kind"], each["name"]) for each in found["columns"] if each["is_drifted"]]


def test_customers_who_are_as_they_were_raise_no_alarm() -> None:
    with capture_logs() as logs:
        found = watching.since(run(seed=1), before(run(seed=2, as_of=A_MONTH_AGO)))
    assert drifted(found) == []
    assert logs == []
    assert found["since"] == "churn-before"
    assert found["as_of"] == A_MONTH_AGO.isoformat()
    assert {(each["kind"], each["name"]) for each in found["columns"]} == {
        ("inputs", "revenue"),
        ("inputs", "orders"),
        ("inputs", "visits_90"),
        ("scores", "churn_probability"),
        ("outcome", "actual"),
    }


def test_revenue_that_doubled_is_told_apart_from_scores_and_outcome_and_is_logged() -> None:
    with capture_logs() as logs:
        found = watching.since(run(seed=1, revenue=2), before(run(seed=2, as_of=A_MONTH_AGO)))
    assert drifted(found) == [("inputs", "revenue")]
    first = found["columns"][0]
    assert first["psi"] > first["threshold"] >= 0.1
    assert first["median_now"] / first["median_before"] == pytest.approx(2, rel=0.2)
    assert [(each["event"], each["log_level"], each["columns"]) for each in logs] == [
        ("drifted", "warning", ["inputs.revenue"])
    ]


def test_an_outcome_that_changed_while_the_customers_did_not_is_told_as_such() -> None:
    found = watching.since(run(seed=1, churned=0.35), before(run(seed=2, as_of=A_MONTH_AGO)))
    assert drifted(found) == [("outcome", "actual")]
    first = found["columns"][0]
    assert first["mean_now"] - first["mean_before"] == pytest.approx(0.3, abs=0.07)


def test_without_an_earlier_run_that_kept_how_it_was_there_is_nothing_to_tell() -> None:
    assert watching.since(run(seed=1), None) == {}
    assert watching.since(run(seed=1), earlier_runs.recorded(run(seed=2))) == {}


def test_what_is_told_fits_into_a_card() -> None:
    found = watching.since(run(seed=1), before(run(seed=2)))
    assert json.dumps(training.plain(found), allow_nan=False)
