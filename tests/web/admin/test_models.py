"""The page of a training run: what it says in each state, and that it says it with the run's own numbers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from markupsafe import escape

from smartshop.identity.rules.roles import Role
from smartshop.insights.models import LiveRun, TrainingRun
from smartshop.insights.operations import runs as operations
from smartshop.insights.queries.freshness import Freshness
from smartshop.kernel.audit import Actor, AuditRecord
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.web.admin import run_words, wording
from tests.browser_client import ShopClient
from tests.insights import scored_shop
from tests.row_counts import nothing_changes
from tests.web.admin.conftest import Enter

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
MOVED = {
    "kind": "inputs", "name": "revenue", "psi": 0.213, "threshold": 0.1, "is_drifted": True, "mean_before": 90.0,
    "mean_now": 180.0, "median_before": 70.0, "median_now": 140.0, "spread_before": 1.0, "spread_now": 2.0,
}  # fmt: skip
LEVEL = MOVED | {
    "kind": "outcome", "name": "actual", "psi": 0.004, "is_drifted": False, "mean_before": 0.31, "mean_now": 0.32,
    "median_before": 0.0, "median_now": 0.0,
}  # fmt: skip
BESIDE = {
    "live": "churn-old", "metric": "auc", "value": 0.70, "live_value": 0.75, "difference": -0.05, "low": -0.08,
    "high": -0.02, "customers": 1204,
}  # fmt: skip
CARD: dict[str, Any] = {
    "served": "random forest",
    "as_of": AS_OF.isoformat(),
    "window": {"train_cutoffs": "2025-12-01", "test_from": "2026-03-03", "test_until": "2026-06-01"},
    "data_rows": 13609,
    "data_hash": "a" * 64,
    "code_revision": "b4869040758594b7",
    "seed": 0,
    "intervals": {"auc": [0.7613, 0.7411, 0.7799]},
    "calibration": [
        {"predicted": 0.1 * index, "actual": 0.1 * index + 0.05, "customers": 60.0} for index in range(10)
    ],
    "sufficiency": {"customers": {"need": 100, "have": 1485}},
    "distributions": {"scores.churn_probability": {}},
    "drift": {"since": "churn-old", "as_of": AS_OF.isoformat(), "level": 0.0125, "columns": [MOVED, LEVEL]},
    "comparison": {},
}


def record(
    code: str,
    *,
    state: str = "promoted",
    is_live: bool = False,
    card: dict[str, Any] | None = None,
    **facts: Any,
) -> None:
    given = {
        "verdict": "beats baseline",
        "reason": "beats its baseline",
        "metrics": {"auc": 0.76},
        "baseline": {"name": "recency alone", "metrics": {"auc": 0.71}},
    } | facts
    with unit_of_work():
        run = TrainingRun(
            code=code, question="churn", state=state, as_of=AS_OF, started_at=AS_OF,
            finished_at=AS_OF + timedelta(seconds=4), rows=1255, card=CARD if card is None else card, **given,
        )  # fmt: skip
        db.session.add(run)
        db.session.flush()
        if is_live:
            db.session.add(LiveRun(question="churn", run_id=run.id, promoted_at=AS_OF))


def page_of(client: ShopClient, address: str = "/admin/models/churn") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.text.split())


def test_a_live_run_says_how_sure_it_is_what_drifted_and_what_it_was_made_from(admin: ShopClient) -> None:
    record("churn-new", is_live=True)
    page = page_of(admin)
    for told in (
        "Churn risk: “Random forest” beats the baseline and is live",
        "0.741 to 0.780",
        "Its probabilities are off by 5.0% on average",
        "Spent so far has drifted",
        "median 70 → 140 (+100%)",
        "mean 0.310 → 0.320",
        "There is enough data to judge it",
        "13,609",
        "b4869040758594b7",
        "The test window was over before the training day",
        "3 Mar 2026 to 1 Jun 2026",
    ):
        assert told in page, told
    assert "Spent so far has drifted" in page_of(admin, "/admin/models")


def test_methods_are_shown_with_their_bounds_and_a_list_of_other_things_is_not(admin: ShopClient) -> None:
    measured = {"auc": {"value": 0.7331, "low": 0.7147, "high": 0.7464}}
    record("churn-new", is_live=True, card=CARD | {"candidates": {"BG/NBD alone": measured}})
    page = page_of(admin)
    assert "Every method, on the same customers" in page
    assert "0.715 to 0.746" in page
    record("churn-groups", state="refused", card=CARD | {"candidates": [{"k": 4, "silhouette": 0.3}]})
    assert "Every method" not in page_of(admin, "/admin/models/churn?run=churn-groups")


@pytest.mark.parametrize(
    ("count", "says"),
    [(1255, "for everyone scored"), (1000, "for 1,000 of them, the most revenue at risk first")],
)
def test_a_run_says_for_whom_reasons_were_worked_out(admin: ShopClient, count: int, says: str) -> None:
    record("churn-new", is_live=True, card=CARD | {"explained": count})
    assert says in admin.get("/admin/models/churn").text


@pytest.mark.parametrize(
    ("visits", "says"),
    [
        ({"why": "no events", "is_served": False}, "Not read: there are none of signed-in customers."),
        ({"why": "covered", "is_served": True}, "Read: they cover every window, and helped on earlier ones."),
        ({"why": "covered", "is_served": False}, "but what reads them was not the best there."),
        (
            {"why": "too few", "is_served": False, "customers": {"need": 100, "have": 12}},
            "of 100 customers who must have looked around before every window there were 12.",
        ),
        (
            {"why": "too uneven", "is_served": False, "evenness": {"need": 0.5, "have": 0.21}},
            "was 21% of that before another; at least 50% are needed.",
        ),
    ],
)
def test_a_run_says_whether_it_reads_visits_and_why(
    admin: ShopClient, visits: dict[str, Any], says: str
) -> None:
    record("churn-new", is_live=True, card=CARD | {"visits": visits})
    assert says in page_of(admin)
    record("churn-old", card=CARD)
    assert "Not read" not in page_of(admin, "/admin/models/churn?run=churn-old")


@pytest.mark.parametrize(
    ("level", "says"),
    [
        (
            {"is_carried": False, "is_of_year_before": True},
            "habits and the season say, corrected by how far they were off in the same weeks a year before.",
        ),
        (
            {"is_carried": True, "is_of_year_before": False},
            "corrected by how far they were off in the last window.",
        ),
        ({"is_carried": False, "is_of_year_before": False}, "what habits and the season say, uncorrected."),
        ({"is_carried": False}, "what habits and the season say, uncorrected."),
    ],
)
def test_a_run_says_how_many_it_foresees_to_leave_and_what_that_rests_on(
    admin: ShopClient, level: dict[str, Any], says: str
) -> None:
    record("churn-new", is_live=True, card=CARD | {"level": {"share": 0.6352} | level})
    page = page_of(admin)
    assert "<dt>Foreseen to leave</dt><dd>64% of those scored: " in page
    assert says in page
    record("churn-old", card=CARD)
    assert "Foreseen to leave" not in page_of(admin, "/admin/models/churn?run=churn-old")


def test_what_is_watched_and_checked_is_called_by_its_name(admin: ShopClient) -> None:
    guard = {"checked_at": "2025-12-01", "rows": 900, "strongest_input": "expected_purchases", "its_auc": 0.8}
    young = MOVED | {"name": "age"}
    drift = CARD["drift"] | {"columns": [young, *([LEVEL] * 13)]}
    record("churn-new", is_live=True, card=CARD | {"guard": guard, "drift": drift})
    page = page_of(admin)
    assert "the strongest, orders that BG/NBD expects, ranks with an AUC of 0.800" in page
    assert "Days since the first purchase has drifted" in page
    assert "2 more columns moved less." in page


def test_bounds_are_no_metrics_of_their_own(admin: ShopClient) -> None:
    figures = {"auc": 0.7, "auc_low": 0.65, "auc_high": 0.75}
    record("churn-new", is_live=True, metrics=figures, baseline={"name": "recency alone", "metrics": figures})
    for address in ("/admin/models", "/admin/models/churn"):
        assert "auc low" not in page_of(admin, address)


def test_drift_that_the_median_does_not_show_is_told_by_what_does(admin: ShopClient) -> None:
    wider = MOVED | {"median_now": 71.0, "mean_now": 95.0, "spread_before": 40.0, "spread_now": 80.0}
    record("churn-new", is_live=True, card=CARD | {"drift": CARD["drift"] | {"columns": [wider]}})
    assert "spread 40 → 80 (+100%)" in page_of(admin)


def test_a_refused_run_says_by_how_much_it_is_worse_and_the_live_one_points_to_it(admin: ShopClient) -> None:
    record("churn-old", is_live=True)
    reason = "worse than the live run churn-old: auc 0.7000 against 0.7500 on the same 1204 customers"
    record("churn-worse", state="refused", reason=reason, card=CARD | {"comparison": BESIDE})
    page = page_of(admin, "/admin/models/churn?run=churn-worse")
    assert "Churn risk: not served, because the live run does better" in page
    assert (
        "Worse than churn-old on the same 1,204 customers: Ranking (AUC) 0.700 against 0.750 (difference between"
        " −0.080 and −0.020, 95 in 100 times)."
    ) in page
    assert "The latest training, churn-worse, is not served: Worse than churn-old on the same" in page_of(
        admin
    )
    assert "Worse than the run that was live" in page_of(admin)


@pytest.mark.parametrize(
    ("beside", "told"),
    [
        (BESIDE | {"low": 0.01, "high": 0.06}, "Better than churn-old on the same 1,204 customers"),
        (BESIDE | {"low": -0.06, "high": 0.01}, "As good as churn-old on the same 1,204 customers"),
        ({"why": "it kept no test"}, "It could not be compared with the live run: it kept no test."),
    ],
)
def test_a_promoted_run_says_how_it_stands_beside_the_one_before(
    admin: ShopClient, beside: dict[str, Any], told: str
) -> None:
    record("churn-new", is_live=True, card=CARD | {"comparison": beside})
    assert told in page_of(admin)


def test_a_baseline_that_won_is_said_to_answer(admin: ShopClient) -> None:
    record("churn-new", is_live=True, verdict="baseline wins", card=CARD | {"served": "recency alone"})
    page = page_of(admin)
    assert "Churn risk: no model beats “Recency alone”, so it answers" in page
    assert "No model did better than the baseline on a later window" in page


def test_too_little_data_says_what_is_missing_on_both_pages(admin: ShopClient) -> None:
    lacking = {
        "customers": {"need": 500.0, "have": 312.0},
        "days of history": {"need": 180.0, "have": 95.0},
        "orders": {"need": 1.0, "have": 400.0},
    }
    record(
        "churn-few", state="insufficient", verdict="not enough data", metrics={}, baseline={},
        reason="needs 500 customers (has 312), 180 days of history (has 95)", card={"sufficiency": lacking},
    )  # fmt: skip
    page = page_of(admin)
    assert "Churn risk: there is not enough to learn from yet" in page
    assert "It still needs 500 customers (has 312), 180 days of history (has 95)" in page
    assert page.count("Too little") >= 2
    assert "Answers with" not in page
    assert "Too little" in page_of(admin, "/admin/models")


def test_a_history_of_another_time_is_told_beside_what_is_missing(admin: ShopClient) -> None:
    lacking = {"customers active before the test window": {"need": 100.0, "have": 0.0}}
    long_ago = {"sufficiency": lacking, "last_order_at": "2011-12-09T12:50:00+00:00"}
    record(
        "churn-late", state="insufficient", verdict="not enough data", metrics={}, baseline={},
        reason="needs 100 customers active before the test window (has 0)", card=long_ago,
    )  # fmt: skip
    assert "The last order was placed on 9 Dec 2011" in page_of(admin)


def test_a_run_that_failed_says_why(admin: ShopClient) -> None:
    record(
        "churn-broken",
        state="failed",
        verdict="failed",
        reason="the disk is full",
        card={},
        metrics={},
        baseline={},
    )
    page = page_of(admin)
    assert "Churn risk: this training failed" in page
    assert "The disk is full" in page


def test_a_question_without_runs_says_what_to_run(admin: ShopClient) -> None:
    page = page_of(admin)
    assert "Churn risk: nothing has been trained yet" in page
    assert str(escape("flask ml train churn")) in page


@pytest.mark.parametrize("address", ["/admin/models/life", "/admin/models/churn?run=nobody"])
def test_what_there_is_not_is_not_found(admin: ShopClient, address: str) -> None:
    scored_shop.begin_run("churn", code="churn-1")
    assert admin.get(address).status_code == 404


def test_an_older_card_without_these_facts_still_has_its_page(admin: ShopClient) -> None:
    scored_shop.begin_run("churn", code="churn-1")
    page = page_of(admin)
    assert "0.800" in page
    assert "churn-1" in page


def test_only_who_may_manage_models_is_offered_to_go_back(enter: Enter) -> None:
    for code in ("churn-first", "churn-second"):
        scored_shop.begin_run("churn", code=code)
    assert "/rollback" in page_of(enter(Role.ADMIN))
    assert "/rollback" not in page_of(enter(Role.ANALYST))


@pytest.mark.usefixtures("admin")
def test_what_is_kept_as_codes_is_told_in_words() -> None:
    assert run_words.method("k-means") == "K-Means"
    assert run_words.method("Pareto/NBD and Gamma-Gamma") == "Pareto/NBD and Gamma-Gamma"
    assert run_words.method("random forest with visits") == "Random forest with visits"
    assert run_words.method(None) is None
    paid = "customers who came back and paid in the last 90 days"
    assert run_words.need(paid) == paid
    assert run_words.need("stable numbers of clusters") == "stable numbers of groups"
    assert run_words.need("something new") == "something new"
    assert run_words.days("2026-01-02, 2026-02-01") == "2 Jan 2026, 1 Feb 2026"
    assert run_words.span("2026-01-02 00:00:00", "") == "2 Jan 2026 to "


def test_a_list_of_runs_says_what_became_of_each(admin: ShopClient) -> None:
    record("churn-won")
    record("churn-lost", verdict="baseline wins")
    record("churn-back", reason="rolled back by Ada: it erred")
    record("churn-few", state="insufficient", card={}, reason="needs 500 customers (has 312)")
    record("churn-broken", state="failed", card={}, reason="the disk is full")
    page = page_of(admin, "/admin/models")
    for told in (
        "Beats its baseline", "The baseline won, and its scores are served", "Rolled back by Ada: it erred",
        "The data do not suffice yet", "The disk is full",
    ):  # fmt: skip
        assert f"<td>{told}</td>" in page


def test_a_held_run_is_told_and_released(admin: ShopClient) -> None:
    for code in ("churn-first", "churn-second"):
        scored_shop.begin_run("churn", code=code)
    page_of(admin)
    admin.submit("/admin/models/churn/rollback")
    held = {"run": "churn-first", "since": "2026-06-02T03:04:00+00:00"}
    record("churn-third", state="refused", card={**CARD, "held": held}, reason="held back: churn-first")
    for address in ("/admin/models", "/admin/models/churn"):
        page = page_of(admin, address)
        assert "churn-first is held by admin@example.org since" in page
        assert "It passed, but churn-first is held since 2 Jun 2026, 03:04 UTC and serves." in page
        assert "Passed, but the live run is held" in page
        assert 'action="/admin/models/churn/release"' in page
    assert "not served, because the live run is held" in page_of(admin, "/admin/models/churn?run=churn-third")
    assert "/release" not in page_of(admin, "/admin/models/rfm")
    page_of(admin)
    answer = admin.submit("/admin/models/churn/release")
    assert "churn-first is released: the next training that passes replaces it." in answer.text
    assert "is held by" not in answer.text
    record_ = db.session.scalars(sa.select(AuditRecord).where(AuditRecord.action == "model.released")).one()
    assert (record_.actor_label, record_.before["held"]) == ("admin@example.org", "churn-first")


def test_stale_scores_that_are_held_do_not_ask_for_a_training(admin: ShopClient) -> None:
    admin.get("/admin/models")
    old = Freshness("churn", "churn-1", AS_OF, "", is_stale=True, last_state="refused", problem="")
    assert "flask ml train" in wording.stale(old)
    told = wording.stale(replace(old, is_held=True))
    assert "until they are released" in told
    assert "flask ml train" not in told


def test_releasing_what_is_not_held_changes_nothing(admin: ShopClient) -> None:
    scored_shop.begin_run("churn", code="churn-only")
    with nothing_changes():
        answer = admin.post("/admin/models/churn/release")
    assert "churn-only is not held" in answer.text
    with nothing_changes():
        assert admin.post("/admin/models/life/release").status_code == 404
        assert admin.post("/admin/models/clv/release").status_code == 404


def test_an_analyst_sees_that_a_run_is_held_but_cannot_release_it(enter: Enter) -> None:
    for code in ("churn-first", "churn-second"):
        scored_shop.begin_run("churn", code=code)
    operations.roll_back(question="churn", actor=Actor(None, "Ada"))
    analyst = enter(Role.ANALYST)
    for address in ("/admin/models", "/admin/models/churn"):
        page = page_of(analyst, address)
        assert "churn-first is held by Ada since" in page
        assert "/release" not in page
    with nothing_changes():
        assert analyst.post("/admin/models/churn/release").status_code == 403
