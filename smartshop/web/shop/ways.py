"""The ways to pay that this shop offers."""

from collections.abc import Mapping

from smartshop.payments.rules import gateways
from smartshop.payments.rules.gateways import DemoCard, Gateway
from smartshop.web.presenting import settings


def on_offer() -> Mapping[str, Gateway]:
    """Every way to pay by its code; the test card only where the settings allow it."""
    has_card = settings().offers_test_card
    return {code: way for code, way in gateways.GATEWAYS.items() if has_card or code != DemoCard.code}
