from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.activity import operations as activity
from smartshop.activity.models import Event
from smartshop.activity.rules import Kind, NewEvent
from smartshop.kernel import clock
from smartshop.kernel.extensions import db
from smartshop.web import tracking
from smartshop.web.tracking import EventBuffer
from tests.browser_client import ShopClient
from tests.factories import PASSWORD, Goods, make_person, make_product
from tests.joining import finish_account
from tests.web.shop.checkouts import ANSWERS, orders, put


@pytest.fixture
def buffer(app: Flask) -> Iterator[EventBuffer]:
    """The buffer of the app, empty before and after."""
    fresh = EventBuffer(app)
    before = app.extensions["events"]
    app.extensions["events"] = fresh
    yield fresh
    app.extensions["events"] = before


@pytest.fixture
def mug(app: Flask) -> Goods:
    return make_product(name="Mug")


def written(buffer: EventBuffer) -> list[Event]:
    """Every event, once the buffer is emptied."""
    buffer.flush()
    db.session.rollback()
    return list(db.session.scalars(sa.select(Event).order_by(Event.id)))


def test_what_a_visitor_does_is_written_down_in_order(
    visitor: ShopClient, buffer: EventBuffer, mug: Goods
) -> None:
    visitor.get("/search?q=mug")
    put(visitor, mug, 2)
    visitor.get("/checkout")
    visitor.submit("/checkout", {**ANSWERS, "create_account": "yes", "password": PASSWORD})
    finish_account(visitor, "ada@example.com")
    visitor.post("/sign-out")
    events = written(buffer)
    [order] = orders()
    assert [event.kind for event in events] == [
        "visit",
        "search",
        "view",
        "cart_add",
        "checkout",
        "order",
        "sign_up",
        "sign_out",
    ]
    by_kind = {event.kind: event for event in events}
    assert (by_kind["search"].facts, by_kind["search"].value) == ({"query": "mug"}, 1)
    assert (by_kind["view"].product_id, by_kind["cart_add"].value) == (mug.product_id, 2)
    assert (by_kind["order"].value, by_kind["order"].facts) == (order.total_minor, {"number": order.number})
    assert len({event.visitor_id for event in events}) == 1
    assert {event.person_id for event in events if event.kind in {"sign_up", "sign_out"}} == {order.person_id}


def test_a_visit_knows_where_it_came_from_once(app: Flask, buffer: EventBuffer) -> None:
    visitor = ShopClient(app, Referer="https://search.example/find?q=private")
    visitor.get("/?utm_source=letter&utm_campaign=spring&secret=1")
    visitor.get("/search?utm_source=other")
    [visit] = [event for event in written(buffer) if event.kind == "visit"]
    assert visit.facts == {
        "landing": "/",
        "referrer": "search.example",
        "utm_source": "letter",
        "utm_campaign": "spring",
    }


def test_a_link_from_the_shop_itself_is_no_referrer(app: Flask, buffer: EventBuffer) -> None:
    ShopClient(app, Referer="http://localhost/cart").get("/")
    [visit] = written(buffer)
    assert "referrer" not in visit.facts


@pytest.mark.parametrize("header", ["DNT", "Sec-GPC"])
def test_who_asks_not_to_be_tracked_is_not(app: Flask, buffer: EventBuffer, mug: Goods, header: str) -> None:
    visitor = ShopClient(app, **{header: "1"})
    visitor.get("/search?q=mug")
    put(visitor, mug)
    assert written(buffer) == []


def test_a_failed_sign_in_is_written_without_the_address(visitor: ShopClient, buffer: EventBuffer) -> None:
    make_person(email="ada@example.com")
    visitor.sign_in("ada@example.com", "wrong password")
    failed = [event for event in written(buffer) if event.kind == "sign_in_failed"]
    assert [(event.person_id, event.facts) for event in failed] == [(None, {})]


def test_an_endless_fact_is_cut(visitor: ShopClient, buffer: EventBuffer) -> None:
    visitor.get("/?utm_source=" + "x" * 5000)
    [visit] = written(buffer)
    assert visit.facts["utm_source"] == "x" * 200


def test_events_that_cannot_be_written_fail_no_page(
    visitor: ShopClient, buffer: EventBuffer, mug: Goods, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_events: object) -> None:
        raise sa.exc.OperationalError("INSERT", {}, Exception("the disk is full"))

    monkeypatch.setattr(activity, "append", fail)
    assert visitor.get(f"/p/{mug.slug}").status_code == 200
    buffer.flush()
    assert buffer.dropped == 2
    assert visitor.get(f"/p/{mug.slug}").status_code == 200


def test_a_full_buffer_lets_the_oldest_go_and_counts_them(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracking, "MOST_WAITING", 3)
    buffer = EventBuffer(app)
    for number in range(5):
        buffer.add(NewEvent(at=clock.now(), kind=Kind.SEARCH, visitor_id="v", value=number))
    assert buffer.dropped == 2
    assert [event.value for event in written(buffer)] == [2, 3, 4]


def test_an_empty_buffer_writes_nothing(buffer: EventBuffer) -> None:
    assert written(buffer) == []
