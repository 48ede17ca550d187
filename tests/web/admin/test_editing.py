"""Making and changing a product: what is saved, what is refused, and what lists and searches know of it."""

import pytest
import sqlalchemy as sa

from smartshop.catalog.models import Product
from smartshop.catalog.operations import slugs
from smartshop.catalog.queries import editing
from smartshop.identity.rules.roles import Role
from smartshop.kernel.audit import SYSTEM, AuditRecord
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.browser_client import ShopClient
from tests.factories import Goods, make_category, make_order, make_product, make_variant
from tests.row_counts import nothing_changes
from tests.web.admin.conftest import Enter

NEW = {"name": "Tin box", "status": "published", "sku": "TIN-1", "price-0": "12.50", "active-0": "y"}


@pytest.fixture
def keeper(enter: Enter) -> ShopClient:
    return enter(Role.CATALOG_MANAGER)


def page_of(goods: Goods) -> str:
    return f"/admin/products/{goods.product_id}"


def row_of(product_id: int) -> Product:
    db.session.rollback()
    return db.session.get_one(Product, product_id)


def last_record() -> AuditRecord:
    db.session.rollback()
    found = db.session.scalars(sa.select(AuditRecord).order_by(AuditRecord.id.desc())).first()
    assert found is not None
    return found


def test_a_changed_product_shows_everywhere_and_keeps_its_address(keeper: ShopClient) -> None:
    goods = make_product(name="Blue mug", price_minor=1000)
    kitchen = make_category(name="Kitchen")
    price = f"price-{goods.variant_id}"
    page = keeper.get(page_of(goods))
    assert 'value="10.00"' in page.text
    answers = {
        "name": "  Green   beaker ",
        "description": "Holds\r\n<b>plenty</b>.",
        "category": str(kitchen),
        price: "12,5",
    }
    assert "The product is saved" in keeper.submit(page_of(goods), answers).text
    row = row_of(goods.product_id)
    assert (row.name, row.slug, row.category_id) == ("Green beaker", goods.slug, kitchen)
    assert (row.price_low_minor, row.description) == (1250, "Holds\n<b>plenty</b>.")
    assert "&lt;b&gt;plenty" in keeper.get(f"/p/{goods.slug}").text
    assert "Green beaker" in keeper.get("/search?q=beaker").text
    assert "Green beaker" not in keeper.get("/search?q=blue").text
    record = last_record()
    assert (record.action, record.subject) == ("product.changed", f"product:{goods.product_id}")
    assert (record.before["name"], record.after["name"]) == ("Blue mug", "Green beaker")
    assert [value for name, value in record.after.items() if name.endswith("price_minor")] == [1250]
    assert "status" not in record.after


def test_a_product_that_moves_is_still_found_where_it_was(keeper: ShopClient) -> None:
    goods = make_product(name="Blue mug")
    keeper.get(page_of(goods))
    assert "The product is saved" in keeper.submit(page_of(goods), {"slug": "sky-mug"}).text
    assert last_record().after == {"slug": "sky-mug"}
    answer = keeper.get(f"/p/{goods.slug}?utm_source=post&q=a%20b", follow=False)
    assert (answer.status_code, answer.location) == (301, "/p/sky-mug?utm_source=post&q=a%20b")
    assert 'rel="canonical" href="http://127.0.0.1:5000/p/sky-mug"' in keeper.get("/p/sky-mug").text
    sitemap = keeper.get("/sitemap.xml").text
    assert ("/p/sky-mug<" in sitemap, f"/p/{goods.slug}<" in sitemap) == (True, False)


def test_a_variant_that_is_not_sold_any_more_leaves_price_and_stock(keeper: ShopClient) -> None:
    goods = make_product(name="Throw", price_minor=1000, on_hand=5)
    blue = make_variant(product_id=goods.product_id, name="Blue", price_minor=3000, position=1, on_hand=0)
    keeper.get(page_of(goods))
    form = keeper.form(page_of(goods)).fields
    form.pop(f"active-{goods.variant_id}")
    assert keeper.post(page_of(goods), form).status_code == 200
    row = row_of(goods.product_id)
    assert (row.price_low_minor, row.is_in_stock) == (3000, False)
    assert [v.is_active for v in editing.product(goods.product_id).variants] == [False, True]
    assert [v.id for v in editing.product(goods.product_id).variants] == [goods.variant_id, blue]


