"""A provider in memory whose customers pay on its own page: it knows the truth that the shop must come to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from smartshop.kernel.money import Money
from smartshop.payments.rules.gateways import GatewayAway, Outcome, Result

CODE = "pay_page"


@dataclass
class PayPage:
    """Charges by order number and refunds by key, in minor units."""

    code: str = CODE
    label: str = "Pay page"
    has_page: bool = True
    description: str = ""
    is_away: bool = False
    open: dict[str, int] = field(default_factory=dict)
    paid: dict[str, int] = field(default_factory=dict)
    refunds: dict[str, tuple[str, int]] = field(default_factory=dict)

    def check(self, details: Mapping[str, str]) -> None:
        """Everything is typed in on the page."""

    def charge(self, amount: Money, *, reference: str, details: Mapping[str, str]) -> Outcome:  # noqa: ARG002
        self._answers()
        self.open[reference] = amount.minor
        return self._known(reference)

    def find(self, amount: Money, *, reference: str, provider_reference: str) -> Outcome | None:  # noqa: ARG002
        self._answers()
        return self._known(reference) if provider_reference else None

    def stop(self, amount: Money, *, reference: str, provider_reference: str) -> Outcome:  # noqa: ARG002
        self._answers()
        self.open.pop(reference, None)
        return self._known(reference)

    def refund(self, amount: Money, *, reference: str, key: str) -> Outcome:
        self._answers()
        self.refunds.setdefault(key, (reference, amount.minor))
        return Outcome(Result.CAPTURED, key)

    def pay(self, reference: str) -> None:
        """The customer pays, if the page is still open."""
        if reference in self.open:
            self.paid[reference] = self.open.pop(reference)

    def kept(self, reference: str) -> int:
        """What the provider took for an order and did not give back."""
        back = sum(amount for of, amount in self.refunds.values() if of == f"{CODE}:{reference}")
        return self.paid.get(reference, 0) - back

    def _answers(self) -> None:
        if self.is_away:
            raise GatewayAway("no answer")

    def _known(self, reference: str) -> Outcome:
        if reference in self.paid:
            return Outcome(Result.CAPTURED, f"{CODE}:{reference}")
        if reference in self.open:
            page = f"https://pay.example/{reference}"
            return Outcome(Result.WAITING, f"{CODE}:{reference}", page_url=page)
        return Outcome(Result.DECLINED, None, "Nothing was charged.")
