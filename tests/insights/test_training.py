import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from ml import artifact
from smartshop.identity.models import Person
from smartshop.insights import frames, rules, training
from smartshop.insights.models import (
    ChurnScore,
    ClusterScore,
    LiveRun,
    SegmentScore,
    TrainingRun,
    ValueScore,
)
from smartshop.insights.operations import runs as recording
from smartshop.insights.queries import runs
from smartshop.kernel.config import Settings
from smartshop.kernel.errors import DomainError
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.insights import histories
from tests.insights.histories import Ledger, Line
from tests.insights.trained import everything, rows, train


def test_every_question_is_trained_judged_kept_and_published(believable: Settings) -> None:
    reports = train(believable, *rules.QUESTIONS)
    assert {report.state for report in reports.values()} == {"promoted"}
    for question, table in recording.SCORES.items():
        report, live = reports[question], runs.live(question)
        assert live is not None
        assert live.code == report.run
        assert {row["run_id"] for row in rows(table)} == {live.id}
        assert report.rows == live.rows == len(rows(table)) > 100
        assert report.metrics
        assert report.baseline["metrics"]
        stored = artifact.load(believable.instance / "models" / question / live.code)
        assert stored.card["data_hash"] == live.card["data_hash"]
    everybody = {row["person_id"] for row in rows(SegmentScore)}
    assert everybody == {row["person_id"] for row in rows(ValueScore)}
    assert everybody == {row["person_id"] for row in rows(ClusterScore)}
    assert {row["person_id"] for row in rows(ChurnScore)} <= everybody


def test_rfm_inputs_equal_an_independent_computation_over_the_tables(believable: Settings) -> None:
    train(believable, "rfm")
    sql = """
        SELECT person_id, COUNT(*) AS orders, SUM(total_minor) AS total, MAX(placed_at) AS last FROM orders
        WHERE person_id IS NOT NULL AND state <> 'cancelled' AND currency = 'GBP' GROUP BY person_id"""
    back = """
        SELECT o.person_id, SUM(r.amount_minor) AS back FROM order_returns r JOIN order_lines l ON l.id = r.order_line_id
        JOIN orders o ON o.id = l.order_id WHERE r.at < '2026-06-01 00:00:00+00:00' GROUP BY o.person_id"""
    with db.engine.connect() as connection:
        people = pd.read_sql(sa.text(sql), connection).set_index("person_id")
        refunds = pd.read_sql(sa.text(back), connection).set_index("person_id")["back"]
    last = pd.to_datetime(people["last"], utc=True, format="ISO8601")
    expected = pd.DataFrame(
        {
            "recency_days": (pd.Timestamp(histories.END) - last).dt.days,
            "orders": people["orders"],
            "revenue_minor": people["total"] - refunds.reindex(people.index).fillna(0),
        }
    ).astype("int64")
    scored = pd.DataFrame(rows(SegmentScore)).set_index("person_id")[list(expected.columns)]
    assert refunds.sum() > 0
    pd.testing.assert_frame_equal(scored.sort_index(), expected.sort_index(), check_dtype=False)


def test_customers_with_the_same_history_get_the_same_scores(believable: Settings) -> None:
    train(believable, *rules.QUESTIONS)
    for table in recording.SCORES.values():
        twins = [{**row, "person_id": 0} for row in rows(table) if row["person_id"] in {1, 2}]
        assert len(twins) in {0, 2}
        assert twins[:1] == twins[1:]
    scored = pd.DataFrame(rows(SegmentScore))
    for name, score in (("recency_days", "r"), ("orders", "f"), ("revenue_minor", "m")):
        assert len(scored[[name, score]].drop_duplicates()) == scored[name].nunique()


def test_training_again_on_the_same_history_publishes_the_same_scores(
    shop: Flask, settings: Settings
) -> None:
    train(settings, *rules.QUESTIONS)
    first = {table: rows(table) for table in recording.SCORES.values()}
    train(settings, *rules.QUESTIONS)
    for table, before in first.items():
        code = runs.live(next(q for q, t in recording.SCORES.items() if t is table))
        assert code is not None
        again = [row for row in rows(table) if row["run_id"] == code.id]
        assert [{**row, "run_id": 0} for row in again] == [{**row, "run_id": 0} for row in before]


