"""The simulated shop as the frames the models read, without a database."""

import numpy as np
import pandas as pd

from ml import frames
from smartshop.demo import browsing, process
from smartshop.demo.browsing import Events
from smartshop.demo.goods import goods


def lines_of(history: process.History) -> pd.DataFrame:
    """The order lines of a simulated shop's customers: goods only, net of discounts, without cancelled orders."""
    kept = ~history.is_cancelled[history.order] & ~history.is_guest[history.order]
    order, price, quantity = history.order[kept], goods().price[history.product[kept]], history.quantity[kept]
    paid = price * quantity * (1 - history.discount_percent[order] / 100) / 100
    back = paid * history.returned_quantity[kept] / quantity
    return frames.order_lines(
        pd.DataFrame(
            {
                "customer_id": history.customer[order] + 1,
                "order_id": order + 1,
                "ordered_at": history.at[order],  # noqa: PD008 - an array
                "product_id": history.product[kept] + 1,
                "quantity": quantity,
                "unit_price": price / 100,
                "revenue": paid - back,
                "returned_revenue": back,
                "returned_at": np.where(back > 0, history.returned_at[kept], np.datetime64("NaT")),
            }
        )
    )


def events_of(events: Events) -> pd.DataFrame:
    """The events of signed-in customers, as `ml.frames.EVENTS`."""
    is_known = events.customer >= 0
    named = pd.DataFrame(
        {
            "visitor_id": events.visitor[is_known].astype(str),
            "customer_id": events.customer[is_known] + 1,
            "session_id": events.session[is_known].astype(str),
            "at": events.at[is_known].astype("datetime64[us]"),  # noqa: PD008 - an array
            "kind": np.array(browsing.KINDS)[events.kind[is_known]],
        }
    )
    found = named.astype({"visitor_id": "str", "session_id": "str", "kind": "str"})
    frames.validate(found, frames.EVENTS)
    return found
