"""What was in a customer's orders: how many products and categories, and how much the favourite is favoured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ibis import _

from ml.measures.orders import KEY
from ml.measures.timing import first_moment, opened, since_first, whole

if TYPE_CHECKING:
    from collections.abc import Sequence


def products(bought: Any, cancelled: Any, at: Sequence[int]) -> Any:
    """product_count of what stands and of what was cancelled later, as `ml.measures.sources` gives them.

    A product counts from the first moment that knows it on, so that only its customers' counts are opened out.
    """
    firsts = bought.select("customer_id", first_at=first_moment(bought.known, at))
    counted = firsts.filter(_.first_at.notnull()).group_by("customer_id", "first_at").agg(count=_.count())
    counts = since_first(counted, at).select(*KEY, "count")
    still = opened(cancelled, at).select(*KEY, "product_id").distinct()
    in_both = [
        still.customer_id == bought.customer_id,
        still.product_id == bought.product_id,
        bought.known < still["at"],
    ]
    beside = still.anti_join(bought, in_both).group_by(KEY).agg(count=_.count())
    return counts.union(beside).group_by(KEY).agg(product_count=whole(_["count"].sum()))


def categories(movements: Any, at: Sequence[int]) -> Any:
    """category_count and favourite_share of `ml.measures.sources.category_movements`."""
    known = (
        since_first(movements, at)
        .group_by(*KEY, "category")
        .agg(net=whole(_.net.sum()), lines=whole(_.lines.sum()))
        .filter(_.lines > 0)
    )
    sums = known.group_by(KEY).agg(category_count=_.count(), largest=_.net.max(), net=whole(_.net.sum()))
    return sums.select(*KEY, "category_count", favourite_share=(_.net > 0).ifelse(_.largest / _.net, 0.0))
