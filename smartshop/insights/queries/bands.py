"""The bands of churn risk that hold now."""

from smartshop.insights.models import ChurnBands
from smartshop.insights.rules import Bands
from smartshop.kernel.extensions import db

ONLY_ROW = 1


def live_bands() -> Bands:
    """What an admin set, else the thirds of the probability; one query."""
    row = db.session.get(ChurnBands, ONLY_ROW)
    if row is None:
        return Bands()
    return Bands(
        row.medium_from, row.high_above, row.offer_cost_minor, row.value_lost_minor, row.success_share
    )
