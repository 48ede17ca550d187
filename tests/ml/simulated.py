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


def full_history(lines: pd.DataFrame, seed: int = 4) -> tuple[pd.DataFrame, frames.Traces]:
    """``lines`` with refunds, discounts and countries, 6% of the orders cancelled 20 days on, and events beside them."""
    rng = np.random.default_rng(seed)
    size = len(lines)
    is_back = rng.random(size) < 0.1
    back = np.where(is_back, (lines["revenue"] / 3).round(2), 0.0)
    back_at = lines["ordered_at"] + pd.to_timedelta(rng.integers(1, 60, size), unit="D")
    orders = lines["order_id"].unique()
    country = pd.Series(np.array(["GB", "DE", "FR"])[rng.integers(0, 3, len(orders))], index=orders)
    full = lines.assign(
        revenue=(lines["revenue"] - back).round(2),
        returned_revenue=back,
        returned_at=back_at.where(is_back).astype("datetime64[us]"),
        discount=np.where(rng.random(size) < 0.2, (lines["revenue"] / 10).round(2), 0.0),
        country=lines["order_id"].map(country).astype("str"),
    )
    is_off = full["order_id"].isin(orders[rng.random(len(orders)) < 0.06])
    off_at = full["ordered_at"] + pd.Timedelta(days=20)
    cancelled = full[is_off].assign(cancelled_at=off_at.astype("datetime64[us]"))
    return full[~is_off].reset_index(drop=True), frames.Traces(
        cancelled, events(rng, int(lines["customer_id"].max()))
    )


def events(rng: np.random.Generator, customers: int, count: int = 12_000) -> pd.DataFrame:
    """Events of ``customers`` and of visitors nobody knows, at random over 600 days, about four a session."""
    kinds = np.array(["visit", "view", "search", "cart_add", "order"])
    session = pd.Series(rng.integers(0, count // 4, count))
    who = pd.Series(rng.integers(0, customers + 1, count)[session]).astype("Int64")
    at = pd.Timestamp(START) + pd.to_timedelta(rng.integers(0, 600 * 86_400, count), unit="s")
    return pd.DataFrame(
        {
            "visitor_id": ("v" + session.astype("str")).astype("str"),
            "customer_id": who.mask(who == 0),
            "session_id": session.astype("str").astype("str"),
            "at": at.astype("datetime64[us]"),
            "kind": pd.Series(kinds[rng.integers(0, len(kinds), count)]).astype("str"),
        }
    )


def event(customer: int, session: str, at: str, kind: str = "view") -> pd.DataFrame:
    """One event."""
    return pd.DataFrame(
        {
            "visitor_id": pd.Series(["v"], dtype="str"),
            "customer_id": pd.Series([customer], dtype="Int64"),
            "session_id": pd.Series([session], dtype="str"),
            "at": pd.Series([pd.Timestamp(at)]).astype("datetime64[us]"),
            "kind": pd.Series([kind], dtype="str"),
        }
    )
