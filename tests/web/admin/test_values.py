"""What the pages say of lifetime values: the unit, the method, the test, the interval, the season, and P(alive)."""

import re
from html import unescape

import pytest
import sqlalchemy as sa

from smartshop.insights.models import ChurnScore, LiveRun, SegmentScore, TrainingRun
from smartshop.insights.queries.segments import SegmentRow
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.web.admin import charts
from tests.browser_client import ShopClient

CARD = {
    "served": "MBG/NBD and Gamma-Gamma",
    "count_model": "MBG/NBD",
    "parameters": {"horizon_days": 180, "monthly_discount": 0.01, "interval_level": 0.8},
    "season": {
        "is_learned": True, "known_days": 700, "multipliers": [0.9] * 10 + [1.2, 1.4], "was_judged": False,
    },
}  # fmt: skip
MEASURED = {"spearman": 0.58, "spearman_low": 0.55, "spearman_high": 0.61, "interval_coverage": 0.76}


def record(**card: object) -> None:
    with unit_of_work():
        run = db.session.get_one(TrainingRun, db.session.get_one(LiveRun, "clv").run_id)
        run.card = run.card | CARD | card
        run.metrics, run.baseline = MEASURED, {"name": "historical rate", "metrics": {"spearman": 0.55}}


def told(admin: ShopClient, path: str) -> str:
    return re.sub(r"\s+", " ", unescape(admin.get(path).text))


def test_the_page_says_how_the_values_were_made_and_how_that_was_tested(
    admin: ShopClient, people: list[int]
) -> None:
    record()
    page = told(admin, "/admin/clv")
    for said in (
        "MBG/NBD and Gamma-Gamma: how often each customer buys",
        "net of returns, as worth today: discounted by 1% a month",
        "On the last 180 days, of which it knew nothing",
        "spent 0.58 (0.55 to 0.61); by their historical rate 0.55.",
        "Meant to hold what 80% of customers spend; in the test it held 76%.",
        "Learned from 700 days of orders; not tested yet",
        "December brings 140% of an average month",
    ):
        assert said in page, said
    assert page.count("<canvas") == page.count('class="chart-twin"') == 3


@pytest.mark.parametrize(
    ("correlation", "is_independent", "said"),
    [(0.11, True, "their correlation is 0.11"), (-0.42, False, "which is not so here: their correlation is -0.42")],
)  # fmt: skip
def test_the_page_says_whether_what_the_values_assume_holds(
    admin: ShopClient, people: list[int], correlation: float, said: str, *, is_independent: bool
) -> None:
    record(model={"frequency_value_correlation": correlation, "is_value_independent": is_independent})
    assert said in told(admin, "/admin/clv").replace("\N{MINUS SIGN}", "-")
    record(served="historical rate")
    assert said not in told(admin, "/admin/clv")


def test_a_season_that_is_not_known_is_not_drawn(admin: ShopClient, people: list[int]) -> None:
    record(season={"is_learned": False, "known_days": 200, "multipliers": [1.0] * 12, "was_judged": False})
    page = told(admin, "/admin/clv")
    assert "Not known yet: every month counts the same." in page
    assert "so far there are 200 days" in page
    assert page.count("<canvas") == 2


@pytest.mark.parametrize(
    ("served", "said"),
    [
        ("historical rate", "everyone goes on buying as they have so far"),
        ("random forest", "trees over behaviour"),
    ],
)
def test_the_baseline_and_the_forest_are_named_in_words(
    admin: ShopClient, people: list[int], served: str, said: str
) -> None:
    record(served=served)
    assert said in told(admin, "/admin/clv")


def test_a_run_that_recorded_nothing_of_this_still_has_its_page(admin: ShopClient, people: list[int]) -> None:
    page = told(admin, "/admin/clv")
    assert page.count("Not recorded for this run.") == 2


def test_alive_is_shown_as_what_it_is(admin: ShopClient, people: list[int]) -> None:
    record()
    page = told(admin, f"/admin/customers/{next(person for person in people if person % 6)}")
    assert "Alive, by the model" in page
    assert "Alive is what MBG/NBD makes of the past" in page
    assert "does not say when, or whether, they buy again" in page
    assert "Still a customer" not in page


@pytest.mark.usefixtures("admin")
def test_the_segment_that_brings_most_is_told() -> None:
    def row(segment: str, clv_minor: int | None) -> SegmentRow:
        return SegmentRow(segment, 1, 0.5, 0, 0.5, 0, clv_minor, None, 0)

    rows = [row("Lost", None), row("Loyal", 18_124), row("Champions", 61_103)]
    assert charts.value_by_segment_finding(rows, "GBP") == "Champions: £611.03 each, the most"
    assert charts.value_by_segment_finding(rows[:1], "GBP") == "What a customer of each segment will bring"


def test_a_segment_that_nobody_was_scored_in_has_no_likely_leavers(
    admin: ShopClient, people: list[int]
) -> None:
    def leavers(segment: str) -> str:
        page = told(admin, "/admin/segments")
        row = next(each for each in page.split("<tr>") if f"> {segment}</span>" in each)
        return str(re.findall(r'<td class="is-number">([^<]*)</td>', row)[-1]).strip()

    segment = db.session.scalars(sa.select(SegmentScore.segment).order_by(SegmentScore.person_id)).first()
    db.session.rollback()
    assert leavers(str(segment)).isdecimal()
    with unit_of_work():
        db.session.execute(sa.delete(ChurnScore).where(ChurnScore.person_id.in_(people)))
    assert leavers(str(segment)) == "–"
