"""From which probability on somebody is at risk: by cost, by hand, and every score at once."""

from datetime import UTC, datetime

import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from smartshop.insights import rules
from smartshop.insights.models import ChurnScore
from smartshop.insights.operations import banding, runs
from smartshop.insights.operations.runs import Outcome
from smartshop.insights.queries import churn
from smartshop.insights.queries.bands import live_bands
from smartshop.insights.rules import Bands
from smartshop.insights.training import score_rows
from smartshop.kernel.audit import Actor, AuditRecord
from smartshop.kernel.errors import Invalid
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests import factories
from tests.insights import scored_shop

ADMIN = Actor(None, "admin@example.org")
PROBABILITIES = (0.1, 0.2, 0.45, 0.5, 0.7, 0.9)


@given(cost=st.integers(1, 10_000), value=st.integers(100, 1_000_000), success=st.floats(0.01, 1.0))
def test_above_the_band_by_cost_an_offer_keeps_more_than_it_costs_and_below_it_does_not(
    cost: int, value: int, success: float
) -> None:
    try:
        bands = rules.bands_by_cost(offer_cost_minor=cost, value_lost_minor=value, success_share=success)
    except Invalid:
        assert cost >= 0.99 * value * success * (1 - 1e-12)
        return
    assert 0 < bands.medium_from <= bands.high_above < 1
    assert (bands.high_above + 0.001) * success * value > cost
    if bands.high_above > rules.LOWEST_BAND:
        assert (bands.high_above - 0.001) * success * value < cost


@pytest.mark.parametrize(
    ("cost", "value", "success", "field"),
    [
        (-1, 100, 0.5, "offer_cost"),
        (5, -1, 0.5, "value_lost"),
        (5, 100, 0.0, "success"),
        (5, 100, 1.5, "success"),
    ],
)
def test_costs_that_make_no_sense_are_refused_by_field(
    cost: int, value: int, success: float, field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        rules.bands_by_cost(offer_cost_minor=cost, value_lost_minor=value, success_share=success)
    assert set(refusal.value.fields) == {field}


def test_an_offer_that_never_pays_is_refused_with_the_reason() -> None:
    with pytest.raises(Invalid, match="never pays"):
        rules.bands_by_cost(offer_cost_minor=60, value_lost_minor=100, success_share=0.5)


@pytest.mark.parametrize(
    ("medium", "high", "field"),
    [
        (0.5, 0.4, "medium_from"),
        (0.0, 0.4, "medium_from"),
        (0.3, 1.0, "high_above"),
        (-0.01, 0.5, "medium_from"),
    ],
)
def test_bands_by_hand_that_cannot_be_are_refused_by_field(medium: float, high: float, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        rules.bands_by_hand(medium_from=medium, high_above=high)
    assert set(refusal.value.fields) == {field}


def scored() -> list[int]:
    people = [factories.make_person(email=f"p{number}@example.org") for number in range(len(PROBABILITIES))]
    run_id = scored_shop.begin_run("churn")
    with unit_of_work():
        db.session.add_all(
            ChurnScore(run_id=run_id, person_id=each, probability=probability, risk="low")
            for each, probability in zip(people, PROBABILITIES, strict=True)
        )
    return people


def bands_found() -> list[str]:
    return list(db.session.scalars(sa.select(ChurnScore.risk).order_by(ChurnScore.probability)))


@pytest.mark.usefixtures("any_app")
def test_setting_the_bands_moves_every_score_at_once_and_says_who_did_it() -> None:
    scored()
    banding.set_bands(bands=Bands(0.2, 0.5), actor=ADMIN)
    assert bands_found() == ["low", "medium", "medium", "medium", "high", "high"]
    assert [(row.risk, row.customers) for row in churn.risks()] == [("high", 2), ("medium", 3), ("low", 1)]
    banding.set_bands(bands=rules.bands_by_hand(medium_from=0.6, high_above=0.8), actor=ADMIN)
    assert bands_found() == ["low"] * 4 + ["medium", "high"]
    assert live_bands() == Bands(0.6, 0.8)
    records = db.session.scalars(sa.select(AuditRecord).order_by(AuditRecord.id)).all()
    assert [each.action for each in records] == ["churn.bands_set"] * 2
    assert records[1].before["high_above"] == 0.5
    assert records[1].after["high_above"] == 0.8


@pytest.mark.usefixtures("any_app")
def test_what_is_published_later_falls_into_the_bands_that_were_set() -> None:
    people = scored()
    banding.set_bands(bands=Bands(0.6, 0.8), actor=ADMIN)
    scores = pd.DataFrame(
        {
            "customer_id": people[:2], "churn_probability": [0.7, 0.95], "churn_risk": ["high", "high"],
            "recency_days": [74.0, 3.0], "usual_gap_days": [21.0, float("nan")], "is_overdue": [True, False],
            "reasons": [
                [{"code": "waiting", "effect": 0.1, "days": 74.0, "gap": 21.0},
                 {"code": "spend", "effect": -0.05, "average": 12.5, "revenue": 100.0}],
                None,
            ],
        }
    )  # fmt: skip
    started = runs.record_start(question="churn", as_of=datetime(2026, 6, 1, tzinfo=UTC))
    rows = score_rows("churn", scores, "GBP")
    runs.promote(run_id=started.id, outcome=Outcome("promoted", "it is better"), rows=rows)
    rows_kept = db.session.execute(
        sa.select(ChurnScore.person_id, ChurnScore.risk).where(ChurnScore.run_id == started.id)
    )
    found = {person_id: risk for person_id, risk in rows_kept}  # noqa: C416 - a Row is no pair to dict()
    assert found == {people[0]: "medium", people[1]: "high"}
    why = churn.why(people)
    assert (why[people[0]].recency_days, why[people[0]].usual_gap_days, why[people[0]].is_overdue) == (
        74,
        21.0,
        True,
    )
    assert [each["code"] for each in why[people[0]].told] == ["waiting", "spend"]
    assert why[people[0]].told[1]["average"] == 1250
    assert why[people[1]].usual_gap_days is None
    assert why[people[1]].told == ()


@pytest.mark.usefixtures("app")
def test_without_bands_of_its_own_a_shop_has_thirds() -> None:
    assert live_bands() == Bands(0.33, 0.66)
