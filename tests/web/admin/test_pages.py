"""Every page of the admin: who may open it, what it says with nothing, little and much, and what it refuses."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from markupsafe import escape

from smartshop.identity.models import Person
from smartshop.identity.rules.roles import Role
from smartshop.insights.models import LiveRun, TrainingRun
from smartshop.insights.queries import dashboard, periods
from smartshop.insights.queries.dashboard import Day
from smartshop.kernel.audit import AuditRecord
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.models import Order
from smartshop.web.admin import charts
from smartshop.web.presenting import money
from tests import factories
from tests.browser_client import ShopClient
from tests.insights import scored_shop
from tests.query_count import counted_queries
from tests.row_counts import nothing_changes
from tests.web.admin.conftest import Enter

PAGES = (
    "/admin/", "/admin/customers", "/admin/segments", "/admin/churn", "/admin/clv", "/admin/clusters", "/admin/cohorts", "/admin/orders", "/admin/products",
    "/admin/activity", "/admin/activity?source=staff",
    "/admin/activity?source=security", "/admin/reports", "/admin/models", "/admin/jobs",
)  # fmt: skip
TRAINED = {"/admin/", "/admin/segments", "/admin/churn", "/admin/clv", "/admin/clusters", "/admin/models"}
ANALYTICS = {
    "/admin/",
    "/admin/segments",
    "/admin/churn",
    "/admin/clv",
    "/admin/clusters",
    "/admin/cohorts",
    "/admin/reports",
}
OPEN_TO = {
    Role.CUSTOMER: set(),
    Role.SUPPORT: {"/admin/customers", "/admin/orders", "/admin/products", "/admin/activity"},
    Role.CATALOG_MANAGER: {"/admin/products"},
    Role.ANALYST: ANALYTICS | {"/admin/customers", "/admin/orders", "/admin/products", "/admin/models"},
    Role.MARKETER: ANALYTICS | {"/admin/customers", "/admin/products"},
    Role.ADMIN: set(PAGES),
}  # fmt: skip


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_its_pages_and_no_others(enter: Enter, role: Role) -> None:
    client = enter(role)
    answers = {page: client.get(page).status_code for page in PAGES}
    assert answers == {page: 200 if page in OPEN_TO[role] else 403 for page in PAGES}


def test_nobody_sees_anything_without_signing_in(visitor: ShopClient) -> None:
    for page in PAGES:
        answer = visitor.get(page, follow=False)
        assert (answer.status_code, answer.location.startswith("/sign-in?next=")) == (302, True)


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_shop_says_what_to_do_next(admin: ShopClient, page: str) -> None:
    answer = admin.get(page)
    assert answer.status_code == 200
    if page in TRAINED:
        assert "flask ml train" in answer.text


def test_pages_say_what_the_data_lack(admin: ShopClient) -> None:
    reason = "needs 100 customers (has 3), 180 days of history (has 12)"
    for question in ("rfm", "churn", "clv", "clusters"):
        scored_shop.begin_run(question, state="insufficient", reason=reason, is_live=False)
    for page in TRAINED:
        assert reason in admin.get(page).text, page


@pytest.mark.parametrize("page", PAGES)
def test_pages_need_no_more_queries_for_more_rows(admin: ShopClient, people: list[int], page: str) -> None:
    scored_shop.fill(customers=3, orders=6, seed=3)
    scored_shop.see(people[0])
    with counted_queries() as few:
        assert admin.get(page).status_code == 200
    scored_shop.fill(customers=20, orders=80, seed=2)
    scored_shop.see(people[0], times=20)
    with counted_queries() as many:
        assert admin.get(page).status_code == 200
    assert len(many) == len(few) <= 25


@pytest.mark.parametrize("days", periods.LENGTHS)
def test_the_dashboard_shows_what_was_counted(
    app: Flask, admin: ShopClient, people: list[int], days: int
) -> None:
    page = admin.get(f"/admin/?days={days}").text
    totals = dashboard.totals(periods.Period(days, scored_shop.TODAY.date()), "GBP")
    with app.test_request_context():
        revenue, average = money(totals.revenue_minor, short=True), money(totals.average_order_minor)
    tiles = dict(
        re.findall(r'stat-tile-label">(?:<a[^>]*>)?([^<]+).*?stat-tile-value">\s*([^<\s]+)', page, re.DOTALL)
    )
    assert tiles["Revenue"] == revenue
    assert tiles["Average order"] == average
    assert tiles["Orders"] == str(totals.orders)
    assert tiles["Active customers"] == str(totals.customers)
    assert tiles["New customers"] == str(totals.new_customers)
    assert tiles["Guest orders"] == str(totals.guest_orders)


def test_an_order_placed_just_now_is_on_the_dashboard(admin: ShopClient) -> None:
    assert "No orders in these 30 days" in admin.get("/admin/").text
    factories.make_order(lines=[(factories.make_product(price_minor=1234), 1)])
    assert "First revenue: £12.34 in 30 days" in admin.get("/admin/").text


def test_a_history_that_ended_long_ago_is_shown_with_a_note(admin: ShopClient) -> None:
    factories.make_order(placed_at=datetime(2011, 12, 9, tzinfo=UTC))
    page = admin.get("/admin/").text
    assert "Nothing was sold in the 30 days to 1 Jun 2026" in page
    assert "9 Dec 2011" in page


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/admin/?days=31", "must be one of: 7, 30, 90, 365"),
        ("/admin/?until=tomorrow", "must be a day such as"),
        ("/admin/?until=0001-01-01", "must be a day such as"),
        ("/admin/customers?page=abc", "The page must be a number"),
        ("/admin/customers?page=-1", "The page must be a number"),
        ("/admin/customers?page=" + "9" * 40, "The page must be a number"),
        ("/admin/cohorts?show=profit", "show must be one of: retention, revenue"),
        ("/admin/customers?segment=Nobody", "segment must be one of: Champions, Loyal"),
        ("/admin/customers?cluster=nobody", "cluster must be one of"),
        ("/admin/customers?risk=extreme", "risk must be one of: high, medium, low"),
        ("/admin/customers?sort=password_hash", "sort must be one of"),
        ("/admin/customers?sort=--clv", "sort must be one of"),
        ("/admin/customers?q=%07", "letters, digits and signs that can be seen"),
        ("/admin/customers?q=" + "x" * 101, "at most 100 characters"),
        ("/admin/orders?from=2026-05-02&to=2026-05-01", "Swap them"),
        ("/admin/orders?state=lost", "state must be one of"),
        ("/admin/orders?from=2026-13-01", "must be a day such as"),
        ("/admin/products?sort=name;drop", "sort must be one of"),
        ("/admin/activity?kind=nothing", "kind must be one of"),
        ("/admin/activity?person=me", "person must be the number of a customer"),
        ("/admin/activity?person=" + "9" * 30, "person must be the number of a customer"),
        ("/admin/activity?source=cats", "source must be one of: customers, security, staff"),
        ("/admin/models?question=life", "question must be one of: rfm, churn, clv, clusters"),
        ("/admin/reports/customers.csv?segment=Nobody", "segment must be one of"),
        ("/admin/reports/orders.csv?from=2026-05-02&to=2026-05-01", "Swap them"),
    ],
)
def test_nonsense_is_refused_with_what_would_make_sense(admin: ShopClient, address: str, said: str) -> None:
    with nothing_changes():
        answer = admin.get(address)
    assert answer.status_code == 400
    assert said in answer.text


@pytest.mark.parametrize(
    "address",
    ["/admin/customers/0", "/admin/customers/99999", "/admin/customers/" + "9" * 30, "/admin/customers/me",
     "/admin/orders/NO-SUCH-ORDER", "/admin/reports/secrets.csv"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(admin: ShopClient, address: str) -> None:
    with nothing_changes():
        assert admin.get(address).status_code == 404


def test_a_page_beyond_the_last_says_so(admin: ShopClient, people: list[int]) -> None:
    assert "There is no page 7; this is the last one." in admin.get("/admin/customers?page=7").text


def test_names_are_shown_only_to_those_who_may_see_them(enter: Enter, people: list[int]) -> None:
    number = db.session.scalars(sa.select(Order.number).where(Order.person_id == people[0])).first()
    pages = ("/admin/", "/admin/customers", f"/admin/customers/{people[0]}", "/admin/churn", "/admin/clv", "/admin/orders",
             f"/admin/orders/{number}")  # fmt: skip
    seeing, blind = enter(Role.ADMIN), enter(Role.ANALYST)
    for page in pages:
        shown, hidden = seeing.get(page).text, blind.get(page).text
        assert re.search(r"Name \d+|Ada Buyer", shown), page
        assert not re.search(r"Name \d+|customer\d+@|Ada Buyer|ada@|Analytical Row", hidden), page
        assert "Customer " in hidden, page


def test_a_long_and_hostile_name_stays_text(admin: ShopClient, people: list[int]) -> None:
    name = '<script>alert("x")</script>' + "Very" * 20
    with unit_of_work():
        db.session.get_one(Person, people[0]).name = name
    for page in ("/admin/customers?sort=customer", f"/admin/customers/{people[0]}"):
        text = admin.get(page).text
        assert name not in text
        assert str(escape(name)) in text


def test_every_sort_and_filter_link_of_the_customers_opens(admin: ShopClient, people: list[int]) -> None:
    page = admin.get("/admin/customers?risk=high&sort=-orders").text
    links = re.findall(r'class="sort-link" href="([^"]+)"', page)
    assert len(links) == 9
    for link in links:
        assert "risk=high" in link
        assert admin.get(link.replace("&amp;", "&")).status_code == 200


def test_charts_have_a_twin_table_with_the_same_numbers(admin: ShopClient, people: list[int]) -> None:
    page = admin.get("/admin/churn").text
    assert (
        page.count("<canvas")
        == page.count('type="application/json"')
        == page.count('class="chart-twin"')
        == 2
    )


def test_cohorts_show_each_share_and_mark_the_month_that_is_not_over(admin: ShopClient) -> None:
    back, gone = factories.make_known_person(), factories.make_known_person()
    for person, day in ((back, 1), (gone, 2), (back, 35), (back, 65)):
        factories.make_order(
            person_id=person, placed_at=datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=day)
        )
    page = admin.get("/admin/cohorts").text
    assert "<h1>50% of new customers buy again in the month after</h1>" in page
    cells = re.findall(r'<td class="is-number heat-(\d+)([^"]*)" title="[^"]*">([^<]*)', page)
    assert cells == [("0", "", "100%"), ("10", "", "50%"), ("10", " is-unfinished", "50%")]
    assert "£" in admin.get("/admin/cohorts?show=revenue").text


def test_groups_are_named_and_their_choice_is_explained(admin: ShopClient, people: list[int]) -> None:
    tried = [
        {
            "k": k,
            "inertia": 90.0 / k,
            "silhouette": 0.3,
            "stability": 0.9,
            "smallest_share": 0.2,
            "is_acceptable": k < 4,
        }
        for k in (2, 3, 4)
    ]
    profile = {
        "code": "newcomers",
        "medians": {"recency_days": 3.0, "orders": 1.0, "revenue": 12.5},
        "distances": {"orders": -1.2},
    }
    with unit_of_work():
        run = db.session.get_one(TrainingRun, db.session.get_one(LiveRun, "clusters").run_id)
        run.metrics = {"clusters": 3, "separation": 0.25, "separation_of_segments": 0.2}
        run.baseline = {"name": "fifths by recency", "metrics": {"separation": 0.1}}
        run.card = {**run.card, "candidates": tried, "clusters": [profile], "changes": {"gone": ["regulars"]}}
    page = admin.get("/admin/clusters").text
    for said in ("Newcomers", "Order very seldom.", "£12.50", "3 days ago", "Not found again: Regulars.", "explains 25% of",
                 "recency explain 10%", "Chosen: 3"):  # fmt: skip
        assert said in page, said
    assert page.count("<canvas") == page.count('class="chart-twin"') == 3
    assert "Newcomers" in admin.get("/admin/customers?cluster=newcomers").text
    assert "Newcomers" in admin.get(f"/admin/customers/{next(p for p in people if p % 2 and p % 6)}").text


def test_rollback_serves_the_run_before_and_says_who_did_it(admin: ShopClient) -> None:
    first, second = (scored_shop.begin_run("rfm", code=code) for code in ("rfm-first", "rfm-second"))
    admin.get("/admin/models")
    answer = admin.submit("/admin/models/rfm/rollback")
    assert "rfm-first is served again, and held until you release it." in answer.text
    db.session.expire_all()
    assert db.session.get_one(LiveRun, "rfm").run_id == first != second
    record = db.session.scalars(sa.select(AuditRecord).where(AuditRecord.action == "model.rolled_back")).one()
    assert record.actor_label == "admin@example.org"


def test_rollback_without_a_run_before_changes_nothing(admin: ShopClient) -> None:
    scored_shop.begin_run("rfm", code="rfm-only")
    with nothing_changes():
        answer = admin.post("/admin/models/rfm/rollback")
    assert "no run before rfm-only" in answer.text
    with nothing_changes():
        assert admin.post("/admin/models/life/rollback").status_code == 404
        assert admin.post("/admin/models/clv/rollback").status_code == 404


def test_an_analyst_sees_models_but_cannot_go_back(enter: Enter) -> None:
    for code in ("rfm-first", "rfm-second"):
        scored_shop.begin_run("rfm", code=code)
    client = enter(Role.ANALYST)
    page = client.get("/admin/models").text
    assert "rfm-second" in page
    assert "/rollback" not in page
    with nothing_changes():
        assert client.post("/admin/models/rfm/rollback").status_code == 403


def test_models_show_each_metric_beside_its_baseline(admin: ShopClient) -> None:
    scored_shop.begin_run("churn")
    page = admin.get("/admin/models").text
    assert re.search(r"Ranking \(AUC\).*?0\.800.*?0\.700", page, re.DOTALL)
    assert "1 of 4 models beat their baseline" in page


def test_failed_runs_say_why(admin: ShopClient) -> None:
    scored_shop.begin_run("clv", state="failed", reason="the disk is full", is_live=False)
    assert "the disk is full" in admin.get("/admin/models").text
    assert "the disk is full" in admin.get("/admin/clv").text
    assert db.session.scalar(sa.select(sa.func.count(TrainingRun.id))) == 1


def test_an_order_shows_its_lines_and_its_money(app: Flask, admin: ShopClient) -> None:
    goods = factories.make_product(name="Blue mug", price_minor=1250)
    number = factories.make_order(lines=[(goods, 3)], shipping_minor=395)
    page = admin.get(f"/admin/orders/{number}").text
    for shown in ("Blue mug", "£12.50", "£37.50", "£3.95", "£41.45"):
        assert shown in page


def test_charts_draw_whole_weeks_and_days_that_are_over(app: Flask) -> None:
    today = scored_shop.TODAY.date()
    days = [Day(today - timedelta(days=n), 1, 100 + n, 1) for n in range(365)][::-1]
    weeks = charts.by_week(days)
    assert [week.orders for week in weeks] == [7] * 52
    assert weeks[-1] == Day(today - timedelta(days=6), 7, sum(100 + n for n in range(7)), 0)
    assert charts.finished(days, today) == days[:-1]
    only_today = [Day(today - timedelta(days=1), 0, 0, 0), Day(today, 1, 100, 1)]
    assert charts.finished(only_today, today) == only_today


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (0, "First revenue: £20.00 in 30 days"),
        (100, "Revenue is 20 times that of the 30 days before"),
        (1000, "Revenue is up 100% on the 30 days before"),
        (2000, "Revenue is level with the 30 days before"),
        (4000, "Revenue is down 50% on the 30 days before"),
    ],
)
def test_the_dashboard_states_its_finding(admin: ShopClient, before: int, said: str) -> None:
    if before:
        earlier = scored_shop.TODAY - timedelta(days=45)
        factories.make_order(lines=[(factories.make_product(price_minor=before), 1)], placed_at=earlier)
    factories.make_order(lines=[(factories.make_product(price_minor=2000), 1)])
    assert f"<h1>{said}</h1>" in admin.get("/admin/").text