def test_predictions_know_nothing_of_what_comes_after_the_moment(shop: Flask, settings: Settings) -> None:
    earlier = histories.END - timedelta(days=60)
    train(settings, *rules.QUESTIONS, as_of=earlier)
    before = {table: [{**row, "run_id": 0} for row in rows(table)] for table in recording.SCORES.values()}
    with unit_of_work():
        db.session.execute(
            sa.text("DELETE FROM orders WHERE placed_at >= :at"), {"at": f"{earlier:%Y-%m-%d %H:%M:%S}"}
        )
    for table in recording.SCORES.values():
        with unit_of_work():
            db.session.execute(sa.delete(table))
    train(settings, *rules.QUESTIONS, as_of=earlier)
    for table, rows_before in before.items():
        assert [{**row, "run_id": 0} for row in rows(table)] == rows_before


def test_an_order_cancelled_since_stood_when_earlier_moments_looked(shop: Flask, settings: Settings) -> None:
    before = train(settings, "rfm")["rfm"]
    cutoff, now = histories.END - timedelta(days=90), histories.END
    only = """
        SELECT MIN(id) FROM orders WHERE person_id IS NOT NULL AND currency = 'GBP' AND state = 'fulfilled'
        GROUP BY person_id HAVING COUNT(*) = 1 AND MAX(placed_at) < :cutoff AND MAX(returned_minor) = 0"""
    orders = list(db.session.scalars(sa.text(only), {"cutoff": f"{cutoff:%Y-%m-%d %H:%M:%S}"}))
    histories.cancel(orders, now - timedelta(days=30))
    after = train(settings, "rfm")["rfm"]
    assert len(orders) > 10
    assert after.rows == before.rows - len(orders)
    assert after.metrics == before.metrics
    assert after.baseline == before.baseline


def test_visits_reach_churn_and_what_it_tells_of_them_is_published(shop: Flask, settings: Settings) -> None:
    histories.write_looks()
    earlier = train(settings, "churn", as_of=histories.END - timedelta(days=14))["churn"]
    assert earlier.is_promoted, earlier.reason
    report = train(settings, "churn")["churn"]
    assert report.is_promoted, report.reason
    assert "not worse than the live run" in report.reason
    live = runs.live("churn")
    assert live is not None
    assert (live.card["visits"]["why"], live.card["visits"]["is_served"]) == ("covered", True)
    told = [reason for row in rows(ChurnScore) for reason in (row["reasons"] or {}).get("told", [])]
    visits = [reason for reason in told if reason["code"] == "visits"]
    assert visits
    assert all(reason["days"] is None or reason["days"] >= 0 for reason in visits)


def test_only_the_live_run_and_the_one_before_it_keep_predictions_and_models(
    shop: Flask, settings: Settings
) -> None:
    codes = [train(settings, "rfm")["rfm"].run for _ in range(3)]
    standing = runs.standings()[0]
    assert standing.live is not None
    assert (standing.live.code, standing.previous) == (codes[2], codes[1])
    assert len({row["run_id"] for row in rows(SegmentScore)}) == 2
    assert {path.name for path in (settings.instance / "models" / "rfm").iterdir()} == set(codes[1:])
    assert len(rows(TrainingRun)) == 3