def test_a_draft_leaves_the_shop(keeper: ShopClient) -> None:
    goods = make_product(name="Blue mug")
    keeper.get(page_of(goods))
    keeper.submit(page_of(goods), {"status": "draft"})
    assert keeper.get(f"/p/{goods.slug}").status_code == 404
    assert "Draft" in keeper.get("/admin/products").text


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", " ", "Give it a name"),
        ("name", "x" * 201, "at most 200"),
        ("name", "a\x07bell", "Give it a name"),
        ("slug", "", "small letters a to z"),
        ("slug", "Blue Mug", "small letters a to z"),
        ("slug", "../admin", "small letters a to z"),
        ("slug", "x" * 121, "at most 120"),
        ("slug", "taken", "has this address already"),
        ("description", "x" * 10_001, "at most 10,000"),
        ("category", "4711", "one of the categories"),
        ("category", "kitchen", "one of the categories"),
        ("status", "sold", "draft or published"),
        ("variant-{id}", "x" * 121, "at most 120"),
        ("price-{id}", "", "such as 12.50"),
        ("price-{id}", "0", "more than nothing"),
        ("price-{id}", "-1", "such as 12.50"),
        ("price-{id}", "1.005", "such as 12.50"),
        ("price-{id}", "1e3", "such as 12.50"),
        ("price-{id}", "NaN", "such as 12.50"),
        ("price-{id}", "99999999999", "such as 12.50"),
        ("active-{id}", "", "Nothing of it is sold"),
    ],
)
def test_bad_answers_are_said_by_the_field_and_change_nothing(
    keeper: ShopClient, field: str, typed: str, said: str
) -> None:
    goods = make_product()
    slugs.rename_product(product_id=make_product().product_id, slug="taken", actor=SYSTEM)
    keeper.get(page_of(goods))
    name = field.format(id=goods.variant_id)
    answers = {**keeper.form(page_of(goods)).fields, name: typed}
    with nothing_changes():
        answer = keeper.post(page_of(goods), answers)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_the_second_of_two_who_edit_is_told_and_keeps_what_they_typed(keeper: ShopClient) -> None:
    goods = make_product(name="Blue mug")
    keeper.get(page_of(goods))
    old = dict(keeper.form(page_of(goods)).fields)
    assert keeper.post(page_of(goods), {**old, "name": "Green mug"}).status_code == 200
    with nothing_changes():
        answer = keeper.post(page_of(goods), {**old, "name": "Red mug"})
    assert (answer.status_code, "Somebody else saved" in answer.text) == (409, True)
    assert "<td>Green mug</td><td>Red mug</td>" in answer.text
    assert keeper.form(page_of(goods)).fields["name"] == "Red mug"
    keeper.submit(page_of(goods))
    assert row_of(goods.product_id).name == "Red mug"


@pytest.mark.parametrize("seen", ["", "yesterday", "2026-01-01T00:00:00"])
def test_a_form_that_does_not_say_what_it_saw_is_out_of_date(keeper: ShopClient, seen: str) -> None:
    goods = make_product()
    keeper.get(page_of(goods))
    answers = {**keeper.form(page_of(goods)).fields, "updated_at": seen, "name": "Other"}
    with nothing_changes():
        assert keeper.post(page_of(goods), answers).status_code == 409


def test_saving_what_is_there_writes_nothing(keeper: ShopClient) -> None:
    goods = make_product()
    keeper.get(page_of(goods))
    with nothing_changes():
        assert keeper.submit(page_of(goods)).status_code == 200


def test_fields_that_the_form_does_not_have_are_not_taken(keeper: ShopClient) -> None:
    goods, other = make_product(), make_product(price_minor=900)
    keeper.get(page_of(goods))
    sneaked = {"rating_sum": "99", "id": "7", f"price-{other.variant_id}": "1"}
    keeper.post(page_of(goods), {**keeper.form(page_of(goods)).fields, **sneaked, "name": "Cup"})
    row = row_of(goods.product_id)
    assert (row.name, row.slug, row.rating_sum) == ("Cup", goods.slug, 0)
    assert row_of(other.product_id).price_low_minor == 900


