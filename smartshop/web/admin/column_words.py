"""What the columns are called that models read and that are watched for drift."""

from smartshop.web.admin.speaking import _


def column(name: str) -> str:
    """What a column is called; its own name where nobody has given it another."""
    return {**_behaviour(), **_purchases(), **_browsing(), **_foreseen()}.get(
        name, name.replace("_", " ").capitalize()
    )


def _behaviour() -> dict[str, str]:
    return {
        "recency_days": _("Days since the last order"),
        "orders": _("Orders so far"),
        "revenue": _("Spent so far"),
        "tenure_days": _("Days since the first order"),
        "gap_mean_days": _("Days between orders"),
        "gap_sd_days": _("Spread of the days between orders"),
        "gap_trend": _("Whether orders come slower"),
        "spend_trend": _("Whether spending grows"),
        "items_per_order": _("Pieces an order"),
        "average_order_value": _("Value of an order"),
        "product_count": _("Different products"),
        "category_count": _("Different categories"),
        "favourite_share": _("Share of the favourite category"),
        "returned_share": _("Share sent back"),
        "orders_30": _("Orders in 30 days"),
        "orders_90": _("Orders in 90 days"),
        "orders_180": _("Orders in 180 days"),
        "weekday_share": _("Share ordered on weekdays"),
        "discount_share": _("Share taken off"),
        "cancelled_share": _("Share cancelled"),
        "home_share": _("Share sent to the home country"),
        "year_end_share": _("Share ordered before the year ends"),
        "overdue": _("Days since the last order over the usual gap"),
    }


def _purchases() -> dict[str, str]:
    """What lifetime values are made from."""
    return {
        "age": _("Days since the first purchase"),
        "frequency": _("Repeat purchase days"),
        "recency": _("Days from the first to the last purchase"),
        "value": _("Revenue of a purchase day"),
        "valued": _("Purchase days with revenue"),
    }


def _browsing() -> dict[str, str]:
    return {
        "visits_90": _("Visits in 90 days"),
        "views_90": _("Products looked at in 90 days"),
        "searches_90": _("Searches in 90 days"),
        "carts_left_90": _("Carts left in 90 days"),
        "last_seen_days": _("Days since they were last seen"),
        "visit_days": _("Days since the last visit"),
        "visit_ratio": _("Days since the last visit over those since the last order (logarithm)"),
        "visits_30": _("Visits in 30 days"),
        "is_seen": _("Ever seen while signed in"),
    }


def _foreseen() -> dict[str, str]:
    return {
        "expected_purchases": _("Orders that BG/NBD expects"),
        "p_no_purchase": _("Chance of no order by BG/NBD"),
        "actual": _("What came"),
        "churn_probability": _("Probability of leaving"),
        "clv_12m": _("Value in 12 months"),
    }
