"""Whether the customers, the scores or the outcome have drifted since a promoted run of about a month ago.

Each card keeps how its columns were distributed, so the next runs need nobody's old data. Drift is told, on the page
of the run and in the log; it never trains, refuses or promotes anything.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import structlog

from ml import drift
from ml.results import TrainingResult
from smartshop.insights import rules
from smartshop.insights.queries import runs

log = structlog.get_logger(__name__)

Columns = dict[str, npt.NDArray[np.float64]]
SCORES: Mapping[str, tuple[str, ...]] = {
    "rfm": ("recency_days", "orders", "revenue"),
    "churn": ("churn_probability",),
    "clv": ("clv_12m",),
}
"""The scores that are watched. Those of RFM are what it reads: its ranks are spread evenly whatever happens."""
LEVEL = drift.LEVEL / len(rules.QUESTIONS)
"""Of a night that trains every question, at most 5 % raise any false alarm."""


def distributions(result: TrainingResult) -> dict[str, dict[str, Any]]:
    """How the run's columns are distributed, for its card, by ``inputs.``, ``scores.`` or ``outcome.`` and the name."""
    return {name: drift.reference(values).to_dict() for name, values in _watched(result).items()}


def since(result: TrainingResult, before: runs.Run | None) -> dict[str, Any]:
    """The run's columns beside those of ``before``, for its card; empty where there is nothing to hold them against.

    Every column of the run belongs to one family, whose chance of any false alarm is at most `LEVEL`.
    """
    kept = before.card.get("distributions") if before else None
    if before is None or not kept:
        return {}
    references = {name: drift.Reference.from_dict(facts) for name, facts in kept.items()}
    found = drift.compare(references, _watched(result), level=LEVEL)
    drifted = [each.name for each in found if each.is_drifted]
    if drifted:
        log.warning("drifted", question=result.question, since=before.code, columns=drifted)
    return {
        "since": before.code,
        "as_of": before.as_of.isoformat(),
        "level": LEVEL,
        "columns": [{**vars(each), **_placed(each.name)} for each in found],
    }


def _watched(result: TrainingResult) -> Columns:
    """What is watched of a run, missing kinds left out, NaN where a value is missing."""
    tables = {
        "inputs": result.inputs[[name for name in result.inputs if name != "customer_id"]],
        "scores": result.scores[[name for name in SCORES.get(result.question, ()) if name in result.scores]],
        "outcome": result.tested[["actual"]],
    }
    return {
        f"{kind}.{name}": table[name].to_numpy(dtype=np.float64)
        for kind, table in tables.items()
        for name in table
        if len(table)
    }


def _placed(name: str) -> dict[str, str]:
    kind, column = name.split(".", 1)
    return {"kind": kind, "name": column}
