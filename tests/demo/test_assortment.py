"""The simulated assortment and its drawings."""

import re
import xml.etree.ElementTree as ET

import pytest

from smartshop.demo.assortment import ProductPlan, products, shelves
from smartshop.demo.illustrations.colours import COLOURS, darker, lighter, mix
from smartshop.demo.illustrations.drawing import FORMS, draw
from smartshop.demo.illustrations.patterns import PATTERNS
from smartshop.demo.illustrations.scenes import hero
from smartshop.demo.illustrations.shapes import Look
from smartshop.kernel.config import ROOT

SVG = "{http://www.w3.org/2000/svg}"
STATIC = {
    *("svg", "title", "defs", "linearGradient", "radialGradient", "stop", "clipPath"),
    *("g", "path", "ellipse", "rect"),
}


def _check(markup: str) -> None:
    root = ET.fromstring(markup)  # noqa: S314 - our own drawing
    assert root.get("role") == "img"
    assert (root.findtext(f"{SVG}title") or "").strip()
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= STATIC
    for element in root.iter():
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on")
            assert "href" not in name.lower()
            assert "//" not in value
    ids = {element.get("id") for element in root.iter()}
    assert set(re.findall(r"url\(#(\w+)\)", markup)) <= ids
    assert "NaN" not in markup


def test_ten_shelves_hold_a_hundred_and_twenty_products_with_names_of_their_own() -> None:
    assert len(shelves()) == 10
    assert len(products()) == 120
    assert len({plan.name for plan in products()}) == 120
    assert len({plan.slug for plan in products()}) == 120
    assert len({plan.description for plan in products()}) == 120
    assert all(plan in shelves()[plan.shelf].products for plan in products())


def test_every_sku_is_different_and_options_tell_variants_apart() -> None:
    skus = [variant.sku for plan in products() for variant in plan.variants]
    assert len(set(skus)) == len(skus)
    assert sum(len(plan.variants) > 1 for plan in products()) >= 40
    for plan in products():
        assert len({tuple(variant.options.items()) for variant in plan.variants}) == len(plan.variants)


def test_descriptions_have_two_to_four_sentences() -> None:
    for plan in products():
        sentences = re.findall(r"[.!?](?:\s|$)", plan.description)
        assert 2 <= len(sentences) <= 4, plan.name


def test_prices_and_weights_are_those_of_a_gift_shop() -> None:
    for plan in products():
        for variant in plan.variants:
            assert 500 <= variant.price_minor <= 20_000
            assert 30 <= variant.weight_grams <= 8_000


@pytest.mark.parametrize("plan", products(), ids=lambda plan: plan.slug)
def test_every_product_and_colour_has_a_safe_picture(plan: ProductPlan) -> None:
    colours = {variant.colour for variant in plan.variants}
    pictures = {plan.picture(colour) for colour in colours}
    assert len(pictures) == len(colours)
    for picture in pictures:
        _check(picture)


def test_pictures_differ_between_products_and_not_between_runs() -> None:
    first = [plan.picture() for plan in products()]
    assert len(set(first)) == len(first)
    assert first == [plan.picture() for plan in products()]


def test_every_form_and_pattern_can_be_drawn() -> None:
    for form in FORMS:
        _check(draw(form, Look("sage", "chalk", "rust", "stripes"), form))
    for pattern in PATTERNS:
        _check(draw("cushion", Look("sage", "chalk", "rust", pattern), pattern))


def test_shelves_and_front_door_have_pictures() -> None:
    for shelf in shelves():
        _check(shelf.picture())
    _check(hero("A sideboard"))


def test_a_title_with_markup_stays_text() -> None:
    markup = draw("mug", Look("sage"), "<script>alert(1)</script>")
    _check(markup)
    assert "<script" not in markup


def test_a_form_nobody_drew_is_refused_by_name() -> None:
    with pytest.raises(KeyError, match="samovar"):
        draw("samovar", Look("sage"), "Samovar")


def test_light_and_shadow_move_colours_the_right_way() -> None:
    for colour in COLOURS.values():
        assert sum(bytes.fromhex(lighter(colour, 0.3)[1:])) > sum(bytes.fromhex(darker(colour, 0.3)[1:]))
    assert mix("#000000", "#ffffff", 0.5) == "#808080"


def test_the_kept_front_door_picture_is_the_drawn_one() -> None:
    kept = ROOT / "static" / "img" / "demo" / "hero.svg"
    title = "A sideboard with a lamp, vases, a teapot and a basket in the morning light"
    assert kept.read_text(encoding="utf-8") == hero(title)
