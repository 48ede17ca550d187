"""Models on disk: data and a card, never code. Nothing here unpickles.

A folder holds ``card.json`` and, as the model needs, ``arrays.npz`` (read with ``allow_pickle=False``) and
``estimator.skops`` and ``judged.skops`` (read only if every type in them is on the list of trusted ones). The card
carries the SHA-256 of each, so that a damaged payload is refused.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
import tempfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from skops import io as skops_io

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


CARD = "card.json"
ARRAYS = "arrays.npz"
ESTIMATOR = "estimator.skops"
JUDGED = "judged.skops"
REQUIRED = {
    "question": str,
    "as_of": str,
    "data_hash": str,
    "code_revision": str,
    "parameters": dict,
    "seed": int,
    "window": dict,
    "metrics": dict,
    "verdict": str,
}
TRUSTED_TYPES = frozenset(
    {
        "ml.baselines.BaseRate",
        "ml.baselines.RecencyAlone",
        "ml.purchase_models.betageo.BetaGeo",
        "ml.purchase_models.betageo.ModifiedBetaGeo",
        "ml.purchase_models.forest.SpendingForest",
        "ml.purchase_models.gammagamma.GammaGamma",
        "ml.purchase_models.paretonbd.ParetoNBD",
        "ml.risk_models.ChurnBoosting",
        "ml.risk_models.ChurnForest",
        "ml.risk_models.ChurnLogistic",
        "ml.risk_models.SigmoidCalibration",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.tree._tree.Tree",
    }
)


class ArtifactRefused(ValueError):
    """An artifact is incomplete, damaged, or holds a type that is not trusted."""


@dataclass(frozen=True)
class Artifact:
    """A model as loaded: its card, its arrays by name, and its estimator if it has one.

    ``judged_estimator`` is the same method fitted without the window it was tested on.
    """

    card: dict[str, Any]
    arrays: dict[str, npt.NDArray[np.float64]] = field(default_factory=dict)
    estimator: Any = None
    judged_estimator: Any = None


def new_card(
    *,
    question: str,
    as_of: datetime,
    frame: pd.DataFrame,
    parameters: Mapping[str, Any],
    seed: int,
    window: Mapping[str, str],
) -> dict[str, Any]:
    """The facts of a run that are known before it is judged; metrics, baseline and verdict are added after."""
    return {
        "question": question,
        "as_of": as_of.isoformat(),
        "data_hash": data_hash(frame),
        "data_rows": len(frame),
        "code_revision": code_revision(),
        "parameters": dict(parameters),
        "seed": seed,
        "window": dict(window),
        "metrics": {},
        "baseline": None,
        "verdict": "",
    }


def data_hash(frame: pd.DataFrame) -> str:
    """SHA-256 of a frame's names and values; the order of the rows does not matter."""
    rows = np.sort(pd.util.hash_pandas_object(frame, index=False).to_numpy())
    names = ",".join(map(str, frame.columns)).encode()
    return hashlib.sha256(names + rows.tobytes()).hexdigest()


def code_revision() -> str:
    """SHA-256 of this library's own source, so that a card names the code that made it wherever it runs."""
    digest = hashlib.sha256()
    home = Path(__file__).parent
    for source in sorted(home.rglob("*.py")):
        digest.update(source.relative_to(home).as_posix().encode() + source.read_bytes())
    return digest.hexdigest()[:16]


def save(
    folder: Path,
    card: Mapping[str, Any],
    *,
    arrays: Mapping[str, npt.NDArray[np.float64]] | None = None,
    estimator: object | None = None,
    judged_estimator: object | None = None,
) -> None:
    """Write an artifact to a new ``folder``: whole or not at all.

    Everything is written to a temporary folder beside it, flushed to disk and renamed. Raises `ArtifactRefused`
    when the folder exists, the card is incomplete or an estimator holds a type that is not trusted.
    """
    if folder.exists():
        raise ArtifactRefused(f"{folder.name} exists already; artifacts are never overwritten")
    _check_card(dict(card))
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write(draft, card, arrays, {ESTIMATOR: estimator, JUDGED: judged_estimator})
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    _sync(folder.parent)


def load(folder: Path) -> Artifact:
    """Read an artifact. Raises `ArtifactRefused`, naming the file, for anything missing, damaged or not trusted."""
    card = _read_card(folder / CARD)
    for name, digest in card["files"].items():
        payload = folder / name
        if name not in {ARRAYS, ESTIMATOR, JUDGED} or not payload.is_file():
            raise ArtifactRefused(f"{name} named by the card is not in the artifact")
        if _digest(payload) != digest:
            raise ArtifactRefused(f"{name} is not what the card describes; it was changed or damaged")
    arrays = _read_arrays(folder / ARRAYS) if ARRAYS in card["files"] else {}
    estimators = (
        _read_estimator(folder / name) if name in card["files"] else None for name in (ESTIMATOR, JUDGED)
    )
    return Artifact(card, arrays, *estimators)


def _write(
    draft: Path,
    card: Mapping[str, Any],
    arrays: Mapping[str, npt.NDArray[np.float64]] | None,
    estimators: Mapping[str, object | None],
) -> None:
    if arrays:
        np.savez(draft / ARRAYS, allow_pickle=False, **dict(arrays))
    for name, estimator in estimators.items():
        if estimator is not None:
            skops_io.dump(estimator, draft / name)
            _refuse_untrusted(draft / name)
    files = {path.name: _digest(path) for path in sorted(draft.iterdir())}
    text = json.dumps(_plain({**card, "files": files}), indent=2, sort_keys=True, allow_nan=False)
    (draft / CARD).write_text(text + "\n", encoding="utf-8")
    for path in draft.iterdir():
        _sync(path)
    _sync(draft)


def _read_card(path: Path) -> dict[str, Any]:
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ArtifactRefused("there is no card.json; this is not an artifact") from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ArtifactRefused(f"card.json cannot be read: {error}") from error
    if not isinstance(card, dict) or not isinstance(card.get("files"), dict):
        raise ArtifactRefused("card.json does not list the artifact's files")
    _check_card(card)
    return card


def _check_card(card: dict[str, Any]) -> None:
    for name, kind in REQUIRED.items():
        if not isinstance(card.get(name), kind):
            raise ArtifactRefused(f"the card has no valid '{name}'")


def _read_arrays(path: Path) -> dict[str, npt.NDArray[np.float64]]:
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (ValueError, OSError, zipfile.BadZipFile) as error:
        raise ArtifactRefused(f"{path.name} cannot be read: {error}") from error


def _read_estimator(path: Path) -> Any:
    _refuse_untrusted(path)
    return skops_io.load(path, trusted=sorted(TRUSTED_TYPES))


def _refuse_untrusted(path: Path) -> None:
    unknown = set(skops_io.get_untrusted_types(file=path)) - TRUSTED_TYPES
    if unknown:
        raise ArtifactRefused(f"{path.name} holds types that are not trusted: {', '.join(sorted(unknown))}")


def _plain(value: Any) -> Any:
    """``value`` in JSON's own types; a number that is not finite becomes null."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
