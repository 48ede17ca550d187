import json
import pickle
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis.extra import numpy as hnp
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from ml import artifact
from ml.artifact import ArtifactRefused


def card(shop: pd.DataFrame) -> dict[str, Any]:
    known = artifact.new_card(
        question="churn", as_of=datetime(2025, 1, 1), frame=shop, parameters={"depth": 3}, seed=1,  # noqa: DTZ001
        window={"test_from": "2024-10-03"},
    )  # fmt: skip
    return known | {"metrics": {"auc": 0.75, "unknown": float("nan")}, "verdict": "beats baseline"}


@pytest.fixture
def saved(tmp_path: Path, shop: pd.DataFrame) -> Path:
    folder = tmp_path / "churn" / "7"
    model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    judged = LogisticRegression().fit([[0.0], [1.0]], [1, 0])
    artifact.save(
        folder, card(shop), arrays={"edges": np.array([1.0, 2.0])}, estimator=model, judged_estimator=judged
    )
    return folder


def test_what_is_saved_is_loaded(saved: Path) -> None:
    loaded = artifact.load(saved)
    assert loaded.card["metrics"] == {"auc": 0.75, "unknown": None}
    assert loaded.card["parameters"] == {"depth": 3}
    assert loaded.arrays["edges"].tolist() == [1.0, 2.0]
    assert loaded.estimator.predict([[0.0], [1.0]]).tolist() == [0, 1]
    assert loaded.judged_estimator.predict([[0.0], [1.0]]).tolist() == [1, 0]
    names = ["arrays.npz", "card.json", "estimator.skops", "judged.skops"]
    assert sorted(path.name for path in saved.iterdir()) == names


@settings(max_examples=20, deadline=None)
@given(values=hnp.arrays(np.float64, hnp.array_shapes(max_dims=2, max_side=6)))
def test_arrays_survive_saving_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory, shop: pd.DataFrame, values: np.ndarray[Any, Any]
) -> None:
    folder = tmp_path_factory.mktemp("models") / "run"
    artifact.save(folder, card(shop.head(3)), arrays={"values": values})
    assert artifact.load(folder).arrays["values"].tobytes() == values.tobytes()


def test_an_artifact_is_never_overwritten(saved: Path, shop: pd.DataFrame) -> None:
    before = (saved / "card.json").read_bytes()
    with pytest.raises(ArtifactRefused, match="exists already"):
        artifact.save(saved, card(shop))
    assert (saved / "card.json").read_bytes() == before


def test_a_save_that_fails_leaves_nothing_behind(tmp_path: Path, shop: pd.DataFrame) -> None:
    untrusted = make_pipeline(FunctionTransformer(json.dumps))
    with pytest.raises(ArtifactRefused, match="not trusted"):
        artifact.save(tmp_path / "run", card(shop), estimator=untrusted)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["arrays.npz", "estimator.skops", "judged.skops"])
def test_a_damaged_payload_is_refused_by_name(saved: Path, name: str) -> None:
    content = bytearray((saved / name).read_bytes())
    content[len(content) // 2] ^= 1
    (saved / name).write_bytes(content)
    with pytest.raises(ArtifactRefused, match=f"{name} is not what the card describes"):
        artifact.load(saved)


def test_a_missing_payload_is_refused_by_name(saved: Path) -> None:
    (saved / "arrays.npz").unlink()
    with pytest.raises(ArtifactRefused, match=r"arrays\.npz named by the card is not in the artifact"):
        artifact.load(saved)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "cannot be read"),
        ("[]", "does not list"),
        ('{"files": {}}', "no valid 'question'"),
        ('{"files": {"../../secret": "0"}}', "no valid 'question'"),
    ],
)
def test_a_corrupt_card_is_refused(saved: Path, text: str, problem: str) -> None:
    (saved / "card.json").write_text(text)
    with pytest.raises(ArtifactRefused, match=problem):
        artifact.load(saved)


def test_a_card_cannot_name_a_file_outside_its_folder(saved: Path) -> None:
    stored = json.loads((saved / "card.json").read_text())
    stored["files"] = {"../escape": "0"}
    (saved / "card.json").write_text(json.dumps(stored))
    with pytest.raises(ArtifactRefused, match="not in the artifact"):
        artifact.load(saved)


def test_a_pickle_in_the_place_of_arrays_is_never_opened(saved: Path) -> None:
    (saved / "arrays.npz").write_bytes(pickle.dumps({"edges": [1.0]}))
    stored = json.loads((saved / "card.json").read_text())
    stored["files"]["arrays.npz"] = artifact._digest(saved / "arrays.npz")
    (saved / "card.json").write_text(json.dumps(stored))
    with pytest.raises(ArtifactRefused, match=r"arrays\.npz cannot be read"):
        artifact.load(saved)


def test_an_empty_folder_is_no_artifact(tmp_path: Path) -> None:
    with pytest.raises(ArtifactRefused, match=r"no card\.json"):
        artifact.load(tmp_path)


def test_the_data_hash_ignores_the_order_of_rows_and_sees_one_changed_value(shop: pd.DataFrame) -> None:
    changed = shop.copy()
    changed["revenue"] = changed["revenue"].where(changed.index != 0, other=0.01)
    assert artifact.data_hash(shop.sample(frac=1, random_state=1)) == artifact.data_hash(shop)
    assert artifact.data_hash(changed) != artifact.data_hash(shop)
