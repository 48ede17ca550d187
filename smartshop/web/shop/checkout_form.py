"""The checkout form: its answers, what is wrong with them, and the order they ask for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from smartshop.identity.rules import accounts, passwords
from smartshop.identity.rules.addresses import Address, address_from
from smartshop.kernel import codes
from smartshop.orders.rules.checkout import PlaceOrder
from smartshop.web import parsing
from smartshop.web.places import COUNTRY_CODES
from smartshop.web.shop import ways

LONGEST_KEY = 64


@dataclass
class CheckoutForm:
    """Answers as typed, and problems by field; ``values`` fills the form again."""

    values: Mapping[str, str]
    problems: dict[str, str] = field(default_factory=dict)
    key: str = field(default_factory=codes.token)

    @property
    def is_blank(self) -> bool:
        """Whether nobody has typed anything yet; a country is chosen for everybody."""
        return not self.problems and self.values.keys() <= {"country"}

    @property
    def wants_account(self) -> bool:
        return self.values.get("create_account") == "yes"

    def command(self, own_email: str | None) -> PlaceOrder | None:
        """The order these answers ask for, or None with ``problems`` filled in."""
        address, self.problems = address_from(self.values, COUNTRY_CODES)
        email = own_email or accounts.normal_email(self.values.get("email", ""))
        if email is None:
            self.problems["email"] = "Enter an e-mail address such as name@example.com."
        if self.wants_account and not own_email:
            trouble = passwords.problem(self.values.get("password", ""), email or "")
            if trouble:
                self.problems["password"] = trouble
        shipping = self.values.get("shipping", "")
        if not shipping:
            self.problems["shipping"] = "Choose one of the delivery methods shown."
        if self.values.get("payment", "") not in ways.on_offer():
            self.problems["payment"] = "Choose one of the ways to pay shown."
        if self.problems or email is None:
            return None
        return self._order(email, address, shipping)

    def _order(self, email: str, address: Address, shipping: str) -> PlaceOrder:
        key = self.values.get("idempotency_key", "")
        return PlaceOrder(
            idempotency_key=key if 16 <= len(key) <= LONGEST_KEY else self.key,
            email=email,
            address=address,
            shipping_code=shipping,
            payment_code=self.values["payment"],
            expected_total_minor=parsing.total(self.values.get(f"expected_total_{shipping}")),
            payment_details={"card_number": self.values.get("card_number", "")},
        )
