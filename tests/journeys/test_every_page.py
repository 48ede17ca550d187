"""Every page in every state: no accessibility violation in light or dark, nothing wider than a phone."""

from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize

from smartshop.kernel.config import ROOT
from tests import requirements
from tests.journeys import steps
from tests.journeys.conftest import PHONE, Visit
from tests.journeys.live_shop import LiveShop
from tests.journeys.scenes import SCENES, arrive

pytestmark = pytest.mark.browser

NARROW: ViewportSize = {"width": 320, "height": 700}
EVERYTHING: list[str] = []
COLOURS = ["color-contrast", "link-in-text-block"]
"""All that another colour scheme can change."""
AUDIT = """async (rules) => {
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  await Promise.all(document.getAnimations().map((animation) => animation.finished));
  const {violations} = await axe.run(document, {
    resultTypes: ["violations"],
    ...(rules.length ? {runOnly: {type: "rule", values: rules}} : {}),
  });
  return violations.map(({id, nodes}) => ({
    rule: id,
    where: nodes.map((node) => `${node.target.join(" ")}: ${node.failureSummary}`),
  }));
}"""


@pytest.fixture(scope="session")
def axe() -> str:
    path = ROOT / "static" / "vendor" / "axe-core" / "axe.min.js"
    if not path.is_file():
        requirements.missing("browser", "axe-core is not in static/vendor (flask assets pull --dev)")
    return path.read_text(encoding="utf-8")


def violations(page: Page, rules: list[str] = EVERYTHING) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(AUDIT, rules)
    return found


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


def check_on_a_phone(page: Page) -> None:
    assert steps.width_to_spare(page) == 0
    assert violations(page) == []
    page.set_viewport_size(NARROW)
    assert steps.width_to_spare(page) == 0
