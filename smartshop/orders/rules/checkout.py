"""What a checkout asks for. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from smartshop.identity.rules.addresses import Address


@dataclass(frozen=True)
class PlaceOrder:
    """A submitted checkout. ``expected_total_minor`` is the total that the customer saw."""

    idempotency_key: str
    email: str
    address: Address
    shipping_code: str
    payment_code: str
    expected_total_minor: int
    payment_details: Mapping[str, str] = field(default_factory=dict, repr=False)
