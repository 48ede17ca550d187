"""Cohorts: of those who first bought in a month, how many came back in each month after, and what they brought."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ml import frames

if TYPE_CHECKING:
    from datetime import datetime

COLUMNS = ["cohort", "months_since", "customers", "retention", "revenue", "is_complete"]


def table(lines: pd.DataFrame, until: datetime) -> pd.DataFrame:
    """One row a (cohort, month since its first), sorted, for every month up to the one that ``until`` lies in.

    ``lines`` meets `frames.ORDER_LINES`; only what happened before ``until`` counts. cohort  first day of the month
    of the first order; months_since  0 for that month itself; customers  those of the cohort with an order in the
    month; retention  their share of the cohort; revenue  what they brought in the month; is_complete  False where the
    month was not over at ``until``, so that its figures are too low.
    """
    end = frames.moment(until)
    known = lines.loc[lines["ordered_at"] < end, ["customer_id", "ordered_at", "revenue"]]
    if known.empty:
        return pd.DataFrame(columns=COLUMNS)
    month = known["ordered_at"].dt.year * 12 + known["ordered_at"].dt.month - 1
    first = month.groupby(known["customer_id"]).transform("min")
    counted = (
        known.assign(cohort=first, months_since=month - first)
        .groupby(["cohort", "months_since"])
        .agg(customers=("customer_id", "nunique"), revenue=("revenue", "sum"))
    )
    last = (known["ordered_at"].max().year * 12) + known["ordered_at"].max().month - 1
    every = [(cohort, since) for cohort in sorted(first.unique()) for since in range(last - cohort + 1)]
    full = counted.reindex(pd.MultiIndex.from_tuples(every, names=counted.index.names), fill_value=0)
    result = full.reset_index()
    size = result.groupby("cohort")["customers"].transform("first")
    ends = (result["cohort"] + result["months_since"] + 1).map(_first_day)
    return result.assign(
        retention=result["customers"] / size, is_complete=ends <= end, cohort=result["cohort"].map(_first_day)
    )[COLUMNS]


def _first_day(month: int) -> pd.Timestamp:
    return pd.Timestamp(int(month) // 12, int(month) % 12 + 1, 1)
