"""Stripe's hosted Checkout: the customer pays on Stripe's page, and Stripe reports what became of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import stripe
import structlog
from stripe import RequestsClient, StripeClient

from smartshop.kernel.money import Money
from smartshop.payments.operations import keys
from smartshop.payments.operations.keys import Asked
from smartshop.payments.rules import stripe_amounts
from smartshop.payments.rules.gateways import GatewayAway, KeyRefused, Outcome, Result
from smartshop.payments.rules.reports import NotFromProvider, Report

T = TypeVar("T")
CODE = "stripe"
RETRIES = 1
REFUND_KEY = "refund_key"
"""Where a refund carries the shop's key at Stripe, so that a later report of it says which one it is."""
REFUND_FAILED = frozenset({"failed", "canceled"})
CANCELLED = "You left the payment page. Nothing was charged."
REFUSED = "Stripe cannot take this payment. Nothing was charged; please choose another way to pay."
log = structlog.get_logger(__name__)


class RequestRefused(GatewayAway):
    """Stripe understood what it was asked for and will not do it: an amount too small, a currency it does not take."""


class NotAtStripe(RequestRefused):
    """Stripe knows nothing of it: it was made with the key of another account, or of the test mode."""


@dataclass(frozen=True)
class StripeCheckout:
    """Asks Stripe for a page to pay on. Order numbers are the idempotency keys."""

    key: str
    webhook_secret: str
    api_base: str
    shop_url: str
    timeout_seconds: float = 10
    code: str = CODE
    label: str = "Card or wallet"
    description: str = "You pay on the secure page of Stripe and come back here."
    has_page: bool = True

    @property
    def key_ending(self) -> str:
        return self.key[-4:]

    def check(self, details: Mapping[str, str]) -> None:
        """Everything is typed in on Stripe's own page."""

    def charge(self, amount: Money, *, reference: str, details: Mapping[str, str]) -> Outcome:  # noqa: ARG002
        """Open a page to pay on; what Stripe will not take is declined at once, with nothing charged."""
        try:
            return self._opened(amount, reference)
        except stripe_amounts.NotCountable as error:
            return Outcome(Result.DECLINED, None, str(error))
        except RequestRefused as error:
            log.warning("stripe_refused", reference=reference, problem=str(error))
            return Outcome(Result.DECLINED, None, REFUSED)

    def _opened(self, amount: Money, reference: str) -> Outcome:
        price = {
            "currency": amount.currency.lower(),
            "unit_amount": stripe_amounts.counted(amount),
            "product_data": {"name": reference},
        }
        asked: Any = {
            "mode": "payment",
            "client_reference_id": reference,
            "line_items": [{"quantity": 1, "price_data": price}],
            "success_url": f"{self.shop_url}/checkout/paid/{reference}",
            "cancel_url": f"{self.shop_url}/checkout/left/{reference}",
        }
        session = self._ask(
            lambda client: client.v1.checkout.sessions.create(asked, {"idempotency_key": reference})
        )
        return _outcome(session)

    def find(self, amount: Money, *, reference: str, provider_reference: str) -> Outcome | None:
        if not provider_reference:
            return None
        try:
            return _checked(self._session(provider_reference), amount, reference)
        except NotAtStripe:
            return None

    def stop(self, amount: Money, *, reference: str, provider_reference: str) -> Outcome:
        """Close the page; what was paid before it closed counts."""
        found = self.find(amount, reference=reference, provider_reference=provider_reference)
        if found is not None:
            if found.result is not Result.WAITING:
                return found
            self._ask(lambda client: client.v1.checkout.sessions.expire(provider_reference))
        return Outcome(Result.DECLINED, None, CANCELLED)

    def refund(self, amount: Money, *, reference: str, key: str) -> Outcome:
        try:
            asked: Any = {
                "payment_intent": reference,
                "amount": stripe_amounts.counted(amount),
                "metadata": {REFUND_KEY: key},
            }
        except stripe_amounts.NotCountable as error:
            return Outcome(Result.DECLINED, None, str(error))
        given = self._ask(
            lambda client: client.v1.refunds.create(asked, {"idempotency_key": f"refund:{key}"}),
            asked="refund",
        )
        try:
            is_refused = given.status in REFUND_FAILED
            return Outcome(
                Result.DECLINED if is_refused else Result.CAPTURED,
                given.id,
                "Stripe refused the refund." if is_refused else "",
            )
        except AttributeError as error:
            raise GatewayAway("Stripe's answer makes no sense.") from error

    def read_report(self, payload: bytes, signature: str) -> Report:
        """What Stripe reports, verified on the raw body.

        Raises NotFromProvider.
        """
        try:
            event = stripe.Webhook.construct_event(payload, signature, self.webhook_secret)
            session: Any = event.data.object
            is_session = event.type.startswith("checkout.session.")
            return Report(
                CODE,
                event.id,
                event.type,
                str(getattr(session, "client_reference_id", None) or ""),
                _amount(session) if is_session else None,
                _reported(event.type, session) if is_session else None,
                _failed_refund(event.type, session),
            )
        except (ValueError, AttributeError, KeyError, TypeError, stripe.SignatureVerificationError) as error:
            raise NotFromProvider("This is not a signed event of Stripe.") from error

    def _session(self, session_id: str) -> Any:
        return self._ask(lambda client: client.v1.checkout.sessions.retrieve(session_id))

    def _ask(self, question: Callable[[StripeClient], T], asked: Asked = "payment") -> T:
        """What Stripe answers; whether it takes the key for this is noted for the shop's staff."""
        try:
            answer = self._answer(question)
        except KeyRefused as refused:
            known = isinstance(refused.__cause__, stripe.PermissionError)
            keys.refused(
                gateway=CODE, asked=asked, key_ending=self.key_ending, is_known=known, message=str(refused)
            )
            raise
        keys.taken(gateway=CODE, asked=asked)
        return answer

    def _answer(self, question: Callable[[StripeClient], T]) -> T:
        client = StripeClient(
            self.key,
            base_addresses={"api": self.api_base},
            max_network_retries=RETRIES,
            http_client=RequestsClient(timeout=self.timeout_seconds),
        )
        try:
            return question(client)
        except stripe.InvalidRequestError as error:
            refusal = NotAtStripe if error.code == "resource_missing" else RequestRefused
            raise refusal(f"{error.code}: {error.user_message or error}") from error
        except (stripe.AuthenticationError, stripe.PermissionError) as error:
            raise KeyRefused(str(error.user_message or error)) from error
        except stripe.StripeError as error:
            raise GatewayAway(f"{type(error).__name__}: {error.user_message or error}") from error


