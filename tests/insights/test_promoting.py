from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from smartshop.insights import judging, rules
from smartshop.insights.models import ChurnScore, LiveRun, SegmentScore, TrainingRun
from smartshop.insights.operations import runs as recording
from smartshop.insights.queries import runs
from smartshop.kernel import audit
from smartshop.kernel.config import Settings
from smartshop.kernel.errors import NotFound
from tests.insights import histories
from tests.insights.trained import everything, rows, train

ADMIN = audit.Actor(None, "an admin")


ROWS: dict[str, dict[str, Any]] = {
    "rfm": {"recency_days": 1, "orders": 2, "revenue_minor": 3, "r": 1, "f": 2, "m": 3, "segment": "Lost"},
    "churn": {"probability": 0.5, "risk": "medium"},
    "clv": {
        "clv_historic_minor": 1, "clv_12m_minor": 2, "clv_12m_low_minor": 1, "clv_12m_high_minor": 3,
        "expected_orders_12m": 1.0, "p_alive": 1.0, "next_order_at": None,
    },
    "clusters": {"cluster": "Regulars"},
}  # fmt: skip


def test_a_run_worse_than_the_live_one_is_refused_and_recorded(
    shop: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    worse = rules.Comparison("churn-live", "auc", 0.70, 0.75, -0.05, -0.08, -0.02, 231)
    train(settings, "churn")
    monkeypatch.setattr(judging, "beside_live", lambda *_: worse)
    before = rows(ChurnScore), rows(LiveRun)
    report = train(settings, "churn")["churn"]
    assert report.state == "refused"
    assert report.reason == f"worse than the live run churn-live: {worse.in_words}"
    assert (rows(ChurnScore), rows(LiveRun)) == before
    recorded = rows(TrainingRun)
    assert [row["state"] for row in recorded] == ["promoted", "refused"]
    assert recorded[-1]["card"]["comparison"]["customers"] == 231


def test_a_later_run_is_held_against_the_live_one_on_its_own_window(shop: Flask, settings: Settings) -> None:
    first = train(settings, "churn", as_of=histories.END - timedelta(days=30))["churn"]
    second = train(settings, "churn")["churn"]
    beside = rows(TrainingRun)[-1]["card"]["comparison"]
    assert beside["live"] == first.run
    assert beside["customers"] > 100
    assert beside["low"] <= beside["difference"] <= beside["high"]
    assert second.is_promoted == (beside["high"] >= 0)


def test_a_run_is_held_against_the_promoted_one_of_a_month_ago_else_the_oldest(
    shop: Flask, settings: Settings
) -> None:
    days = (60, 35, 2)
    codes = [train(settings, "rfm", as_of=histories.END - timedelta(days=day))["rfm"].run for day in days]
    train(settings, "rfm")
    cards = [row["card"] for row in rows(TrainingRun)]
    assert cards[0]["drift"] == {}
    assert [card["drift"]["since"] for card in cards[1:]] == [codes[0], codes[1], codes[1]]
    watched = {(each["kind"], each["name"]) for each in cards[-1]["drift"]["columns"]}
    assert {("scores", "recency_days"), ("scores", "orders"), ("scores", "revenue")} <= watched


def test_rolling_back_serves_the_previous_run_and_is_on_record(believable: Settings) -> None:
    first, second = (train(believable, "rfm")["rfm"].run for _ in range(2))
    assert recording.roll_back(question="rfm", actor=ADMIN, reason="odd segments") == first
    live = runs.live("rfm")
    assert live is not None
    assert live.code == first
    kept = [row for row in rows(SegmentScore) if row["run_id"] == live.id]
    assert len(kept) == live.rows
    record = rows(audit.AuditRecord)[-1]
    assert (record["action"], record["actor_label"], record["reason"]) == (
        "model.rolled_back",
        "an admin",
        "odd segments",
    )
    assert (record["before"], record["after"]) == ({"run": second}, {"run": first})


@pytest.mark.parametrize("question", rules.QUESTIONS)
def test_every_question_goes_back_to_the_scores_of_the_run_before(any_app: Flask, question: str) -> None:
    histories.write_people(3)
    started = []
    for people in ((1, 2), (1, 2, 3)):
        run = recording.record_start(question=question, as_of=histories.END)
        started.append(run)
        scores = [{**ROWS[question], "person_id": person} for person in people]
        recording.promote(run_id=run.id, outcome=recording.Outcome("promoted", ""), rows=scores)
    assert recording.roll_back(question=question, actor=ADMIN) == started[0].code
    live = runs.live(question)
    assert live is not None
    served = [row["person_id"] for row in rows(recording.SCORES[question]) if row["run_id"] == live.id]
    assert (live.code, served) == (started[0].code, [1, 2])
    with pytest.raises(recording.NoPreviousRun):
        recording.roll_back(question=question, actor=ADMIN)


def test_there_is_nothing_before_the_first_run_to_roll_back_to(shop: Flask, settings: Settings) -> None:
    with pytest.raises(NotFound, match="Train it first: flask ml train rfm"):
        recording.roll_back(question="rfm", actor=ADMIN)
    train(settings, "rfm")
    before = everything()
    with pytest.raises(recording.NoPreviousRun, match="no run before"):
        recording.roll_back(question="rfm", actor=ADMIN)
    assert everything() == before
