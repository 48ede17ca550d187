"""What is asked of every page: no accessibility violation, and nothing wider than a phone."""

from typing import Any

from playwright.sync_api import Page, ViewportSize

from tests.journeys import steps

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


def violations(page: Page, rules: list[str] = EVERYTHING) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(AUDIT, rules)
    return found


def check_on_a_phone(page: Page) -> None:
    assert steps.width_to_spare(page) == 0
    assert violations(page) == []
    page.set_viewport_size(NARROW)
    assert steps.width_to_spare(page) == 0
