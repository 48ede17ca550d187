"""Amounts as Stripe counts them, which is not in every currency as its smallest unit. Pure.

Source: docs.stripe.com/currencies, "Zero-decimal currencies", "Three-decimal currencies" and "Special cases": ISK and UGX
are sent with two decimals that are zero. CLDR, by which the shop counts, gives no decimals to more currencies, RSD and
ALL among them.
"""

from decimal import Decimal

from smartshop.kernel.money import Money, exponent

WITHOUT_DECIMALS = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}
)
WITH_THREE_DECIMALS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
STEP_OF_THREE_DECIMALS = 10
"""Card networks take no finer step than this of the smallest unit."""


class NotCountable(ValueError):
    """Stripe cannot take exactly this amount; the message is for whoever wants to pay or to refund it."""


def decimals(currency: str) -> int:
    """With how many decimal places Stripe counts a currency."""
    if currency in WITHOUT_DECIMALS:
        return 0
    return 3 if currency in WITH_THREE_DECIMALS else 2


def counted(amount: Money) -> int:
    """An amount as Stripe counts it: 500 ISK is 50,000.

    Raises NotCountable.
    """
    value = amount.major.scaleb(decimals(amount.currency))
    step = STEP_OF_THREE_DECIMALS if amount.currency in WITH_THREE_DECIMALS else 1
    if value % step:
        raise NotCountable(
            f"Stripe takes no amount in {amount.currency} that is as fine as this one. Choose another way to pay."
        )
    return int(value)


def read(count: int, currency: str) -> Money | None:
    """What Stripe counted as money of the shop; None for parts of a unit that the shop does not know."""
    value = Decimal(count).scaleb(exponent(currency) - decimals(currency))
    return Money(int(value), currency) if value == int(value) else None
