from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from ml import results
from ml.results import TrainingResult


def result(tested: pd.DataFrame | None = None) -> TrainingResult:
    kept: dict[str, Any] = {} if tested is None else {"tested": tested}
    return TrainingResult(
        question="churn",
        as_of=datetime(2025, 1, 1),  # noqa: DTZ001
        rows=3,
        verdict="beats baseline",
        scores=pd.DataFrame(),
        served="random forest",
        arrays={"edges": np.array([1.0])},
        **kept,
    )


def test_what_was_tested_comes_back_from_the_arrays_that_were_kept() -> None:
    tested = pd.DataFrame({"customer_id": [7, 2], "actual": [1.0, 0.0], "predicted": [0.25, 0.5]})
    kept = result(tested).kept_arrays
    assert sorted(kept) == ["edges", "tested_actual", "tested_customer_id", "tested_predicted"]
    pd.testing.assert_frame_equal(results.tested(kept), tested)


def test_a_run_that_kept_no_test_has_an_empty_one() -> None:
    kept = result().kept_arrays
    assert list(kept) == ["edges"]
    assert results.tested(kept).empty
    assert list(results.tested(kept).columns) == list(results.TESTED)
