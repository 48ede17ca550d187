"""Making and changing promotions, and what their codes do."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.catalog.models import Variant
from smartshop.identity.rules.roles import Role
from smartshop.kernel import clock
from smartshop.kernel.audit import SYSTEM, AuditRecord
from smartshop.kernel.extensions import db
from smartshop.pricing.models.promotions import Promotion, PromotionCode, PromotionTarget
from smartshop.pricing.operations import promoting as operations
from smartshop.pricing.queries import promoting
from smartshop.pricing.rules.editing import State
from tests.browser_client import ShopClient
from tests.competing import together
from tests.factories import make_category, make_product, make_promotion
from tests.row_counts import nothing_changes
from tests.web.admin.conftest import Enter

NEW = "/admin/promotions/new"
TEN = {"name": "  A tenth  off ", "kind": "percentage", "percent": "12,5", "way": "code", "code": "spring 10"}


@pytest.fixture
def marketer(enter: Enter) -> ShopClient:
    return enter(Role.MARKETER)


def only() -> Promotion:
    db.session.rollback()
    return db.session.scalars(sa.select(Promotion)).one()


def test_a_new_promotion_is_on_and_its_code_is_kept_in_capitals(marketer: ShopClient) -> None:
    marketer.get(NEW)
    page = marketer.submit(NEW, {**TEN, "limit_total": "5", "starts_at": "2026-01-02T09:30"})
    assert "The promotion is made" in page.text
    row = only()
    assert (row.name, row.basis_points, row.needs_code, row.is_active) == ("A tenth off", 1250, True, True)
    assert (row.limit_total, row.used, row.is_combinable) == (5, 0, True)
    assert row.starts_at is not None
    assert row.starts_at.isoformat() == "2026-01-02T09:30:00+00:00"
    assert db.session.scalars(sa.select(PromotionCode.code)).all() == ["SPRING10"]
    assert 'value="12.5"' in page.text
    assert 'value="SPRING10"' in page.text
    assert "promotion.created" in db.session.scalars(sa.select(AuditRecord.action)).all()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"name": "  "}, "Give it a name"),
        ({"percent": "0"}, "Give a percentage"),
        ({"percent": "100.01"}, "Give a percentage"),
        ({"percent": "lots"}, "Give a percentage"),
        ({"kind": "amount", "amount": "-1"}, "Give an amount above zero"),
        ({"kind": "buy_get", "buy_quantity": "0"}, "Give a number from 1 to 99"),
        ({"code": "ab"}, "Use 3 to 40 letters"),
        ({"code": "ÜBER10"}, "Use 3 to 40 letters"),
        ({"scope": "categories"}, "Choose at least one"),
        ({"scope": "products", "products": "NO-SUCH"}, "No product has the code NO-SUCH"),
        ({"minimum_goods": "some"}, "Give an amount such as 25.00"),
        ({"limit_total": "0"}, "Give a whole number from 1 up"),
        ({"starts_at": "2026-01-02T09:30", "ends_at": "2026-01-01T09:30"}, "The end must come after"),
        ({"starts_at": "soon"}, "Give a day and a time"),
    ],
)
def test_what_makes_no_sense_is_told_by_field_and_nothing_is_made(
    marketer: ShopClient, wrong: dict[str, str], told: str
) -> None:
    marketer.get(NEW)
    with nothing_changes():
        answer = marketer.submit(NEW, {**TEN, **wrong})
    assert answer.status_code == 422
    assert told in answer.text


def test_two_promotions_never_share_a_code(marketer: ShopClient) -> None:
    make_promotion(code="SPRING10")
    marketer.get(NEW)
    with nothing_changes():
        answer = marketer.submit(NEW, TEN)
    assert "This code belongs to a promotion already" in answer.text


def test_a_promotion_covers_what_is_chosen_and_can_be_changed(marketer: ShopClient) -> None:
    kitchen, mug = make_category(name="Kitchen"), make_product()
    marketer.get(NEW)
    marketer.submit(NEW, {**TEN, "scope": "categories", "categories": str(kitchen)})
    path = f"/admin/promotions/{only().id}"
    assert db.session.scalars(sa.select(PromotionTarget.category_id)).all() == [kitchen]
    sku = f"  {promoted_sku(mug.variant_id)} "
    page = marketer.submit(path, {"scope": "products", "products": sku, "code": "", "way": "automatic"})
    assert "The promotion is saved" in page.text
    db.session.rollback()
    assert db.session.scalars(sa.select(PromotionTarget.product_id)).all() == [mug.product_id]
    assert db.session.scalars(sa.select(PromotionCode)).all() == []
    assert sku.strip() in page.text


def promoted_sku(variant_id: int) -> str:
    return db.session.get_one(Variant, variant_id).sku


def test_a_limit_below_what_was_used_is_refused(marketer: ShopClient) -> None:
    promotion_id = make_promotion(used=3)
    marketer.get(f"/admin/promotions/{promotion_id}")
    with nothing_changes():
        answer = marketer.submit(f"/admin/promotions/{promotion_id}", {"limit_total": "2"})
    assert "It was used 3 times by now" in answer.text


def test_a_promotion_is_switched_off_and_on(marketer: ShopClient) -> None:
    path = f"/admin/promotions/{make_promotion()}"
    marketer.get(path)
    assert "The promotion is off" in marketer.submit(f"{path}/switch").text
    assert not only().is_active
    assert "The promotion is on" in marketer.submit(f"{path}/switch").text
    assert only().is_active


def test_codes_are_made_all_different_and_downloaded(marketer: ShopClient) -> None:
    path = f"/admin/promotions/{make_promotion(code='SHARED')}"
    marketer.get(path)
    assert "The codes are made" in marketer.submit(f"{path}/codes", {"count": "50"}).text
    lines = marketer.get(f"{path}/codes.csv").text.splitlines()
    assert lines[:2] == ["code,used,limit", "SHARED,0,"]
    assert len({line.split(",")[0] for line in lines[2:]}) == 50
    assert all(line.endswith(",0,1") for line in lines[2:])
    for count in ("0", "1001", "x"):
        marketer.get(path)
        with nothing_changes():
            assert marketer.submit(f"{path}/codes", {"count": count}).status_code == 422


def test_the_list_says_what_each_promotion_is_up_to(marketer: ShopClient) -> None:
    now, day = clock.now(), timedelta(days=1)
    make_promotion(name="On")
    make_promotion(name="Soon", starts_at=now + day)
    make_promotion(name="Over", ends_at=now - day)
    make_promotion(name="Off", is_active=False)
    make_promotion(name="Gone", limit_total=1, used=1)
    page = promoting.page_of_promotions()
    assert {row.name: row.state for row in page.items} == {
        "On": State.RUNNING,
        "Soon": State.SCHEDULED,
        "Over": State.ENDED,
        "Off": State.OFF,
        "Gone": State.USED_UP,
    }
    assert "5 promotions" in marketer.get("/admin/promotions").text


def test_there_is_a_kind_answer_where_there_is_no_promotion(marketer: ShopClient) -> None:
    assert "No promotions yet" in marketer.get("/admin/promotions").text
    assert marketer.get("/admin/promotions/99").status_code == 404


def test_the_second_of_two_who_edit_a_promotion_sees_both_versions(marketer: ShopClient) -> None:
    page = f"/admin/promotions/{make_promotion()}"
    marketer.get(page)
    old = dict(marketer.form(page).fields)
    marketer.submit(page, {"name": "Spring"})
    with nothing_changes():
        answer = marketer.post(page, {**old, "name": "Summer"})
        assert marketer.post(page, {**old, "seen": "yesterday"}).status_code == 409
    assert (answer.status_code, "<td>Spring</td><td>Summer</td>" in answer.text) == (409, True)
    marketer.get(page)
    marketer.submit(page, {"name": "Summer"})
    assert only().name == "Summer"


def test_a_promotion_that_was_switched_meanwhile_is_looked_at_again(marketer: ShopClient) -> None:
    page = f"/admin/promotions/{make_promotion()}"
    marketer.get(page)
    old = dict(marketer.form(page).fields)
    marketer.submit(f"{page}/switch")
    with nothing_changes():
        assert marketer.post(page, {**old, "name": "Summer"}).status_code == 409


def test_of_two_who_save_a_promotion_at_once_one_is_told(any_app: Flask) -> None:
    promotion_id = make_promotion()
    seen, facts = promoting.promotion(promotion_id).updated_at, promoting.facts(promotion_id)

    def save(name: str) -> str:
        changed = replace(facts, name=name)
        operations.change(promotion_id=promotion_id, seen=seen, facts=changed, actor=SYSTEM)
        return name

    done = together(any_app, [partial(save, "Spring"), partial(save, "Summer")])
    assert sorted(type(outcome).__name__ for outcome in done) == ["OutOfDate", "str"]
    assert only().name in done
