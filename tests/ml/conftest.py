"""Frames read or simulated once a session."""

from collections.abc import Callable
from datetime import datetime

import pandas as pd
import pytest

from ml import churn, clusters, clv, datasets, rfm
from ml.results import TrainingResult
from tests.ml import simulated
from tests.requirements import data_file

AS_OF = datetime(2011, 12, 10)  # noqa: DTZ001 - frames hold UTC without a zone
QUESTIONS: dict[str, Callable[..., TrainingResult]] = {
    "rfm": rfm.train,
    "churn": churn.train,
    "clv": clv.train,
    "clusters": clusters.train,
}


@pytest.fixture(scope="session")
def shop() -> pd.DataFrame:
    return simulated.shop()


@pytest.fixture(scope="session")
def online_retail() -> pd.DataFrame:
    return datasets.online_retail(data_file("online_retail.csv.xz"))


@pytest.fixture(scope="session")
def retail_results(online_retail: pd.DataFrame) -> dict[str, TrainingResult]:
    """Every question, trained on Online Retail as of the day after it ends."""
    return {name: train(online_retail, AS_OF) for name, train in QUESTIONS.items()}


@pytest.fixture(scope="session")
def cdnow_summary() -> pd.DataFrame:
    return datasets.cdnow_summary(data_file("cdnow_summary.csv"))


@pytest.fixture(scope="session")
def cdnow_lines() -> pd.DataFrame:
    return datasets.cdnow_sample(data_file("cdnow_sample.txt"))
