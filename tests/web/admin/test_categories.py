"""The tree of categories: what staff may do to it, and that it stays a tree."""

from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smartshop.catalog.models import Category, Product
from smartshop.catalog.operations import shelving
from smartshop.catalog.queries import shelving as queries
from smartshop.catalog.rules import shelving as rules
from smartshop.catalog.rules import tree
from smartshop.catalog.rules.shelving import CategoryFacts
from smartshop.identity.rules.roles import Role
from smartshop.kernel.audit import SYSTEM, AuditRecord
from smartshop.kernel.errors import Invalid
from smartshop.kernel.extensions import db
from tests import competing
from tests.browser_client import ShopClient
from tests.catalog.photographs import jpeg
from tests.factories import make_product
from tests.row_counts import nothing_changes
from tests.web.admin.conftest import Enter

NEW = "/admin/categories/new"


@pytest.fixture
def keeper(enter: Enter) -> ShopClient:
    return enter(Role.CATALOG_MANAGER)


def make(name: str, parent_id: int | None = None) -> int:
    return shelving.create(facts=CategoryFacts(name, "", parent_id), slug="", image_path="", actor=SYSTEM)


def put(category_id: int, parent_id: int | None) -> None:
    row = queries.one(category_id)
    facts = CategoryFacts(row.name, row.description, parent_id)
    shelving.change(
        category_id=category_id, seen=row.mark, facts=facts, slug=row.slug, image_path=None, actor=SYSTEM
    )


def row_of(category_id: int) -> Category:
    db.session.rollback()
    return db.session.get_one(Category, category_id)


def names() -> list[str]:
    db.session.rollback()
    return [f"{'-' * row.depth}{row.name}" for row in queries.all_in_order()]


def page_of(category_id: int) -> str:
    return f"/admin/categories/{category_id}"


def last_action() -> str | None:
    return db.session.scalars(sa.select(AuditRecord.action).order_by(AuditRecord.id.desc())).first()


def test_a_new_category_stands_last_and_gets_an_address(keeper: ShopClient) -> None:
    kitchen = make("Kitchen")
    keeper.get(NEW)
    assert "The category is made" in keeper.submit(NEW, {"name": " Blue  Mugs ", "parent": str(kitchen)}).text
    assert names() == ["Kitchen", "-Blue Mugs"]
    assert queries.all_in_order()[1].slug == "blue-mugs"
    assert last_action() == "category.created"
    assert "Blue Mugs" in keeper.get("/admin/categories").text


def test_a_changed_category_is_found_by_its_new_name_and_at_both_addresses(keeper: ShopClient) -> None:
    category = make("Kitchen")
    goods = make_product(name="Bowl", category_id=category)
    keeper.get(page_of(category))
    keeper.submit(
        page_of(category), {"name": "Larder", "slug": "the-larder", "description": "Holds <b>all</b>."}
    )
    assert "&lt;b&gt;all" in keeper.get("/c/the-larder").text
    assert keeper.get("/c/kitchen", follow=False).headers["Location"].endswith("/c/the-larder")
    assert goods.name in keeper.get("/search?q=larder").text
    assert goods.name not in keeper.get("/search?q=kitchen").text
    assert last_action() == "category.changed"


def test_saving_what_is_there_writes_nothing(keeper: ShopClient) -> None:
    category = make("Kitchen")
    keeper.get(page_of(category))
    with nothing_changes():
        assert keeper.submit(page_of(category)).status_code == 200


def test_a_category_gets_a_picture_and_loses_it(keeper: ShopClient) -> None:
    category = make("Kitchen")
    seen = queries.one(category).mark
    answers = {"name": "Kitchen", "slug": "kitchen", "parent": "", "description": "", "seen": seen}
    keeper.send_files(page_of(category), "picture", [("k.jpg", jpeg())], answers)
    path = row_of(category).image_path
    assert keeper.get(f"/media/{path}").mimetype == "image/webp"
    keeper.get(page_of(category))
    keeper.submit(page_of(category), {"no-picture": "y"})
    assert row_of(category).image_path == ""


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", " ", "Give it a name"),
        ("name", "x" * 121, "at most 120"),
        ("description", "x" * 2001, "at most 2,000"),
        ("slug", "Big Slug", "small letters"),
        ("slug", "../admin", "small letters"),
        ("slug", "taken", "has this address already"),
        ("parent", "4711", "one of the categories"),
        ("parent", "top", "one of the categories"),
    ],
)
def test_bad_answers_change_nothing(keeper: ShopClient, field: str, typed: str, said: str) -> None:
    make("Taken")
    category = make("Kitchen")
    seen = queries.one(category).mark
    answers = {
        "name": "Kitchen",
        "slug": "kitchen",
        "parent": "",
        "description": "",
        "seen": seen,
        field: typed,
    }
    for action in (page_of(category), NEW):
        sent = answers if action != NEW or field == "slug" else {**answers, "slug": "other"}
        with nothing_changes():
            answer = keeper.post(action, sent)
        assert (answer.status_code, said in answer.text) == (422, True)