def test_a_new_product_is_sold_out_until_goods_come_in(keeper: ShopClient) -> None:
    category = make_category(name="Tins")
    keeper.get("/admin/products/new")
    page = keeper.submit("/admin/products/new", {**NEW, "category": str(category)}).text
    assert "The product is made" in page
    row = db.session.scalars(sa.select(Product).where(Product.name == "Tin box")).one()
    assert (row.slug, row.price_low_minor, row.is_in_stock) == ("tin-box", 1250, False)
    assert last_record().action == "product.created"
    assert "Tin box" in keeper.get("/search?q=tin").text
    assert ">uncounted<" not in keeper.get("/admin/products?q=Tin").text


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("sku", "", "Give a code"),
        ("sku", "two words", "without blanks"),
        ("sku", "TAKEN", "has this code already"),
        ("name", "", "Give it a name"),
        ("price-0", "free", "such as 12.50"),
    ],
)
def test_a_new_product_with_bad_answers_is_not_made(
    keeper: ShopClient, field: str, typed: str, said: str
) -> None:
    taken = make_product()
    with unit_of_work():
        db.session.execute(
            sa.text("UPDATE variants SET sku = 'TAKEN' WHERE id = :id"), {"id": taken.variant_id}
        )
    category = str(row_of(taken.product_id).category_id)
    with nothing_changes():
        answer = keeper.post("/admin/products/new", {**NEW, "category": category, field: typed})
    assert (answer.status_code, said in answer.text) == (422, True)
    assert "Tin box" in answer.text or field == "name"


def test_support_cannot_edit(enter: Enter) -> None:
    goods = make_product()
    client = enter(Role.SUPPORT)
    with nothing_changes():
        assert client.get(page_of(goods)).status_code == 403
        assert client.post(page_of(goods), {"name": "Mine"}).status_code == 403
    assert "New product" not in client.get("/admin/products").text


def test_what_does_not_exist_is_not_found(keeper: ShopClient) -> None:
    assert keeper.get("/admin/products/4711").status_code == 404
    assert keeper.post("/admin/products/4711", NEW).status_code == 404


def test_a_product_is_taxed_and_weighed_as_staff_says(keeper: ShopClient) -> None:
    goods = make_product()
    weight = f"weight-{goods.variant_id}"
    keeper.get(page_of(goods))
    keeper.submit(page_of(goods), {"tax_class": "reduced", weight: "390"})
    assert row_of(goods.product_id).tax_class == "reduced"
    keeper.get(page_of(goods))
    fields = keeper.form(page_of(goods)).fields
    assert (fields["tax_class"], fields[weight]) == ("reduced", "390")
    record = last_record()
    assert record.after["tax_class"] == "reduced"


@pytest.mark.parametrize(
    "wrong",
    [
        {"tax_class": "gone"},
        {"weight": "x"},
        {"weight": "1,234"},
        {"weight": "1.234"},
        {"weight": "99999999"},
    ],
)
def test_a_wrong_tax_class_or_weight_is_refused(keeper: ShopClient, wrong: dict[str, str]) -> None:
    goods = make_product()
    keeper.get(page_of(goods))
    fields = keeper.form(page_of(goods)).fields
    named = {f"weight-{goods.variant_id}" if name == "weight" else name: text for name, text in wrong.items()}
    with nothing_changes():
        assert keeper.post(page_of(goods), {**fields, **named}).status_code == 422


def test_attributes_are_added_changed_and_taken_away_row_by_row(keeper: ShopClient) -> None:
    goods = make_product()
    keeper.get(page_of(goods))
    rows = {
        "attribute-name-0": " Material ",
        "attribute-value-0": "Wool | Silk",
        "attribute-name-1": "Care",
        "attribute-value-1": "By hand",
    }
    keeper.submit(page_of(goods), rows)
    assert row_of(goods.product_id).attributes == {"Material": ["Wool", "Silk"], "Care": "By hand"}
    assert "By hand" in keeper.get(f"/p/{goods.slug}").text
    keeper.get(page_of(goods))
    assert keeper.form(page_of(goods)).fields["attribute-value-0"] == "Wool | Silk"
    keeper.submit(page_of(goods), {"attribute-name-0": "", "attribute-value-0": ""})
    assert row_of(goods.product_id).attributes == {"Care": "By hand"}


