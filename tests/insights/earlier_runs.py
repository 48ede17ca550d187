"""Runs of a question as they are recorded and kept, for tests that hold one against another."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ml import artifact
from ml.results import TrainingResult
from smartshop.insights.queries.runs import Run

TODAY = datetime(2026, 6, 1, tzinfo=UTC)
DAYS = timedelta(days=90)


def outcomes(customers: int = 800, *, seed: int = 1) -> pd.DataFrame:
    """Customers with a true chance of leaving and whether they left."""
    rng = np.random.default_rng(seed)
    chance = rng.beta(1.5, 1.5, customers)
    left = (rng.random(customers) < chance).astype(float)
    return pd.DataFrame({"customer_id": np.arange(1, customers + 1), "chance": chance, "actual": left})


def foreseen(people: pd.DataFrame, *, blur: float, seed: int = 2) -> pd.DataFrame:
    """What a method foresaw that knows the chances up to ``blur``."""
    noise = np.random.default_rng(seed).normal(scale=blur, size=len(people)) if blur else 0.0
    return people[["customer_id", "actual"]].assign(predicted=(people["chance"] + noise).clip(0, 1))


def result(
    kept: pd.DataFrame, *, as_of: datetime = TODAY, question: str = "churn", **more: Any
) -> TrainingResult:
    """A run that was tested on the ninety days before ``as_of``."""
    return TrainingResult(
        question=question, as_of=as_of, rows=len(kept), verdict="beats baseline", served="random forest", tested=kept,
        scores=more.pop("scores", pd.DataFrame({"customer_id": kept["customer_id"], "churn_probability": kept["predicted"]})),
        card=card(as_of, question), **more,
    )  # fmt: skip


def card(as_of: datetime, question: str = "churn") -> dict[str, Any]:
    """The card of such a run."""
    window = {"test_from": f"{as_of - DAYS:%Y-%m-%d 00:00:00}", "test_until": f"{as_of:%Y-%m-%d 00:00:00}"}
    facts = {
        "question": question,
        "as_of": as_of.isoformat(),
        "data_hash": "x",
        "code_revision": "y",
        "seed": 0,
    }
    return facts | {"parameters": {}, "window": window, "metrics": {}, "verdict": "beats baseline"}


def kept(made: TrainingResult, models: Path, code: str = "churn-1") -> Run:
    """The run as recorded, its artifact saved under ``models``."""
    artifact.save(models / code, made.card, arrays=made.kept_arrays)
    return recorded(made, code)


def recorded(made: TrainingResult, code: str = "churn-1", **facts: Any) -> Run:
    """The run as the database tells it; ``facts`` are added to its card."""
    return Run(
        id=1, code=code, question=made.question, state="promoted", as_of=made.as_of, started_at=made.as_of,
        finished_at=made.as_of, rows=made.rows, metrics={}, baseline={}, verdict=made.verdict, reason="",
        card=dict(made.card) | facts,
    )  # fmt: skip