def test_a_training_that_breaks_leaves_the_old_predictions_and_says_why(
    shop: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(settings, "rfm")
    before = rows(SegmentScore), rows(LiveRun)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(artifact, "save", full)
    report = train(settings, "rfm")["rfm"]
    assert (report.state, report.is_promoted) == ("failed", False)
    assert (rows(SegmentScore), rows(LiveRun)) == before
    last = rows(TrainingRun)[-1]
    assert (last["state"], last["reason"]) == ("failed", "OSError: [Errno 28] No space left on device")
    assert last["finished_at"] is not None


def test_a_publication_that_breaks_half_way_publishes_nothing(
    shop: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(settings, "clv")
    before = rows(ValueScore), rows(LiveRun)
    real = training.score_rows

    def one_bad_row(*arguments: Any) -> list[dict[str, Any]]:
        made = real(*arguments)
        made[-1] |= {"clv_12m_low_minor": 2, "clv_12m_high_minor": 1}
        return made

    monkeypatch.setattr(training, "score_rows", one_bad_row)
    report = train(settings, "clv")["clv"]
    assert report.state == "failed"
    assert "interval_is_ordered" in report.reason
    assert (rows(ValueScore), rows(LiveRun)) == before


def test_a_frame_that_breaks_its_contract_fails_every_question_by_name(
    shop: Flask, settings: Settings
) -> None:
    with unit_of_work():
        db.session.execute(
            sa.text(
                "UPDATE order_lines SET unit_price_minor = -1 WHERE id = (SELECT MIN(id) FROM order_lines)"
            )
        )
    reports = train(settings, "rfm", "churn")
    assert [report.state for report in reports.values()] == ["failed", "failed"]
    assert "column 'unit_price' must be at least 0" in reports["rfm"].reason
    assert not rows(LiveRun)


def test_too_little_data_is_said_with_numbers_and_publishes_nothing(app: Flask, settings: Settings) -> None:
    histories.write_catalog()
    histories.write_people(3)
    ledger = Ledger()
    for person in (1, 2, 3):
        ledger.order(person, histories.END - timedelta(days=5), Line("p1", 1, 1_000))
    ledger.write()
    reports = train(settings, *rules.QUESTIONS)
    assert {report.state for report in reports.values()} == {"insufficient"}
    assert "100 customers (has 3)" in reports["churn"].reason
    assert not any("the last order" in report.reason for report in reports.values())
    assert {row["state"] for row in rows(TrainingRun)} == {"insufficient"}
    assert not any(rows(table) for table in (LiveRun, SegmentScore, ChurnScore, ValueScore))


def test_people_who_left_meanwhile_are_not_scored(
    shop: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = frames.history

    def read_then_lose_a_customer(*arguments: Any, **named: Any) -> frames.History:
        found = real(*arguments, **named)
        with unit_of_work():
            db.session.execute(sa.delete(Person).where(Person.id == 7))
        return found

    monkeypatch.setattr(frames, "history", read_then_lose_a_customer)
    report = train(settings, "rfm")["rfm"]
    assert report.is_promoted
    assert 7 not in {row["person_id"] for row in rows(SegmentScore)}


def test_one_question_is_trained_by_one_process_at_a_time(believable: Settings) -> None:
    held = recording.record_start(question="rfm", as_of=histories.END)
    reports = train(believable, "rfm", "clv")
    assert reports["rfm"].state == "busy"
    assert "is being trained since" in reports["rfm"].reason
    assert reports["clv"].state == "promoted"
    assert [row["code"] for row in rows(TrainingRun) if row["question"] == "rfm"] == [held.code]


@pytest.mark.parametrize(
    "change",
    [
        {"started_at": histories.END - timedelta(days=400)},
        {"card": {"holder": "{host}:4194399:0000"}},
    ],
)
def test_a_training_whose_process_died_makes_room(
    shop: Flask, settings: Settings, change: dict[str, Any]
) -> None:
    import socket

    held = recording.record_start(question="rfm", as_of=histories.END)
    with unit_of_work():
        run = db.session.get_one(TrainingRun, held.id)
        for name, value in change.items():
            named = (
                {"holder": value["holder"].format(host=socket.gethostname()[:50])}
                if name == "card"
                else value
            )
            setattr(run, name, named)
    assert train(settings, "rfm")["rfm"].is_promoted
    abandoned = rows(TrainingRun)[0]
    assert (abandoned["state"], abandoned["reason"].startswith("abandoned by")) == ("failed", True)
    with pytest.raises(recording.RunGivenUp):
        recording.promote(run_id=held.id, outcome=recording.Outcome("promoted", ""), rows=[])


def test_a_training_that_is_interrupted_is_closed(
    shop: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(frames, "history", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train(settings, "rfm")
    assert [(row["state"], row["reason"]) for row in rows(TrainingRun)] == [
        ("failed", "stopped while it was being trained")
    ]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            {"questions": ["rfm", "love"]},
            "There is no question love. Choose from: rfm, churn, clv, clusters.",
        ),
        ({"questions": ["rfm"], "engine": "spark"}, "There is no engine 'spark'. Choose from: duckdb."),
        ({"questions": ["rfm"], "as_of": histories.END + timedelta(days=40_000)}, "is still to come"),
        (
            {"questions": ["rfm"], "as_of": histories.END - timedelta(days=4_000)},
            "the history begins on 2024-",
        ),
    ],
)
def test_what_cannot_be_trained_is_refused_before_anything_is_written(
    shop: Flask, settings: Settings, asked: dict[str, Any], told: str
) -> None:
    with pytest.raises(DomainError, match=told.replace(".", r"\.")):
        training.classroom(settings=settings, **asked)
    assert not any(everything().values())


def test_a_shop_that_sells_in_another_currency_than_its_history_is_told_so(
    app: Flask, settings: Settings
) -> None:
    histories.write_catalog()
    histories.write_people(1)
    ledger = Ledger()
    ledger.order(1, histories.END - timedelta(days=5), Line("p1", 1, 1_000), currency="EUR")
    ledger.write()
    with pytest.raises(training.NothingToLearnFrom, match="orders in GBP, only in EUR"):
        training.classroom(settings=settings, questions=["rfm"])


def test_a_shop_whose_orders_name_nobody_is_told_so(app: Flask, settings: Settings) -> None:
    histories.write_catalog()
    ledger = Ledger()
    for _ in range(2):
        ledger.order(None, histories.END - timedelta(days=5), Line("p1", 1, 1_000))
    ledger.write()
    with pytest.raises(training.NothingToLearnFrom, match="None of the 2 orders says who placed it"):
        training.classroom(settings=settings, questions=["rfm"])


def test_a_history_of_another_time_is_told_from_one_that_is_too_small(
    shop: Flask, settings: Settings
) -> None:
    later = histories.END + timedelta(days=700)
    with time_machine.travel(later):
        reports = train(settings, *rules.QUESTIONS, as_of=later)
    last = f"{runs.history_span('GBP').last_at:%Y-%m-%d}"
    assert {report.state for report in reports.values()} == {"insufficient"}
    for report in reports.values():
        assert f"the last order was placed on {last}: train with --as-of" in report.reason
    assert all(row["card"]["last_order_at"].startswith(last) for row in rows(TrainingRun))


def test_a_shop_says_after_how_many_silent_days_a_customer_has_left(shop: Flask, settings: Settings) -> None:
    assert train(settings.model_copy(update={"churn_horizon_days": 60}), "churn")["churn"].is_promoted
    (card,) = (row["card"] for row in rows(TrainingRun))
    assert card["parameters"]["horizon_days"] == 60
    since = histories.END.replace(tzinfo=None) - timedelta(days=60)
    assert (card["window"]["test_from"], card["window"]["test_until"]) == (
        str(since),
        str(histories.END.replace(tzinfo=None)),
    )


def test_figures_that_are_no_numbers_become_null() -> None:
    odd = {"a": float("nan"), "b": [np.float64("inf"), np.int64(3)], "c": {"d": True, "e": None, "f": "x"}}
    assert training.plain(odd) == {"a": None, "b": [None, 3.0], "c": {"d": True, "e": None, "f": "x"}}
    assert json.dumps(training.plain(odd), allow_nan=False)


def test_models_never_leave_a_half_written_folder_behind(shop: Flask, settings: Settings) -> None:
    train(settings, *rules.QUESTIONS)
    found = [path.name for path in Path(settings.instance / "models").rglob(".*")]
    assert found == []
