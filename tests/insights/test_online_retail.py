"""The whole way on real history: import, train as of the day after its last, and check against the file itself."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.identity.models import Person
from smartshop.insights import frames, rules
from smartshop.insights.models import ChurnScore, SegmentScore, ValueScore
from smartshop.kernel.extensions import db
from smartshop.orders.models import Order
from tests.databases import SqliteDatabase
from tests.requirements import data_file

pytestmark = [pytest.mark.data, pytest.mark.slow]
AS_OF = pd.Timestamp("2011-12-10")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, dict[str, Any]]]:
    """A shop with Online Retail imported and trained by the commands themselves."""
    path = data_file("online_retail.csv.xz")
    app = SqliteDatabase(tmp_path_factory.mktemp("retail")).app
    runner = app.test_cli_runner()
    imported = runner.invoke(args=["shop", "import", str(path), "--json"])
    assert imported.exit_code == 0, imported.stderr
    result = runner.invoke(args=["ml", "train", "--as-of", "2011-12-10", "--json"])
    assert result.exit_code == 0, result.stderr
    with app.app_context():
        yield app, json.loads(result.stdout)


def read(statement: sa.Select[*tuple[Any, ...]]) -> pd.DataFrame:
    with db.engine.connect() as connection:
        return pd.read_sql(statement, connection)


def test_every_question_is_promoted_beside_its_baseline(trained: tuple[Flask, dict[str, Any]]) -> None:
    _, reports = trained
    assert list(reports) == list(rules.QUESTIONS)
    for report in reports.values():
        assert report["promoted"]
        assert report["as_of"] == "2011-12-10T00:00:00+00:00"
        assert report["verdict"] in {"beats baseline", "baseline wins"}
        assert report["metrics"].keys() >= report["baseline"]["metrics"].keys()
    assert 0.7 < reports["churn"]["metrics"]["auc"] < 0.85


def test_every_customer_with_an_order_that_stands_is_scored(
    trained: tuple[Flask, dict[str, Any]],
) -> None:
    kept = read(sa.select(Order.person_id, Order.state).where(Order.person_id.is_not(None)))
    standing = set(kept.loc[kept["state"] != "cancelled", "person_id"])
    assert kept["person_id"].nunique() == 4_338
    for table in (SegmentScore, ValueScore):
        assert set(read(sa.select(table.person_id))["person_id"]) == standing
    active = read(sa.select(SegmentScore.person_id).where(SegmentScore.recency_days <= 365))
    assert set(read(sa.select(ChurnScore.person_id))["person_id"]) == set(active["person_id"])


def test_recency_and_frequency_equal_a_computation_from_the_file(
    trained: tuple[Flask, dict[str, Any]],
) -> None:
    raw = pd.read_csv(
        data_file("online_retail.csv.xz"), parse_dates=["InvoiceDate"], dtype={"InvoiceNo": "str"}
    )
    is_sale = ~raw["InvoiceNo"].str.startswith("C") & (raw["Quantity"] > 0) & (raw["UnitPrice"] > 0)
    sales = raw[is_sale & raw["CustomerID"].notna()].astype({"CustomerID": "int64"})
    cancelled = read(sa.select(Order.external_number).where(Order.state == "cancelled"))["external_number"]
    stood = sales[~sales["InvoiceNo"].isin(cancelled)]
    people = stood.groupby("CustomerID").agg(orders=("InvoiceNo", "nunique"), last=("InvoiceDate", "max"))
    people["recency_days"] = (AS_OF - people["last"]).dt.days
    scored = _by_source_id(
        read(sa.select(Person.external_id, SegmentScore).join(Person, Person.id == SegmentScore.person_id))
    )
    columns = ["orders", "recency_days"]
    pd.testing.assert_frame_equal(scored[columns], people[columns], check_dtype=False, check_names=False)


def test_money_is_what_was_bought_less_what_was_netted(trained: tuple[Flask, dict[str, Any]]) -> None:
    scored = read(sa.select(SegmentScore.person_id, SegmentScore.revenue_minor)).set_index("person_id")[
        "revenue_minor"
    ]
    net = sa.func.sum(Order.total_minor - Order.returned_minor).label("net")
    orders = read(sa.select(Order.person_id, net).where(Order.state != "cancelled").group_by(Order.person_id))
    expected = orders.dropna().astype("int64").set_index("person_id")["net"]
    pd.testing.assert_series_equal(scored, expected, check_names=False, check_dtype=False)


def test_before_netting_the_frame_holds_the_published_figures(
    trained: tuple[Flask, dict[str, Any]],
) -> None:
    lines = frames.order_lines(datetime(2011, 12, 10, tzinfo=UTC), currency="GBP")
    every_order = read(sa.select(Order.person_id, Order.total_minor).where(Order.person_id.is_not(None)))
    assert every_order["total_minor"].sum() == 891_140_790
    assert len(every_order) == 18_532
    gross = (lines["revenue"] + lines["returned_revenue"]).sum()
    undone = read(
        sa.select(Order.total_minor).where(Order.state == "cancelled", Order.person_id.is_not(None))
    )
    assert round(gross * 100) == 891_140_790 - undone["total_minor"].sum()


def test_equal_inputs_have_equal_scores(trained: tuple[Flask, dict[str, Any]]) -> None:
    scored = read(sa.select(SegmentScore))
    for name, score in (("recency_days", "r"), ("orders", "f"), ("revenue_minor", "m")):
        assert len(scored[[name, score]].drop_duplicates()) == scored[name].nunique()
    assert scored.groupby(["r", "f", "m"])["segment"].nunique().max() == 1


def test_the_interval_holds_the_value_and_dates_lie_ahead(
    trained: tuple[Flask, dict[str, Any]],
) -> None:
    value = read(sa.select(ValueScore))
    assert (value["clv_12m_low_minor"] <= value["clv_12m_minor"]).all()
    assert (value["clv_12m_minor"] <= value["clv_12m_high_minor"]).all()
    assert value["p_alive"].between(0, 1).all()
    assert (value["next_order_at"].dropna() >= AS_OF.tz_localize("UTC")).all()


def _by_source_id(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(source=rows["external_id"].astype("int64")).set_index("source").sort_index()
