"""What a provider reports about a payment."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from smartshop.kernel.errors import Invalid
from smartshop.kernel.money import Money
from smartshop.payments.rules.gateways import Outcome


class NotFromProvider(Invalid):
    """The message is not signed by the provider, or makes no sense."""

    code = "not_from_provider"
    status = 400


@dataclass(frozen=True)
class Report:
    """One event. ``outcome`` is None for kinds that change nothing here."""

    provider: str
    event_id: str
    kind: str
    reference: str
    amount: Money | None
    outcome: Outcome | None
    failed_refund: str = ""
    """The key of a refund that was on its way and did not arrive after all."""


@runtime_checkable
class Reporting(Protocol):
    """A way to pay whose provider reports by itself."""

    def read_report(self, payload: bytes, signature: str) -> Report:
        """The report in a request's raw body, once its signature is verified; raises NotFromProvider."""
        ...
