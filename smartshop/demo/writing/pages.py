"""What the simulated shop says about itself."""

import tomllib
from importlib import resources

from smartshop.content import operations
from smartshop.content.rules import PageFacts
from smartshop.kernel.audit import Actor


def write_pages(actor: Actor) -> None:
    """Publish the pages of text, all of them in the footer."""
    told = tomllib.loads(resources.files("smartshop.demo").joinpath("pages.toml").read_text(encoding="utf-8"))
    for page in told["pages"]:
        operations.create(facts=PageFacts(**page, is_published=True, is_in_footer=True), actor=actor)
