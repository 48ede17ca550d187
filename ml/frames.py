"""What a frame must look like to cross the door of this library, and the refusal when it does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

EXAMPLES_SHOWN = 3
TEXT = ("string", "str", "category")


class FrameRefused(ValueError):
    """A frame breaks its contract.

    Attributes
    ----------
    contract, column : names of the contract and of the column at fault
    problem : what is wrong, in words
    rows : labels of the first offending rows (empty when the whole column is at fault)
    """

    def __init__(self, contract: str, column: str, problem: str, rows: Iterable[object] = ()) -> None:
        self.contract = contract
        self.column = column
        self.problem = problem
        self.rows = tuple(rows)
        where = f" (first rows: {', '.join(map(str, self.rows))})" if self.rows else ""
        super().__init__(f"{contract}: column '{column}' {problem}{where}")


@dataclass(frozen=True)
class Column:
    """One column of a contract: a dtype as pandas prints it, and the range its values must keep."""

    name: str
    dtypes: tuple[str, ...]
    required: bool = True
    nullable: bool = False
    above: float | None = None
    at_least: float | None = None


@dataclass(frozen=True)
class Contract:
    """A named list of columns; a frame may carry more columns, never fewer."""

    name: str
    columns: tuple[Column, ...]


ORDER_LINES = Contract(
    "order lines",
    (
        Column("customer_id", ("int64",)),
        Column("order_id", ("int64",)),
        Column("ordered_at", ("datetime64[us]",)),
        Column("product_id", ("Int64",), nullable=True),
        Column("category", TEXT, nullable=True),
        Column("quantity", ("int64",), above=0),
        Column("unit_price", ("float64",), at_least=0),
        Column("revenue", ("float64",)),
        Column("returned_revenue", ("float64",), required=False, at_least=0),
        Column("returned_at", ("datetime64[us]",), required=False, nullable=True),
        Column("discount", ("float64",), required=False, at_least=0),
        Column("country", TEXT, required=False, nullable=True),
        Column("cancelled_at", ("datetime64[us]",), required=False, nullable=True),
    ),
)
"""One row a line of an order, guests left out.

``ordered_at`` is UTC without a zone, in microseconds. ``product_id`` is the nullable ``Int64``.
``unit_price`` and ``revenue`` are major units of one currency; ``revenue`` is net of refunds when the
shop nets them, and ``returned_revenue`` (optional) is what was refunded of the line, last at ``returned_at``
(optional, UTC). With it, a refund is known only to moments after it; without it, from the order on.
``discount`` (optional) was taken off the line before ``revenue``, ``country`` (optional) is where the order went, and
``cancelled_at`` (optional, UTC) when the whole order was cancelled: until then it stands, from then on it never was.
"""
EVENTS = Contract(
    "events",
    (
        Column("visitor_id", TEXT),
        Column("customer_id", ("int64", "Int64"), nullable=True),
        Column("session_id", TEXT),
        Column("at", ("datetime64[us]",)),
        Column("kind", TEXT),
        Column("product_id", ("Int64",), required=False, nullable=True),
        Column("value", ("Int64",), required=False, nullable=True),
    ),
)
"""One row an event: a visit, a product page, a search, something put into the cart, …; ``at`` is UTC without a zone.

``customer_id`` is empty for visitors nobody knows, ``session_id`` "" where there was none. The features look for the
kinds view, search, cart_add and order; ``value`` means what its kind says.
"""


@dataclass(frozen=True)
class Traces:
    """What customers left beside the orders that stand, each None where there is nothing of it.

    ``cancelled`` meets `ORDER_LINES` and says when (``cancelled_at``); ``events`` meets `EVENTS`.
    """

    cancelled: pd.DataFrame | None = None
    events: pd.DataFrame | None = None


def validate(frame: pd.DataFrame, contract: Contract) -> None:
    """Raise `FrameRefused` for the first column of ``frame`` that breaks ``contract``; change nothing."""
    for column in contract.columns:
        if column.name in frame.columns:
            _check(frame[column.name], column, contract.name)
        elif column.required:
            raise FrameRefused(contract.name, column.name, "is missing")


def order_lines(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy of ``frame`` with the dtypes of `ORDER_LINES`, validated: for callers whose source has looser types.

    Columns beyond the contract are dropped; a missing ``product_id`` or ``category`` becomes all unknown.
    """
    casts = {column.name: column.dtypes[0] for column in ORDER_LINES.columns}
    kept = {name: frame[name] for name in casts if name in frame.columns}
    result = pd.DataFrame(kept, index=frame.index)
    for name in ("product_id", "category"):
        if name not in result.columns:
            result[name] = pd.Series(pd.NA, index=result.index, dtype=casts[name])
    for name in {"ordered_at", "returned_at", "cancelled_at"} & set(result.columns):
        result[name] = _utc_without_zone(result[name])
    for name in result.columns:
        try:
            result[name] = result[name].astype(pd.api.types.pandas_dtype(casts[str(name)]))
        except (TypeError, ValueError) as error:
            raise FrameRefused(
                ORDER_LINES.name, str(name), f"cannot become {casts[str(name)]}: {error}"
            ) from error
    validate(result, ORDER_LINES)
    ordered = [column.name for column in ORDER_LINES.columns if column.name in result.columns]
    return result[ordered].reset_index(drop=True)


