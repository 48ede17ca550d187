"""Every page in every state: no accessibility violation in light or dark, nothing wider than a phone."""

import pytest
from playwright.sync_api import expect

from tests.journeys.auditing import COLOURS, check_on_a_phone, violations
from tests.journeys.conftest import PHONE, Visit
from tests.journeys.live_shop import ROOT, LiveShop
from tests.journeys.scenes import SCENES, arrive

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", SCENES)
def test_a_page_is_accessible_in_light_and_dark_and_fits_a_phone(
    shop: LiveShop, visit: Visit, axe: str, name: str
) -> None:
    scene = SCENES[name]
    page = visit(who=scene.who)
    arrive(page, shop, scene)
    page.evaluate(axe)
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, COLOURS) == []
    if not scene.takes_steps:
        page.set_viewport_size(PHONE)
        check_on_a_phone(page)


@pytest.mark.parametrize("name", [name for name, scene in SCENES.items() if scene.takes_steps])
def test_the_way_to_a_page_can_be_gone_on_a_phone(shop: LiveShop, visit: Visit, axe: str, name: str) -> None:
    scene = SCENES[name]
    page = visit(who=scene.who, viewport=PHONE, is_mobile=True, has_touch=True)
    arrive(page, shop, scene)
    page.evaluate(axe)
    check_on_a_phone(page)


def test_a_table_fades_at_its_edge_while_more_stands_to_the_right(shop: LiveShop, visit: Visit) -> None:
    page = visit(who=ROOT, viewport=PHONE)
    page.goto("/admin/orders")
    frame = page.get_by_role("region", name="Orders")
    expect(frame).to_have_js_property("scrollLeft", 0)
    edge = "(frame) => getComputedStyle(frame, '::after').content"
    assert frame.evaluate(edge) == '""'
    frame.evaluate("(frame) => frame.scrollTo(frame.scrollWidth, 0)")
    page.wait_for_function(f"(frame) => ({edge})(frame) === 'none'", arg=frame.element_handle())
