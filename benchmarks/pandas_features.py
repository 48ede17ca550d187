"""The features of `ml.features` once more, as one would write them in pandas, moment by moment: what they must equal."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from ml import features
from ml.frames import Traces, moment

DAY = timedelta(days=1)
YEAR = timedelta(days=365.2425)


def behaviour(lines: pd.DataFrame, as_ofs: Sequence[datetime], traces: Traces | None = None) -> pd.DataFrame:
    """`ml.features.behaviour`, the slow way."""
    traces = traces or Traces()
    parts = [_at(lines, moment(as_of), traces) for as_of in sorted(as_ofs)]
    return pd.concat(parts, ignore_index=True)[["as_of", "customer_id", *features.NAMES]]


def _at(lines: pd.DataFrame, at: pd.Timestamp, traces: Traces) -> pd.DataFrame:
    cancelled = traces.cancelled
    standing, gone = lines, pd.DataFrame({"customer_id": [], "order_id": []}, dtype="int64")
    if cancelled is not None:
        is_gone = cancelled["cancelled_at"] < at
        standing, gone = pd.concat([lines, cancelled[~is_gone]]), cancelled[is_gone]
    known = standing[standing["ordered_at"] < at].copy()
    later = pd.Series(0.0, index=known.index)
    if "returned_at" in known:
        later = known["returned_revenue"].where(known["returned_at"] >= at, other=0.0)
    known["net"] = known["revenue"] + later
    known["back"] = known.get("returned_revenue", pd.Series(0.0, index=known.index)) - later
    known["off"] = known.get("discount", pd.Series(0.0, index=known.index))
    if "country" not in known:
        known["country"] = pd.Series(pd.NA, index=known.index, dtype="str")
    orders = known.groupby(["customer_id", "order_id"], as_index=False).agg(
        placed=("ordered_at", "min"), net=("net", "sum"), back=("back", "sum"), off=("off", "sum"),
        units=("quantity", "sum"), country=("country", "first"),
    )  # fmt: skip
    found = _totals(orders, at).join([_gaps(orders), _assortment(known), _home(orders)])
    found["cancelled_share"] = _per_customer(gone.groupby("customer_id")["order_id"].nunique(), found)
    found["cancelled_share"] /= found["cancelled_share"] + found["orders"]
    found = _browsed(found, traces.events, at)
    neutral = dict.fromkeys(features.NAMES, 0.0) | {"home_share": 1.0}
    return found.fillna(neutral)[list(features.NAMES)].astype("float64").reset_index().assign(as_of=at)


def _per_customer(values: pd.Series, found: pd.DataFrame) -> pd.Series:
    return values.reindex(found.index).fillna(0.0)


def _totals(orders: pd.DataFrame, at: pd.Timestamp) -> pd.DataFrame:
    age = at - orders["placed"]
    orders = orders.assign(
        is_weekday=orders["placed"].dt.day_of_week < 5,
        is_year_end=orders["placed"].dt.quarter == 4,
        late=orders["net"].where(age <= 90 * DAY, 0.0),
        early=orders["net"].where((age > 90 * DAY) & (age <= 180 * DAY), 0.0),
        **{f"orders_{length}": age <= length * DAY for length in (30, 90, 180)},
    )
    by_customer = orders.groupby("customer_id")
    sums = by_customer[
        ["net", "back", "off", "units", "late", "early", "orders_30", "orders_90", "orders_180"]
    ].sum()
    means = by_customer[["is_weekday", "is_year_end"]].mean()
    first, last = by_customer["placed"].min(), by_customer["placed"].max()
    count, before = by_customer.size(), sums["net"] + sums["back"]
    turn = 2 * np.pi * ((last - pd.Timestamp(0)) / YEAR)
    return pd.DataFrame(
        {
            "recency_days": (at - last).dt.days, "tenure_days": (at - first).dt.days, "last": last,
            "orders": count, "revenue": sums["net"], "average_order_value": sums["net"] / count,
            "items_per_order": sums["units"] / count, "returned_share": sums["back"] / before.where(before > 0),
            "discount_share": sums["off"] / (before + sums["off"]).where(before + sums["off"] > 0),
            "weekday_share": means["is_weekday"], "year_end_share": means["is_year_end"],
            "last_season_sin": np.sin(turn), "last_season_cos": np.cos(turn),
            "spend_trend": (sums["late"] - sums["early"]) / _positive(sums["late"] + sums["early"]),
            **{name: sums[name] for name in ("orders_30", "orders_90", "orders_180")},
        }
    )  # fmt: skip


def _positive(values: pd.Series) -> pd.Series:
    return values.where(values > 1e-9)


def _gaps(orders: pd.DataFrame) -> pd.DataFrame:
    bought = orders.assign(day=orders["placed"].dt.floor("D")).drop_duplicates(["customer_id", "day"])
    bought = bought.sort_values(["customer_id", "day"])
    bought["gap"] = bought.groupby("customer_id")["day"].diff().dt.days
    steps = bought.dropna(subset="gap")
    steps = steps.assign(index=steps.groupby("customer_id").cumcount().astype("float64"))
    by_customer = steps.groupby("customer_id")
    steps["turn"] = steps["index"] - by_customer["index"].transform("mean")
    steps["product"], steps["square"] = steps["turn"] * steps["gap"], steps["turn"] ** 2
    slopes = steps.groupby("customer_id")[["product", "square"]].sum()
    return pd.DataFrame(
        {
            "gap_mean_days": by_customer["gap"].mean(),
            "gap_sd_days": by_customer["gap"].std(ddof=0),
            "gap_trend": slopes["product"] / _positive(slopes["square"]),
        }
    )


def _assortment(known: pd.DataFrame) -> pd.DataFrame:
    spent = known.groupby(["customer_id", "category"])["net"].sum().groupby("customer_id")
    total = spent.sum()
    return pd.DataFrame(
        {
            "product_count": known.groupby("customer_id")["product_id"].nunique(),
            "category_count": spent.size(),
            "favourite_share": spent.max() / _positive(total),
        }
    )


def _home(orders: pd.DataFrame) -> pd.DataFrame:
    placed = orders.dropna(subset="country")
    counts = placed["country"].value_counts()
    home = min(counts[counts == counts.max()].index, default="")
    share = (placed["country"] == home).groupby(placed["customer_id"]).mean()
    return share.to_frame("home_share")


def _browsed(found: pd.DataFrame, events: pd.DataFrame | None, at: pd.Timestamp) -> pd.DataFrame:
    if events is None:
        names = ("visits_90", "views_90", "searches_90", "carts_left_90")
        return found.assign(**dict.fromkeys(names, 0.0), last_seen_days=found["recency_days"])
    known = events[events["customer_id"].notna() & (events["at"] < at)]
    seen = known.groupby("customer_id")["at"].max().reindex(found.index).fillna(found["last"])
    recent = known[(at - known["at"] <= 90 * DAY) & (known["session_id"] != "")]
    key = ["customer_id", "session_id"]
    added = recent[recent["kind"] == "cart_add"].groupby(key)["at"].max()
    ordered = recent[recent["kind"] == "order"].groupby(key)["at"].max().reindex(added.index)
    left = added[ordered.isna() | (ordered < added)].groupby("customer_id").size()
    counts = {
        f"{name}_90": recent[recent["kind"] == kind].groupby("customer_id").size()
        for name, kind in (("views", "view"), ("searches", "search"))
    }
    counts |= {"visits_90": recent.groupby("customer_id")["session_id"].nunique(), "carts_left_90": left}
    latest = seen.where(seen > found["last"], found["last"])
    return found.assign(
        **{name: _per_customer(each, found) for name, each in counts.items()},
        last_seen_days=(at - latest).dt.days,
    )