def paid_since(lines: pd.DataFrame, moment: datetime, customers: npt.NDArray[np.int64]) -> int:
    """How many of ``customers`` brought revenue from ``moment`` on, of ``lines`` as they are known."""
    later = lines[(lines["ordered_at"] >= moment) & lines["customer_id"].isin(customers)]
    return int((later.groupby("customer_id")["revenue"].sum() > 0).sum())


def known_before(lines: pd.DataFrame, when: datetime) -> pd.DataFrame:
    """Order lines as they were known strictly before ``when``.

    Later orders and those cancelled by then are left out; later refunds and cancellations are not yet made.
    """
    recorded = recorded_before(lines, when)
    if "cancelled_at" not in recorded.columns:
        return recorded
    return recorded[recorded["cancelled_at"].isna()].drop(columns="cancelled_at")


def recorded_before(lines: pd.DataFrame, when: datetime, traces: Traces | None = None) -> pd.DataFrame:
    """What any moment up to ``when`` can be told from: ``lines`` and ``traces.cancelled``, known strictly before ``when``.

    Unlike in `known_before`, orders cancelled by then are still there and say so (``cancelled_at``, a column only where
    something was cancelled), so that an earlier moment finds them standing: `known_before` of it, or
    `ml.features.behaviour` at it. Refunds and cancellations later than ``when`` are not yet made.
    """
    cancelled = traces.cancelled if traces else None
    if cancelled is not None and len(cancelled):
        validate(cancelled, ORDER_LINES)
        lines = pd.concat([lines, cancelled], ignore_index=True)
        lines = lines.fillna({name: 0.0 for name in ("returned_revenue", "discount") if name in lines})
    at = moment(when)
    is_known = lines["ordered_at"] < at
    known = lines if is_known.all() else lines[is_known]
    if "cancelled_at" in known.columns:
        is_off = known["cancelled_at"] < at
        off = {"cancelled_at": known["cancelled_at"].where(is_off)} if is_off.any() else {}
        known = known.drop(columns="cancelled_at").assign(**off)
    if "returned_revenue" not in known.columns or "returned_at" not in known.columns:
        return known
    is_later = known["returned_at"] >= at
    if not is_later.any():
        return known
    later = known["returned_revenue"].where(is_later, other=0.0)
    return known.assign(revenue=known["revenue"] + later, returned_revenue=known["returned_revenue"] - later)


def bought(lines: pd.DataFrame) -> pd.DataFrame:
    """Of order lines only who ordered when, and what was cancelled when: cheaper to cut than all their columns."""
    return lines[[name for name in ("customer_id", "ordered_at", "cancelled_at") if name in lines.columns]]


def moment(when: datetime) -> pd.Timestamp:
    """``when`` as a UTC timestamp without a zone; a naive value is taken to be UTC already."""
    aware = when.astimezone(UTC).replace(tzinfo=None) if when.tzinfo is not None else when
    return pd.Timestamp(aware).as_unit("us")


def _utc_without_zone(values: pd.Series) -> pd.Series:
    zone = getattr(values.dtype, "tz", None)
    return values.dt.tz_convert("UTC").dt.tz_localize(None) if zone is not None else values


def _check(values: pd.Series, column: Column, contract: str) -> None:
    found = str(values.dtype)
    if found not in column.dtypes:
        raise FrameRefused(contract, column.name, f"is {found}, expected {' or '.join(column.dtypes)}")
    if not column.nullable:
        _refuse(values, values.isna(), column, contract, "has empty values")
    if found == "float64":
        _refuse(values, ~np.isfinite(values.fillna(0)), column, contract, "has infinite values")
    if column.above is not None:
        _refuse(values, values <= column.above, column, contract, f"must be above {column.above:g}")
    if column.at_least is not None:
        _refuse(values, values < column.at_least, column, contract, f"must be at least {column.at_least:g}")


def _refuse(values: pd.Series, is_bad: pd.Series, column: Column, contract: str, problem: str) -> None:
    bad = is_bad.to_numpy(dtype=bool, na_value=False)
    if bad.any():
        raise FrameRefused(contract, column.name, problem, values.index[bad][:EXAMPLES_SHOWN])
