"""Where staff begin."""

from flask import url_for

from smartshop.identity.queries.sign_ins import SignedIn
from smartshop.kernel.permissions import Permission

DESKS = (
    (Permission.ANALYTICS_VIEW, "admin.dashboard"),
    (Permission.ORDERS_VIEW, "admin.orders"),
    (Permission.PRODUCTS_VIEW, "admin.products"),
)
"""Where staff begin, by what they may do."""


def desk(person: SignedIn | None) -> str | None:
    """The first admin page this person may open; None for whoever is not of the staff."""
    first = next((endpoint for permission, endpoint in DESKS if person and person.can(permission)), None)
    return url_for(first) if first else None
