"""A small shop whose customers follow a known process, for tests that need no public data."""

from datetime import datetime

import numpy as np
import pandas as pd

from ml import frames

START = datetime(2024, 1, 1)  # noqa: DTZ001 - frames hold UTC without a zone
CATEGORIES = np.array(["Garden", "Kitchen", "Toys"])


def shop(customers: int = 500, days: int = 600, seed: int = 1) -> pd.DataFrame:
    """Order lines of BG/NBD customers: rates, the chance to leave after a purchase, and spending all differ."""
    rng = np.random.default_rng(seed)
    arrivals = rng.uniform(0, days * 0.75, customers)
    leaves = rng.beta(1.0, 8.0, customers)
    rates = rng.gamma(1.2, 1 / 40, customers)
    spending = rng.gamma(4, 10, customers)
    rows: list[tuple[int, float, float]] = []
    for customer in range(customers):
        at, is_alive = arrivals[customer], True
        while is_alive and at < days:
            rows.append((customer + 1, at, spending[customer]))
            at += rng.exponential(1 / rates[customer])
            is_alive = rng.random() > leaves[customer]
    visits = pd.DataFrame(rows, columns=["customer_id", "at", "level"])
    visits["order_id"] = np.arange(1, len(visits) + 1)
    lines = visits.loc[visits.index.repeat(rng.integers(1, 4, len(visits)))].reset_index(drop=True)
    size = len(lines)
    quantity = rng.integers(1, 5, size)
    unit_price = np.round(rng.gamma(3, lines["level"].to_numpy() / 12), 2) + 0.01
    return frames.order_lines(
        lines[["customer_id", "order_id"]].assign(
            ordered_at=pd.Timestamp(START)
            + pd.to_timedelta((lines["at"] * 86_400).astype("int64"), unit="s"),
            product_id=rng.integers(1, 40, size),
            category=CATEGORIES[rng.integers(0, 3, size)],
            quantity=quantity,
            unit_price=unit_price,
            revenue=quantity * unit_price,
        )
    )


def line(
    customer: int, order: int, at: str, revenue: float = 10.0, category: str | None = None
) -> pd.DataFrame:
    """One order of one line."""
    return frames.order_lines(
        pd.DataFrame(
            {
                "customer_id": [customer],
                "order_id": [order],
                "ordered_at": [pd.Timestamp(at)],
                "product_id": [1],
                "category": [category],
                "quantity": [1],
                "unit_price": [revenue],
                "revenue": [revenue],
            }
        )
    )
