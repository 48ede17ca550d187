"""The kinds of events and what each carries."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    VISIT = "visit"
    """A session begins; facts: referrer, utm_source, utm_medium, utm_campaign, landing."""

    VIEW = "view"
    """A product page was seen."""

    SEARCH = "search"
    """A search; facts: query; value: how many products it found."""

    CART_ADD = "cart_add"
    """A product went into the cart; value: quantity."""

    CART_REMOVE = "cart_remove"
    """A product left the cart; value: quantity."""

    CHECKOUT = "checkout"
    """The checkout page was opened; value: goods in minor units."""

    ORDER = "order"
    """An order was placed; value: its total in minor units; facts: number."""

    SIGN_UP = "sign_up"
    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_OUT = "sign_out"
    CODE_ASKED = "code_asked"
    """Somebody asked for a code by e-mail; facts: purpose."""

    CODE_WRONG = "code_wrong"
    """A code was not right; facts: purpose."""

    ACCOUNT_CHANGED = "account_changed"
    """How an account is protected has changed; facts: what."""


@dataclass(frozen=True)
class NewEvent:
    """An event on its way into the log; ``at`` is UTC."""

    at: datetime
    kind: Kind
    visitor_id: str
    session_id: str = ""
    person_id: int | None = None
    product_id: int | None = None
    value: int | None = None
    facts: dict[str, str] = field(default_factory=dict)
