"""What a cart costs sent to a country, in each way there is."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask import session

from smartshop.cart.queries import CartSnapshot
from smartshop.identity.queries import addresses
from smartshop.identity.queries.addresses import Kept
from smartshop.identity.rules import accounts
from smartshop.orders.queries import quotes
from smartshop.pricing.rules.eligibility import Buyer, OnOffer, Refusal
from smartshop.pricing.rules.quoting import Quote
from smartshop.web import lately
from smartshop.web.places import COUNTRY_CODES
from smartshop.web.presenting import settings
from smartshop.web.signing import current_person

COUNTRY = "country"


@dataclass(frozen=True)
class Offers:
    """The quotes for one country by the code of their method, the default first; empty when nothing can be sent there."""

    country: str
    quotes: Mapping[str, Quote]
    is_sent_to: bool
    """Whether anything at all is sent there: if so, this cart is too heavy or too dear."""
    cart: CartSnapshot
    on_offer: OnOffer

    def chosen(self, code: str | None) -> str:
        """The method that is asked for if it is on offer, else the default one; empty when there is none."""
        return code if code is not None and code in self.quotes else next(iter(self.quotes), "")

    def refusal(self, code: str) -> Refusal | None:
        """Why the coupon code takes nothing off when this method is chosen; None when it does or there is none."""
        if code not in self.quotes:
            return self.on_offer.refusal
        return quotes.why_not(self.cart, self.on_offer, self.quotes[code])


def offers(cart: CartSnapshot, country: str, buyer: Buyer, *, is_binding: bool = True) -> Offers:
    """Every way to send this cart to that country, with its price for this buyer.

    Where nothing can be ordered yet, what delivery costs may be that of a moment ago.
    """
    on_offer = quotes.on_offer(cart, buyer)
    charged_by = (
        quotes.tariff(country)
        if is_binding
        else lately.made(("tariff", country), lambda: quotes.tariff(country))
    )
    found = quotes.every_quote(cart, charged_by=charged_by, currency=settings().currency, on_offer=on_offer)
    return Offers(country, found, bool(charged_by.methods), cart, on_offer)


def buyer(typed: Mapping[str, str] = MappingProxyType({})) -> Buyer:
    """Who is about to buy: whoever is signed in, else the e-mail address in a form, if there is one by now."""
    person = current_person()
    if person is not None:
        return Buyer(person.person_id, person.email or "")
    email = typed.get("email")
    return Buyer(None, (accounts.normal_email(email) if email else "") or "")


def book() -> list[Kept]:
    """The addresses of whoever is signed in, the default first; none for a guest."""
    person = current_person()
    return addresses.book(person.person_id) if person else []


def country(kept: list[Kept]) -> str:
    """Where this visitor wants things sent: as chosen on the cart page, else where they live, else the home market."""
    chosen = session.get(COUNTRY)
    if isinstance(chosen, str) and chosen in COUNTRY_CODES:
        return chosen
    return kept[0].address.country if kept else settings().country


def remember(code: str) -> bool:
    """Keep the chosen country in the session; False for what is no country."""
    is_country = code in COUNTRY_CODES
    if is_country:
        session[COUNTRY] = code
    return is_country
