import pytest

from smartshop.catalog.models import Category
from smartshop.kernel.extensions import db
from smartshop.orders.operations import popularity
from tests.browser_client import ShopClient
from tests.factories import make_category, make_order, make_product, make_variant


def slug_of(category_id: int) -> str:
    return str(db.session.get_one(Category, category_id).slug)


def test_an_empty_shop_has_a_home_page(visitor: ShopClient) -> None:
    assert visitor.get("/").status_code == 200


def test_home_shows_what_sells_and_what_is_new(visitor: ShopClient) -> None:
    popular, other = make_product(name="Kettle"), make_product(name="Lamp")
    make_order(lines=[(popular, 1)])
    popularity.recount()
    page = visitor.get("/").text
    assert "Popular just now" in page
    assert f'href="/p/{popular.slug}"' in page
    assert f'href="/p/{other.slug}"' in page


def test_a_draft_is_nowhere_in_the_shop(visitor: ShopClient) -> None:
    category_id = make_category(name="Kitchen")
    make_product(name="Kettle", category_id=category_id)
    draft = make_product(name="Hidden", category_id=category_id, status="draft")
    for path in ("/", f"/c/{slug_of(category_id)}", "/search?q=hidden"):
        assert f"/p/{draft.slug}" not in visitor.get(path).text
    assert visitor.get(f"/p/{draft.slug}").status_code == 404


def test_a_category_shows_its_own_products(visitor: ShopClient) -> None:
    kitchen, living = make_category(name="Kitchen"), make_category(name="Living")
    kettle, lamp = (
        make_product(name="Kettle", category_id=kitchen),
        make_product(name="Lamp", category_id=living),
    )
    page = visitor.get(f"/c/{slug_of(kitchen)}").text
    assert kettle.slug in page
    assert lamp.slug not in page


def test_a_long_category_has_pages(visitor: ShopClient) -> None:
    category_id = make_category(name="Kitchen")
    shelf = [make_product(name=f"Thing {n}", category_id=category_id) for n in range(25)]
    path = f"/c/{slug_of(category_id)}?sort=newest"
    first, second = visitor.get(path).text, visitor.get(f"{path}&page=2").text
    on_first = [goods.slug for goods in shelf if f'"/p/{goods.slug}"' in first]
    on_second = [goods.slug for goods in shelf if f'"/p/{goods.slug}"' in second]
    assert (len(on_first), len(on_second)) == (24, 1)
    assert set(on_first).isdisjoint(on_second)
    assert "page=2" in first


def test_a_page_past_the_end_is_the_last_one(visitor: ShopClient) -> None:
    goods = make_product(name="Kettle")
    answer = visitor.get("/search?q=kettle&page=1000000")
    assert (answer.status_code, goods.slug in answer.text) == (200, True)


@pytest.mark.parametrize(
    "query", ["page=abc", "page=0", "page=-1", "page=9999999999", "sort=magic", "q=" + "x" * 101]
)
@pytest.mark.parametrize("path", ["/search", "/c/kitchen"])
def test_an_address_that_makes_no_sense_is_refused(visitor: ShopClient, path: str, query: str) -> None:
    make_product(category_id=make_category(name="Kitchen", slug="kitchen"))
    answer = visitor.get(f"{path}?{query}")
    expected = 200 if path == "/c/kitchen" and query.startswith("q=") else 400
    assert answer.status_code == expected


def test_products_can_be_sorted_by_price(visitor: ShopClient) -> None:
    dear, cheap = (
        make_product(name="Dear mug", price_minor=5000),
        make_product(name="Cheap mug", price_minor=500),
    )
    up, down = visitor.get("/search?q=mug&sort=price").text, visitor.get("/search?q=mug&sort=price-down").text
    assert up.index(cheap.slug) < up.index(dear.slug)
    assert down.index(dear.slug) < down.index(cheap.slug)


def test_search_finds_every_word_in_name_or_description(visitor: ShopClient) -> None:
    found = make_product(name="Stone mug", description="Glazed by hand")
    other = make_product(name="Stone plate", description="Glazed in a kiln")
    visitor.get("/")
    page = visitor.submit("/search", {"q": "  GLAZED   mug "}).text
    assert found.slug in page
    assert other.slug not in page


@pytest.mark.parametrize(
    "query", ["%", "_", "\\", "100%", "'; DROP TABLE products; --", "<script>alert(1)</script>"]
)
def test_signs_in_a_search_are_only_signs(visitor: ShopClient, query: str) -> None:
    make_product(name="Kettle")
    visitor.get("/")
    answer = visitor.submit("/search", {"q": query})
    assert answer.status_code == 200
    assert "/p/kettle" not in answer.text
    assert "<script>alert" not in answer.text


def test_a_search_without_words_shows_everything(visitor: ShopClient) -> None:
    goods = make_product(name="Kettle")
    assert goods.slug in visitor.get("/search").text


def test_a_product_page_says_price_and_what_is_left(visitor: ShopClient) -> None:
    few = make_product(name="Kettle", price_minor=4950, on_hand=3)
    page = visitor.get(f"/p/{few.slug}").text
    assert "£49.50" in page
    assert "3" in visitor.form("/cart/add").fields.get("max", "3")
    assert str(few.variant_id) == visitor.form("/cart/add").fields["variant_id"]


def test_each_variant_of_a_product_can_be_chosen(visitor: ShopClient) -> None:
    goods = make_product(name="Throw")
    blue = make_variant(product_id=goods.product_id, name="Blue", price_minor=1200, position=1)
    visitor.get(f"/p/{goods.slug}")
    visitor.submit("/cart/add", {"variant_id": str(blue)})
    assert "Blue" in visitor.get("/cart").text


def test_what_is_sold_out_cannot_be_put_into_the_cart(visitor: ShopClient) -> None:
    gone = make_product(name="Kettle", on_hand=0)
    page = visitor.get(f"/p/{gone.slug}").text
    assert "Sold out" in page
