"""What was in a customer's orders: how many products and categories, and how much the favourite is favoured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ibis import _

from ml.measures.orders import KEY
from ml.measures.timing import opened, since_first, whole

if TYPE_CHECKING:
    from collections.abc import Sequence


def products(bought: Any, at: Sequence[int]) -> Any:
    """product_count of `ml.measures.sources.products_bought`."""
    return opened(bought, at).group_by(KEY).agg(product_count=_.product_id.nunique())


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
