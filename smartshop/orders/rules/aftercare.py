"""What may still be sent of an order, come back of it or be credited for it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from urllib.parse import quote

from smartshop.kernel.errors import Conflict, Invalid
from smartshop.kernel.money import round_half_up
from smartshop.orders.rules.states import State

OPEN_STATES = frozenset({State.CONFIRMED, State.PAID})
"""Orders that goods still leave for."""

CARRIERS: Mapping[str, tuple[str, str]] = {
    "royal_mail": ("Royal Mail", "https://www.royalmail.com/track-your-item#/tracking-results/{number}"),
    "dhl": ("DHL", "https://www.dhl.com/en/express/tracking.html?AWB={number}"),
    "dpd": ("DPD", "https://www.dpd.co.uk/apps/tracking/?reference={number}"),
    "ups": ("UPS", "https://www.ups.com/track?tracknum={number}"),
    "fedex": ("FedEx", "https://www.fedex.com/fedextrack/?trknbr={number}"),
    "other": ("Other carrier", ""),
}
"""Code of a carrier to its name and the address of its tracking page."""

LONGEST_REASON = 300


class TooMany(Conflict):
    """More was to be sent or taken back than there is; facts: position, wanted, left."""

    code = "too_many"


@dataclass(frozen=True)
class LineState:
    """What happened to one line; quantities count pieces, amounts are minor units."""

    position: int
    name: str
    quantity: int
    shipped: int
    cancelled: int
    returned: int
    total_minor: int
    returned_minor: int
    added_tax_minor: int = 0
    """The tax on this line that its total does not contain."""

    @property
    def unsent(self) -> int:
        """How many were neither sent nor cancelled."""
        return self.quantity - self.shipped - self.cancelled

    def to_send(self, state: State) -> int:
        """How many are still to be sent."""
        return self.unsent if state in OPEN_STATES else 0

    def returnable(self, state: State) -> int:
        """How many the customer has. A fulfilled order was sent whole, also one that was imported as such."""
        if state is State.CANCELLED:
            return 0
        if state is State.FULFILLED:
            return self.quantity - self.returned
        return self.shipped - (self.returned - self.cancelled)

    def credit(self, quantity: int) -> "Credit":
        """What ``quantity`` more pieces coming back are worth.

        The value of the first k of Q pieces is total × k ÷ Q, half up; a credit is the difference of two such
        values, so that the credits of all pieces sum to the total whatever the steps.
        """
        back = self.returned + quantity
        goods = max(0, part(self.total_minor, back, self.quantity) - self.returned_minor)
        tax = part(self.added_tax_minor, back, self.quantity) - part(
            self.added_tax_minor, self.returned, self.quantity
        )
        return Credit(goods, tax)


@dataclass(frozen=True)
class Credit:
    goods_minor: int
    tax_minor: int

    @property
    def total_minor(self) -> int:
        return self.goods_minor + self.tax_minor


def part(total: int, count: int, whole: int) -> int:
    """The share of ``count`` in ``whole`` of an amount, half up; nothing of nothing."""
    return round_half_up(Fraction(total * count, whole)) if whole else 0


def chosen(lines: Sequence[LineState], wanted: Mapping[int, int], left: Mapping[int, int]) -> dict[int, int]:
    """The positions and quantities that were asked for, without the zeros.

    Raises Invalid (nothing, or a quantity that is none) and TooMany (more than is left of a line).
    """
    known = {line.position: line for line in lines}
    if any(position not in known or quantity < 0 for position, quantity in wanted.items()):
        raise Invalid("Give a whole number of pieces for each line, 0 for none.")
    picked = {position: quantity for position, quantity in wanted.items() if quantity}
    if not picked:
        raise Invalid("Give the quantity of at least one line.")
    for position, quantity in picked.items():
        if quantity > left[position]:
            raise TooMany(
                f"Only {left[position]} of {known[position].name} are left for that, not {quantity}.",
                position=position,
                wanted=quantity,
                left=left[position],
            )
    return picked


def checked_reason(reason: str) -> str:
    """The reason without blanks around it.

    Raises Invalid when there is none or it is too long: whoever reads the log wants to know why.
    """
    words = " ".join(reason.split())
    if not words:
        raise Invalid("Say why, for the log of the order.", {"reason": "Say why, for the log of the order."})
    if len(words) > LONGEST_REASON:
        problem = f"Use at most {LONGEST_REASON} characters."
        raise Invalid(problem, {"reason": problem})
    return words


def tracking_url(carrier: str, number: str) -> str:
    """Where the customer follows the parcel; empty when the carrier or the number is unknown."""
    _name, pattern = CARRIERS.get(carrier, ("", ""))
    return pattern.format(number=quote(number, safe="")) if pattern and number else ""


def checked_parcel(carrier: str, tracking_number: str) -> tuple[str, str]:
    """The carrier and the tracking number without blanks.

    Raises Invalid with a message per field.
    """
    number = "".join(tracking_number.split())
    problems: dict[str, str] = {}
    if carrier not in CARRIERS:
        problems["carrier"] = "Choose one of the carriers shown."
    if len(number) > 40 or not all(c.isascii() and (c.isalnum() or c in "-/.") for c in number):
        problems["tracking_number"] = "Use at most 40 letters and digits, as printed on the label."
    if problems:
        raise Invalid("Please correct the marked fields.", problems)
    return carrier, number


@dataclass(frozen=True)
class Standing:
    """How an order's money stands; minor units."""

    total_minor: int
    credited_minor: int
    captured_minor: int
    refunded_minor: int

    @property
    def to_pay_minor(self) -> int:
        """What the customer still owes."""
        kept = self.captured_minor - self.refunded_minor
        return max(0, self.total_minor - self.credited_minor - kept)

    @property
    def to_refund_minor(self) -> int:
        """What the customer is still to get back."""
        kept = self.captured_minor - self.refunded_minor
        return max(0, kept - (self.total_minor - self.credited_minor))

    @property
    def creditable_minor(self) -> int:
        """How much of the price may still be let go."""
        return self.total_minor - self.credited_minor

    @property
    def status(self) -> str:
        """One word: open, partly_paid, paid, partly_refunded or refunded."""
        if self.refunded_minor:
            return "refunded" if self.refunded_minor >= self.captured_minor else "partly_refunded"
        if not self.captured_minor:
            return "open"
        return "partly_paid" if self.to_pay_minor else "paid"
