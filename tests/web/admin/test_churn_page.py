"""The page of churn risk: how right it was, why customers may leave, and the bands that an admin sets."""

import pytest
import sqlalchemy as sa

from smartshop.identity.rules.roles import Role
from smartshop.insights.models import ChurnScore, LiveRun, TrainingRun
from smartshop.insights.queries.bands import live_bands
from smartshop.insights.queries.churn import ProbabilityBand, Why
from smartshop.insights.rules import Bands
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.web.admin import churn_charts, reasons
from tests.browser_client import ShopClient
from tests.row_counts import nothing_changes
from tests.web.admin.conftest import Enter

WAITING = {"code": "waiting", "effect": 0.12, "days": 74.0, "gap": 21.0}
SPEND = {"code": "spend", "effect": -0.04, "average": 1250, "revenue": 20_000}
GROUPS = [{"predicted": 0.1 * n, "actual": 0.1 * n + 0.05, "customers": 10.0} for n in range(10)]


def explain(people: list[int]) -> int:
    """Give the live run a calibration and an importance, and its likeliest leaver reasons; returns that person."""
    with unit_of_work():
        pointer = db.session.get_one(LiveRun, "churn")
        run = db.session.get_one(TrainingRun, pointer.run_id)
        run.card = {**run.card, "calibration": GROUPS, "importance": {"spend": 0.01, "waiting": 0.03}}
        first = db.session.scalars(
            sa.select(ChurnScore)
            .where(ChurnScore.run_id == pointer.run_id, ChurnScore.person_id.in_(people))
            .order_by(ChurnScore.probability.desc())
        ).first()
        assert first is not None
        first.recency_days, first.usual_gap_days, first.is_overdue = 74, 21.0, True
        first.reasons = {"told": [WAITING, SPEND]}
        return first.person_id


def test_a_customer_s_page_says_why_they_may_leave(admin: ShopClient, people: list[int]) -> None:
    person_id = explain(people)
    page = admin.get(f"/admin/customers/{person_id}").text
    assert "Last order 74 days ago; usually orders every 21 days" in page
    assert "Spends £12.50 an order, £200.00 in all" in page
    assert "Overdue: 3.5 times their usual gap has passed." in page
    assert page.index("(speaks for leaving)") < page.index("(speaks for staying)")


def test_the_churn_page_shows_how_right_it_was_and_what_it_goes_by(
    admin: ShopClient, people: list[int]
) -> None:
    explain(people)
    page = admin.get("/admin/churn").text
    assert "More left than was foreseen: 50% against 45%" in page
    assert "When they last ordered moves the probability most" in page
    assert "75.0%" in page


def test_bands_by_cost_move_everybody_and_are_shown(admin: ShopClient, people: list[int]) -> None:
    admin.get("/admin/churn")
    answer = admin.submit("/admin/churn/costs", {"offer_cost": "5.00", "value_lost": "100", "success": "25"})
    assert "The bands are kept." in answer.text
    assert "High above 20%, low below 10%." in answer.text
    assert live_bands() == Bands(0.1, 0.2, 500, 10_000, 0.25)
    live = db.session.get_one(LiveRun, "churn").run_id
    found = db.session.scalars(
        sa.select(ChurnScore).where(ChurnScore.run_id == live, ChurnScore.person_id.in_(people))
    ).all()
    expected = [
        "high" if each.probability > 0.2 else "medium" if each.probability >= 0.1 else "low" for each in found
    ]
    assert [each.risk for each in found] == expected
    assert {"high", "low"} <= set(expected)


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"offer_cost": "", "value_lost": "10", "success": "20"}, "Give a cost above 0."),
        ({"offer_cost": "9", "value_lost": "10", "success": "20"}, "the offer never pays"),
        ({"medium_from": "70", "high_above": "60"}, "Medium must begin below high."),
        ({"medium_from": "x", "high_above": "60"}, "Give a probability between 1 % and 98 %."),
    ],
)
@pytest.mark.usefixtures("people")
def test_bands_that_cannot_be_are_refused_and_nothing_moves(
    admin: ShopClient, answers: dict[str, str], says: str
) -> None:
    admin.get("/admin/churn")
    with nothing_changes():
        answer = admin.submit(f"/admin/churn/{'costs' if 'success' in answers else 'bands'}", answers)
    assert answer.status_code == 422
    assert says in answer.text
    assert live_bands() == Bands()


