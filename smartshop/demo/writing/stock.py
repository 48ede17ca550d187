"""Stock levels and the ledger behind them: quarterly deliveries, sales, what came back."""

import numpy as np

from smartshop.demo.process import Floats, History, Ints, Times
from smartshop.demo.writing import rows
from smartshop.demo.writing.catalog import Sold
from smartshop.demo.writing.trade import Placed, returned_at
from smartshop.inventory.models import StockLevel, StockMovement

QUARTER_DAYS = 91


def write_stock(history: History, sold: Sold, placed: Placed, seed: int) -> None:
    """Insert movements that add up to the levels; a delivery covers the sales of the quarter it begins."""
    rng = np.random.default_rng([seed, 6])
    place = sold.first_variant[history.product] + history.variant
    left = _left_over(rng, len(sold.variant_id))
    delivered, delivered_at = _deliveries(history, place, left)
    is_off = placed.is_cancelled[history.order]
    back = np.where(is_off, history.quantity, history.returned_quantity)
    number = np.array(placed.number, dtype=object)[history.order]
    came = np.flatnonzero(back)
    quarter, variant = np.nonzero(delivered)
    came_kind = np.where(is_off[came], "cancellation", "return")
    kinds = ["receipt"] * len(quarter) + ["sale"] * len(place) + came_kind.tolist()
    references = [f"Delivery {q + 1}" for q in quarter.tolist()] + number.tolist() + number[came].tolist()
    which = np.concatenate([variant, place, place[came]])
    quantity = np.concatenate([delivered[quarter, variant], -history.quantity, back[came]])
    at = np.concatenate(
        [delivered_at[quarter], history.at[history.order], returned_at(history, placed)[came]]
    )
    by_time = np.argsort(at, kind="stable").tolist()
    times, ids, amounts = rows.moments(at), sold.variant_id[which].tolist(), quantity.tolist()
    rows.insert(
        StockMovement,
        [
            {
                "variant_id": ids[i],
                "kind": kinds[i],
                "quantity": amounts[i],
                "reference": references[i],
                "at": times[i],
            }
            for i in by_time
        ],
    )
    on_hand = np.bincount(which, quantity, len(sold.variant_id)).astype(np.int64).tolist()
    rows.insert(
        StockLevel,
        [
            {"variant_id": variant_id, "on_hand": count, "is_tracked": True}
            for variant_id, count in zip(sold.variant_id.tolist(), on_hand, strict=True)
        ],
    )


def _left_over(rng: np.random.Generator, count: int) -> Ints:
    draw: Floats = rng.uniform(0, 1, count)
    plenty = rng.integers(8, 80, count)
    return np.where(draw < 0.04, 0, np.where(draw < 0.14, rng.integers(1, 5, count), plenty))


def _deliveries(history: History, place: Ints, left: Ints) -> tuple[Ints, Times]:
    quarters = int(np.ceil(history.truth.days / QUARTER_DAYS))
    day = (history.at[history.order] - history.truth.start) // np.timedelta64(1, "D")
    quarter = np.minimum(day // QUARTER_DAYS, quarters - 1)
    wanted = np.zeros((quarters, len(left)), dtype=np.int64)
    np.add.at(wanted, (quarter, place), history.quantity)
    wanted[-1] += left
    at = history.truth.start + np.arange(quarters) * np.timedelta64(QUARTER_DAYS, "D")
    return wanted, at