def test_a_bad_picture_changes_nothing(keeper: ShopClient) -> None:
    category = make("Kitchen")
    answers = {"name": "Other", "slug": "kitchen", "parent": "", "description": ""}
    with nothing_changes():
        answer = keeper.send_files(page_of(category), "picture", [("k.jpg", b"<html>")], answers)
    assert (answer.status_code, "damaged, or no picture" in answer.text) == (422, True)


def test_a_category_never_stands_under_itself(keeper: ShopClient) -> None:
    top = make("Top")
    middle = make("Middle", top)
    low = make("Low", middle)
    for parent in (top, middle, low):
        with nothing_changes(), pytest.raises(Invalid, match="cannot stand under itself"):
            put(top, parent)
    put(low, None)
    assert names() == ["Top", "-Middle", "Low"]


def test_the_tree_is_only_so_deep(app: Flask) -> None:
    parent: int | None = None
    for level in range(rules.DEEPEST):
        parent = make(f"Level {level}", parent)
    with pytest.raises(Invalid, match="at most 4 deep"):
        make("Too deep", parent)
    other = make("Other")
    make("Below", other)
    with pytest.raises(Invalid, match="at most 4 deep"):
        put(other, row_of(parent or 0).parent_id)


def test_two_who_move_at_once_cannot_close_a_ring(any_app: Flask) -> None:
    for _ in range(3):
        one, two = make("One"), make("Two")
        done = competing.together(any_app, [partial(put, one, two), partial(put, two, one)])
        assert sum(isinstance(found, Invalid) for found in done) == 1, done
        db.session.rollback()
        assert {row.id for row in queries.all_in_order()} >= {one, two}


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(moves=st.lists(st.tuples(st.integers(0, 5), st.integers(-1, 5)), max_size=12))
def test_however_categories_are_moved_there_is_no_ring(moves: list[tuple[int, int]]) -> None:
    parents: dict[int, int | None] = dict.fromkeys(range(6))
    for moved, parent in moves:
        place = None if parent < 0 else parent
        try:
            rules.check_place(parents, moved, place)
        except Invalid:
            continue
        parents[moved] = place
    assert tree.with_ancestors(parents, parents) == set(parents)
    for node in parents:
        assert parents[tree.path(parents, node)[0]] is None
        assert len(tree.path(parents, node)) <= rules.DEEPEST


def test_the_order_changes_by_buttons(keeper: ShopClient) -> None:
    _one, _two, three = make("One"), make("Two"), make("Three")
    for expected in (["One", "Three", "Two"], ["Three", "One", "Two"], ["Three", "One", "Two"]):
        keeper.post(f"{page_of(three)}/move", {"to": "up"})
        assert names() == expected
    keeper.post(f"{page_of(three)}/move", {"to": "down"})
    assert names() == ["One", "Three", "Two"]


def test_an_empty_category_is_removed_and_one_with_products_needs_an_heir(keeper: ShopClient) -> None:
    old, heir = make("Old"), make("Heir")
    goods = make_product(name="Bowl", category_id=old, status="draft")
    with nothing_changes():
        answer = keeper.post(f"{page_of(old)}/remove")
    assert (answer.status_code, "Choose the category that they move to" in answer.text) == (409, True)
    for bad in (str(old), "4711", "x"):
        with nothing_changes():
            assert keeper.post(f"{page_of(old)}/remove", {"heir": bad}).status_code == 422
    keeper.get(page_of(old))
    assert "is removed" in keeper.submit(f"{page_of(old)}/remove", {"heir": str(heir)}).text
    db.session.rollback()
    assert db.session.get_one(Product, goods.product_id).category_id == heir
    assert names() == ["Heir"]
    assert last_action() == "category.removed"
    assert keeper.get(page_of(old)).status_code == 404


def test_a_category_with_others_under_it_stays(keeper: ShopClient) -> None:
    top = make("Top")
    make("Low", top)
    with nothing_changes():
        answer = keeper.post(f"{page_of(top)}/remove")
    assert (answer.status_code, "Other categories stand under it" in answer.text) == (409, True)


def test_the_second_of_two_who_edit_a_category_sees_both_versions(keeper: ShopClient) -> None:
    tea = make("Tea")
    keeper.get(page_of(tea))
    old = dict(keeper.form(page_of(tea)).fields)
    assert keeper.post(page_of(tea), {**old, "name": "Green tea"}).status_code == 200
    with nothing_changes():
        answer = keeper.post(page_of(tea), {**old, "name": "Black tea"})
        assert keeper.post(page_of(tea), {**old, "seen": ""}).status_code == 409
    assert (answer.status_code, "<td>Green tea</td><td>Black tea</td>" in answer.text) == (409, True)
    keeper.post(page_of(tea), {**old, "name": "Black tea", "seen": queries.one(tea).mark})
    assert row_of(tea).name == "Black tea"


def test_of_two_who_save_a_category_at_once_one_is_told(any_app: Flask) -> None:
    tea = make("Tea")
    seen = queries.one(tea).mark

    def save(name: str) -> str:
        facts = CategoryFacts(name, "", None)
        shelving.change(category_id=tea, seen=seen, facts=facts, slug="tea", image_path=None, actor=SYSTEM)
        return name

    done = competing.together(any_app, [partial(save, "Green tea"), partial(save, "Black tea")])
    assert sorted(type(outcome).__name__ for outcome in done) == ["OutOfDate", "str"]
    assert row_of(tea).name in done
