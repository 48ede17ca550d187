"""Which ways to pay the settings of a shop add to those that need nobody else."""

from smartshop.kernel.config import Settings
from smartshop.payments.rules import gateways


def offer(settings: Settings) -> None:
    """Offer what the settings configure. Stripe's library is only loaded where it is used."""
    if not settings.stripe_key:
        return
    from smartshop.payments.operations.stripe_checkout import StripeCheckout

    way = StripeCheckout(
        key=settings.stripe_key,
        webhook_secret=settings.stripe_webhook_secret,
        api_base=settings.stripe_api_base,
        shop_url=settings.base_url.rstrip("/"),
    )
    gateways.GATEWAYS[way.code] = way