def test_options_are_named_once_and_said_of_each_variant(keeper: ShopClient) -> None:
    goods = make_product()
    green = make_variant(product_id=goods.product_id, name="Green", position=1)
    answers = {
        "option-name-0": "Colour",
        f"option-{goods.variant_id}-0": "Blue",
        f"option-{green}-0": "Green",
        f"place-{green}": "1",
    }
    keeper.get(page_of(goods))
    keeper.submit(page_of(goods), answers)
    kept = editing.product(goods.product_id).variants
    assert [(one.id, one.options) for one in kept] == [
        (green, {"Colour": "Green"}),
        (goods.variant_id, {"Colour": "Blue"}),
    ]
    assert "Choose: colour" in keeper.get(f"/p/{goods.slug}").text


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"attribute-value-0": "Wool"}, "Give &#39;Wool&#39; a name"),
        ({"attribute-name-0": "Material"}, "Give &#39;Material&#39; a value"),
        ({"attribute-name-0": "x" * 61, "attribute-value-0": "y"}, "at most 60 characters"),
        ({"option-{id}-0": "Blue"}, "Give &#39;Blue&#39; a name"),
    ],
)
def test_half_an_attribute_or_option_is_refused(
    keeper: ShopClient, answers: dict[str, str], said: str
) -> None:
    goods = make_product()
    keeper.get(page_of(goods))
    fields = keeper.form(page_of(goods)).fields
    named = {name.format(id=goods.variant_id): text for name, text in answers.items()}
    with nothing_changes():
        answer = keeper.post(page_of(goods), {**fields, **named})
    assert (answer.status_code, said in answer.text) == (422, True)


def test_a_form_from_before_a_variant_was_added_is_out_of_date(keeper: ShopClient) -> None:
    goods = make_product()
    keeper.get(page_of(goods))
    old = dict(keeper.form(page_of(goods)).fields)
    new = f"{page_of(goods)}/variants/new"
    keeper.get(new)
    answers = {"option-name-0": "Size", "option-values-0": "S | M", "price-0": "9"}
    assert "2 variants are added" in keeper.submit(new, answers).text
    with nothing_changes():
        assert keeper.post(page_of(goods), {**old, "name": "Cup"}).status_code == 409


def test_variants_that_cannot_be_added_are_said_by_the_field(keeper: ShopClient) -> None:
    goods = make_product()
    new = f"{page_of(goods)}/variants/new"
    keeper.get(new)
    fields = {**keeper.form(new).fields, "option-name-0": "Size", "option-values-0": "S"}
    with nothing_changes():
        answer = keeper.post(new, {**fields, "price-0": "0"})
    assert (answer.status_code, "more than nothing" in answer.text) == (422, True)


def test_a_draft_is_previewed_by_staff_alone(keeper: ShopClient, enter: Enter) -> None:
    goods = make_product(name="Blue mug", status="draft")
    page = keeper.get(f"{page_of(goods)}/preview")
    assert ("A preview that only staff sees" in page.text, "noindex" in page.text) == (True, True)
    assert keeper.get(f"/p/{goods.slug}").status_code == 404
    assert enter(Role.SUPPORT).get(f"{page_of(goods)}/preview").status_code == 403


def test_a_copy_opens_to_be_named(keeper: ShopClient) -> None:
    goods = make_product(name="Blue mug")
    keeper.get(page_of(goods))
    page = keeper.submit(f"{page_of(goods)}/duplicate")
    assert "Blue mug (copy)" in page.text
    assert keeper.get("/p/blue-mug-copy").status_code == 404


def test_what_was_ordered_is_not_deleted_and_what_was_not_is(keeper: ShopClient) -> None:
    ordered, idle = make_product(name="Blue mug"), make_product(name="Red mug")
    make_order(lines=[(ordered, 1)])
    keeper.get(page_of(ordered))
    assert "Make it a draft" in keeper.submit(f"{page_of(ordered)}/delete").text
    keeper.get(page_of(idle))
    assert "Red mug is deleted" in keeper.submit(f"{page_of(idle)}/delete").text
    assert keeper.get(page_of(idle)).status_code == 404
    assert row_of(ordered.product_id).name == "Blue mug"
