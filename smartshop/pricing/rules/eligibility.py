"""Whether a customer may use a promotion now, and what to tell them when not. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from smartshop.pricing.rules.lines import PricedLine
from smartshop.pricing.rules.promotions import Applied, Promotion, missing


@dataclass(frozen=True)
class Buyer:
    """Who is about to buy, as far as that is known; an unnamed guest may turn out to be anybody."""

    person_id: int | None = None
    email: str = ""

    @property
    def is_named(self) -> bool:
        return self.person_id is not None or bool(self.email)


class Why(StrEnum):
    """Why a code takes nothing off."""

    UNKNOWN = "unknown"
    ENDED = "ended"
    NOT_YET = "not_yet"
    USED_UP = "used_up"
    NOT_FOR_YOU = "not_for_you"
    NOTHING_COVERED = "nothing_covered"
    TOO_LITTLE = "too_little"
    TOO_FEW = "too_few"
    OTHERS_SAVE_MORE = "others_save_more"
    NOTHING_TO_SAVE = "nothing_to_save"


PASSING = frozenset(
    {Why.NOTHING_COVERED, Why.TOO_LITTLE, Why.TOO_FEW, Why.OTHERS_SAVE_MORE, Why.NOTHING_TO_SAVE}
)
"""What may change with the cart: a code refused for it is kept."""


@dataclass(frozen=True)
class Refusal:
    """Why a code does not apply; ``missing_minor`` or ``missing_quantity`` more of what it covers would help."""

    code: str
    why: Why
    missing_minor: int = 0
    missing_quantity: int = 0
    at: datetime | None = None
    """When it begins or ended."""

    @property
    def is_passing(self) -> bool:
        return self.why in PASSING


@dataclass(frozen=True)
class OnOffer:
    """The promotions a buyer may use, and why the code they gave is not among them."""

    promotions: tuple[Promotion, ...] = ()
    refusal: Refusal | None = None


NOTHING = OnOffer()


def mailbox(email: str) -> str:
    """The address as one mailbox, so that ``Ada+shop@Example.com`` is ``ada@example.com``."""
    name, at, host = email.strip().casefold().rpartition("@")
    return f"{name.partition('+')[0] or name}{at}{host}"


def written(code: str) -> str:
    """A code as it is kept: capitals, without blanks."""
    return "".join(code.split()).upper()


def why_not(
    *, code: str, on_offer: OnOffer, lines: Sequence[PricedLine], used: Sequence[Applied]
) -> Refusal | None:
    """What to tell whoever gave a code; None when it is used or none was given."""
    if on_offer.refusal or not code or any(applied.code == code for applied in used):
        return on_offer.refusal
    offer = next(promotion for promotion in on_offer.promotions if promotion.code == code)
    lacks = missing(offer, lines)
    if lacks is None:
        return Refusal(code, Why.OTHERS_SAVE_MORE if used else Why.NOTHING_TO_SAVE)
    if lacks.has_none:
        return Refusal(code, Why.NOTHING_COVERED)
    why = Why.TOO_LITTLE if lacks.goods_minor else Why.TOO_FEW
    return Refusal(code, why, lacks.goods_minor, lacks.quantity)
