"""Public data sets as the same frames the shop gives, so that every claim can be checked without a shop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ml import frames

if TYPE_CHECKING:
    from pathlib import Path


def online_retail(path: Path) -> pd.DataFrame:
    """Order lines of UCI Online Retail: no "C" invoice, quantity and price above zero, customer known.

    Of the 541,909 lines 397,884 are kept (4,338 customers, 18,532 orders, 8,911,407.90 pounds). Lines carry no
    category; ``product_id`` numbers the stock codes in sorted order. Postage and fees are kept.
    """
    columns = ["InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"]
    raw = pd.read_csv(
        path, usecols=columns, dtype={"InvoiceNo": "str", "StockCode": "str"}, parse_dates=["InvoiceDate"]
    )
    is_sale = ~raw["InvoiceNo"].str.startswith("C") & (raw["Quantity"] > 0) & (raw["UnitPrice"] > 0)
    kept = raw[is_sale & raw["CustomerID"].notna()]
    codes = kept["StockCode"].astype("category").cat.codes
    return frames.order_lines(
        pd.DataFrame(
            {
                "customer_id": kept["CustomerID"].astype("int64"),
                "order_id": kept["InvoiceNo"].astype("int64"),
                "ordered_at": kept["InvoiceDate"],
                "product_id": codes.astype("int64"),
                "quantity": kept["Quantity"],
                "unit_price": kept["UnitPrice"],
                "revenue": kept["Quantity"] * kept["UnitPrice"],
            }
        )
    )


def cdnow_sample(path: Path) -> pd.DataFrame:
    """Order lines of the CDNOW 1/10 sample: 6,919 transactions of 2,357 customers, 1997-01 to 1998-06.

    Every transaction is one order of one line; ``customer_id`` is the sample id.
    """
    raw = pd.read_csv(path, sep=r"\s+", header=None, names=["master", "customer", "date", "cds", "dollars"])
    return frames.order_lines(
        pd.DataFrame(
            {
                "customer_id": raw["customer"],
                "order_id": raw.index + 1,
                "ordered_at": pd.to_datetime(raw["date"].astype("str"), format="%Y%m%d"),
                "quantity": raw["cds"],
                "unit_price": raw["dollars"] / raw["cds"],
                "revenue": raw["dollars"],
            }
        )
    )


def cdnow_summary(path: Path) -> pd.DataFrame:
    """CDNOW over its 39 calibration weeks, as the columns of a `PurchaseSummary` in weeks.

    Here ``value`` is the mean of the repeat purchases only, in dollars, so ``valued`` equals ``frequency``.
    """
    raw = pd.read_csv(path)
    names = {"ID": "customer_id", "x": "frequency", "t_x": "recency", "T": "age", "zbar": "value"}
    summary = raw.rename(columns=names)[list(names.values())].astype({"frequency": "float64"})
    return summary.assign(valued=summary["frequency"])