@pytest.mark.usefixtures("people")
def test_an_analyst_sees_the_bands_and_cannot_set_them(enter: Enter) -> None:
    client = enter(Role.ANALYST)
    page = client.get("/admin/churn").text
    assert "High above 66%" in page
    assert "/admin/churn/bands" not in page
    assert "/admin/churn/costs" not in page


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({**WAITING, "gap": 0.0}, "Last order 74 days ago; has not come back yet"),
        (
            {"code": "rhythm", "effect": 0.1, "gap": 21.4, "spread": 1.0},
            "Orders every 21 days, give or take 1 day",
        ),
        ({"code": "rhythm", "effect": 0.1, "gap": 0.0, "spread": 0.0}, "Has ordered on one day only"),
        (
            {"code": "frequency", "effect": None, "orders": 1.0, "days": 300.0, "recent": 0.0},
            "One order, 300 days ago",
        ),
        (
            {"code": "frequency", "effect": None, "orders": 3.0, "days": 300.0, "recent": 0.0},
            "3 orders in 300 days, none in the last 90 days",
        ),
        (
            {"code": "frequency", "effect": None, "orders": 2.0, "days": 1.0, "recent": 2.0},
            "2 orders in 1 day, all in the last 90 days",
        ),
        (
            {"code": "frequency", "effect": None, "orders": 4.0, "days": 300.0, "recent": 1.0},
            "4 orders in 300 days, 1 in the last 90 days",
        ),
        (
            {"code": "range", "effect": 0.1, "products": 12.0, "items": 3.5},
            "12 different products so far, 3.5 pieces an order",
        ),
        (
            {"code": "visits", "effect": -0.2, "days": 3.0, "visits": 4.0, "carts": 1.0, "searches": 2.0},
            "Last visited 3 days ago, 4 visits in 30 days, left a cart, searched 2 times",
        ),
        (
            {"code": "visits", "effect": -0.2, "days": 0.0, "visits": 1.0, "carts": 2.0, "searches": 1.0},
            "Visited within the last day, 1 visit in 30 days, left 2 carts, searched once",
        ),
        (
            {"code": "visits", "effect": 0.2, "days": 61.0, "visits": 0.0, "carts": 0.0, "searches": 0.0},
            "Last visited 61 days ago",
        ),
        (
            {"code": "visits", "effect": 0.2, "days": None, "visits": 0.0, "carts": 0.0, "searches": 0.0},
            "Has never been seen in the shop while signed in",
        ),
    ],
)
@pytest.mark.usefixtures("admin")
def test_reasons_are_plain_sentences(told: dict[str, object], says: str) -> None:
    found = reasons.told(Why(74, 21.0, is_overdue=False, told=(told,)))
    assert found.reasons[0].text == says
    assert found.overdue == ""


@pytest.mark.usefixtures("admin")
def test_who_was_left_out_is_told_the_wait_and_why_there_is_no_more() -> None:
    found = reasons.told(Why(30, None, is_overdue=False))
    assert [(each.text, each.is_for_leaving) for each in found.reasons] == [
        ("Last order 30 days ago; has not come back yet", None)
    ]
    assert "the most revenue at risk; this one is not among them" in found.note
    assert reasons.told(Why(30, None, is_overdue=False, told=(WAITING,))).note == ""


@pytest.mark.usefixtures("admin")
def test_the_fullest_band_is_told_with_its_customers() -> None:
    def found(*counts: int) -> list[ProbabilityBand]:
        return [ProbabilityBand(place / 10, (place + 1) / 10, count) for place, count in enumerate(counts)]

    assert (
        churn_charts.probabilities_finding(found(3, 1200)) == "The fullest band is 10%–20%: 1,200 customers"
    )
    assert churn_charts.probabilities_finding(found(1, 0)) == "The fullest band is 0%–10%: 1 customer"
    assert churn_charts.probabilities_finding([]) == "How sure it is that customers leave"


@pytest.mark.usefixtures("admin")
def test_charts_without_figures_are_empty() -> None:
    assert churn_charts.calibration([]) is None
    assert churn_charts.importance({}) is None
    assert churn_charts.importance({"waiting": 0.0}) is None
