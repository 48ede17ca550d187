"""Who bought on which day, once for all moments: what BG/NBD and the season read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ml import frames

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Histories:
    """Customers known before a moment and their (x, t_x, T) in days, as `ml.purchase_models.summary` defines them."""

    customer_id: Ints
    frequency: Floats
    recency: Floats
    age: Floats

    @property
    def arrays(self) -> tuple[Floats, Floats, Floats]:
        return self.frequency, self.recency, self.age


@dataclass(frozen=True)
class PurchaseDays:
    """One entry a (customer, day with an order), sorted by both; days count from 1970-01-01."""

    customer_id: Ints
    day: Ints

    @classmethod
    def of(cls, lines: pd.DataFrame) -> PurchaseDays:
        """The purchase days of order lines (`ml.frames.ORDER_LINES`)."""
        people, code = np.unique(lines["customer_id"].to_numpy(dtype=np.int64), return_inverse=True)
        day = lines["ordered_at"].to_numpy().astype("datetime64[D]").astype(np.int64)
        if not day.size:
            return cls(day, day)
        span = int(day.max()) + 1
        keys = np.unique(code * span + day)
        return cls(people[keys // span], keys % span)

    def with_others(self, others: PurchaseDays) -> PurchaseDays:
        """These days and ``others``, each (customer, day) once."""
        if not others.day.size:
            return self
        pairs = np.column_stack(
            [np.append(self.customer_id, others.customer_id), np.append(self.day, others.day)]
        )
        pairs = np.unique(pairs, axis=0)
        return PurchaseDays(pairs[:, 0], pairs[:, 1])

    def before(self, day: int) -> PurchaseDays:
        """What was known before a day began."""
        known = self.day < day
        return PurchaseDays(self.customer_id[known], self.day[known])

    def histories(self, until: int) -> Histories:
        """The histories of everyone who bought before the day ``until`` began, by customer."""
        known = self.before(until)
        people, first = np.unique(known.customer_id, return_index=True)
        last = np.append(first[1:], known.day.size) - 1
        begin, end = known.day[first], known.day[last]
        return Histories(
            people,
            (last - first).astype(np.float64),
            (end - begin).astype(np.float64),
            (until - begin).astype(np.float64),
        )


def day_of(moment: datetime) -> int:
    """The day a moment (UTC) lies in, counted from 1970-01-01."""
    return int(frames.moment(moment).timestamp() // 86_400)