def _amount(session: Any) -> Money | None:
    return stripe_amounts.read(int(session.amount_total), str(session.currency).upper())


def _checked(session: Any, amount: Money, reference: str) -> Outcome:
    """What became of a session that must be about this order and its amount."""
    try:
        is_ours = session.client_reference_id == reference and _amount(session) == amount
    except (AttributeError, TypeError, ValueError) as error:
        raise GatewayAway("Stripe's answer makes no sense.") from error
    if not is_ours:
        raise GatewayAway("Stripe's session is about another order or another amount.")
    return _outcome(session)


def _outcome(session: Any) -> Outcome:
    try:
        if session.status == "expired":
            return Outcome(Result.DECLINED, session.id, CANCELLED)
        if session.status == "complete" and session.payment_status in {"paid", "no_payment_required"}:
            return Outcome(Result.CAPTURED, session.payment_intent or session.id)
        return Outcome(Result.WAITING, session.id, page_url=session.url or "")
    except AttributeError as error:
        raise GatewayAway("Stripe's answer makes no sense.") from error


def _failed_refund(kind: str, refund: Any) -> str:
    """The key of a refund that its bank sent back; empty for anything else."""
    if not kind.startswith("refund.") or getattr(refund, "status", "") not in REFUND_FAILED:
        return ""
    return str(getattr(getattr(refund, "metadata", None), REFUND_KEY, None) or "")


def _reported(kind: str, session: Any) -> Outcome:
    if kind == "checkout.session.async_payment_failed":
        return Outcome(Result.DECLINED, session.id, "The payment failed. Nothing was charged.")
    return _outcome(session)
