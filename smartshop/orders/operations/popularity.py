"""What sells, counted now and then, so that no page has to."""

from smartshop.catalog.operations import popularity
from smartshop.orders.queries import selling


def recount() -> int:
    """Count the orders of the last 30 days anew; returns how many products changed."""
    return popularity.keep(orders=selling.recent_orders())
