"""The ways to pay that need nobody else: invoice, cash on delivery, and a test card for demonstrations."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from smartshop.kernel.errors import Invalid
from smartshop.kernel.money import Money


class Result(StrEnum):
    PENDING = "pending"
    """The money comes later, by itself: an invoice or cash at the door."""
    WAITING = "waiting"
    """Nothing is decided: the customer is still paying."""
    CAPTURED = "captured"
    DECLINED = "declined"


class GatewayAway(Exception):
    """The provider cannot be reached or makes no sense: whether money moved is not known now."""


class KeyRefused(GatewayAway):
    """The provider does not take the shop's key: it did nothing of what it was asked for now.

    What was asked of it earlier may still move money, and cannot be looked up until the key is put right.
    """


@dataclass(frozen=True)
class Outcome:
    """What became of a charge; ``message`` is for the customer when it was declined."""

    result: Result
    provider_reference: str | None = None
    message: str = ""
    page_url: str = ""
    """Where the customer goes to pay, when nothing is decided yet."""


NOT_PAID_IN_TIME = Outcome(Result.DECLINED, None, "The order was not paid in time.")


class Gateway(Protocol):
    """A way to pay. ``check`` refuses bad details before an order exists; ``charge`` asks for the money.

    Charging the same reference again is the same charge. ``find`` says what became of a charge whose end nobody
    heard; None when no money was asked for. ``stop`` sees to it that it is not paid any more, unless it was. All
    three, and ``refund``, may raise GatewayAway, and KeyRefused, which is one. ``provider_reference`` is what an earlier outcome brought.
    """

    @property
    def code(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def has_page(self) -> bool:
        """Whether the customer pays on a page of the provider."""
        ...

    def check(self, details: Mapping[str, str]) -> None: ...

    def charge(self, amount: Money, *, reference: str, details: Mapping[str, str]) -> Outcome: ...

    def refund(self, amount: Money, *, reference: str, key: str) -> Outcome:
        """Give money back that was captured under the provider's ``reference``; the same key is one refund."""
        ...

    def find(self, amount: Money, *, reference: str, provider_reference: str) -> Outcome | None: ...

    def stop(self, amount: Money, *, reference: str, provider_reference: str) -> Outcome: ...


@runtime_checkable
class Keyed(Protocol):
    """A way to pay whose provider knows the shop by a key."""

    @property
    def key_ending(self) -> str:
        """The last four characters of the key, as providers show it."""
        ...


@dataclass(frozen=True)
class Offline:
    """Paid outside the program: the order is confirmed, the money is waited for."""

    code: str
    label: str
    description: str
    has_page: bool = False

    def check(self, details: Mapping[str, str]) -> None:
        """There is nothing to check."""

    def charge(self, amount: Money, *, reference: str, details: Mapping[str, str]) -> Outcome:  # noqa: ARG002
        return Outcome(Result.PENDING, f"{self.code}:{reference}")

    def refund(self, amount: Money, *, reference: str, key: str) -> Outcome:  # noqa: ARG002
        """Staff give the money back themselves; the program notes it."""
        return Outcome(Result.CAPTURED, key)

    def find(self, amount: Money, *, reference: str, provider_reference: str) -> Outcome | None:  # noqa: ARG002
        """The money is asked for outside: there is nothing to lose on the way."""
        return self.charge(amount, reference=reference, details={})

    def stop(self, amount: Money, *, reference: str, provider_reference: str) -> Outcome:  # noqa: ARG002
        return NOT_PAID_IN_TIME


CARD_THAT_PAYS = "4242424242424242"
CARD_THAT_IS_DECLINED = "4000000000000002"


@dataclass(frozen=True)
class DemoCard:
    """A card that moves no money, for trying the shop out. It says so wherever it is shown."""

    code: str = "test_card"
    label: str = "Test card"
    description: str = (
        "For trying the shop: no money moves. 4242 4242 4242 4242 pays, 4000 0000 0000 0002 is declined."
    )
    has_page: bool = False

    def check(self, details: Mapping[str, str]) -> None:
        """Refuse anything but the two test numbers, so that nobody's real card is ever typed in and kept."""
        if _digits(details) not in {CARD_THAT_PAYS, CARD_THAT_IS_DECLINED}:
            problem = "Use 4242 4242 4242 4242 (pays) or 4000 0000 0000 0002 (is declined). Never type a real card here."
            raise Invalid("Please correct the marked fields.", {"card_number": problem})

    def charge(self, amount: Money, *, reference: str, details: Mapping[str, str]) -> Outcome:  # noqa: ARG002
        if _digits(details) == CARD_THAT_PAYS:
            return Outcome(Result.CAPTURED, f"test_card:{reference}")
        message = "The card was declined. You can try another one or choose another way to pay."
        return Outcome(Result.DECLINED, f"test_card:{reference}", message)

    def refund(self, amount: Money, *, reference: str, key: str) -> Outcome:  # noqa: ARG002
        return Outcome(Result.CAPTURED, key)

    def find(self, amount: Money, *, reference: str, provider_reference: str) -> Outcome | None:  # noqa: ARG002
        """No card was kept, and none was charged."""
        return None

    def stop(self, amount: Money, *, reference: str, provider_reference: str) -> Outcome:  # noqa: ARG002
        return NOT_PAID_IN_TIME


def _digits(details: Mapping[str, str]) -> str:
    return "".join(character for character in details.get("card_number", "") if character.isdigit())


INVOICE = Offline("invoice", "Invoice", "Pay by bank transfer within 14 days of delivery.")
CASH = Offline("cash_on_delivery", "Cash on delivery", "Pay the courier at your door.")
GATEWAYS: dict[str, Gateway] = {gateway.code: gateway for gateway in (INVOICE, CASH, DemoCard())}
"""What this shop offers. `operations.ways` adds the provider that the settings name."""


def gateway(code: str) -> Gateway:
    """The way to pay with this code.

    Raises Invalid when there is none.
    """
    if code not in GATEWAYS:
        raise Invalid("Choose how you want to pay.", {"payment": "Choose one of the ways to pay shown."})
    return GATEWAYS[code]
