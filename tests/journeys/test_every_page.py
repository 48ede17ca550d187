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
AUDIT = """async () => {
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  await Promise.all(document.getAnimations().map((animation) => animation.finished));
  const {violations} = await axe.run(document, {resultTypes: ["violations"]});
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


def violations(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(AUDIT)
    return found


@pytest.mark.parametrize("name", SCENES)
def test_a_page_is_accessible_in_light_and_dark(shop: LiveShop, visit: Visit, axe: str, name: str) -> None:
    scene = SCENES[name]
    page = visit(who=scene.who)
    arrive(page, shop, scene)
    page.evaluate(axe)
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []


@pytest.mark.parametrize("name", SCENES)
def test_a_page_fits_a_phone(shop: LiveShop, visit: Visit, axe: str, name: str) -> None:
    scene = SCENES[name]
    page = visit(who=scene.who, viewport=PHONE, is_mobile=True, has_touch=True)
    arrive(page, shop, scene)
    assert steps.width_to_spare(page) == 0
    page.evaluate(axe)
    assert violations(page) == []
    page.set_viewport_size(NARROW)
    assert steps.width_to_spare(page) == 0
