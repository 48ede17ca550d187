"""How long the features of ten million order lines take, beside the same features written in pandas, in one run.

    SMARTSHOP_DATA_DIR=… python -m benchmarks.features [--lines 10000000] [--moments 4]

Real history is repeated with new customers and orders. Each engine has a process of its own, reads the same frame and
hands its table over, and every value is compared. Peak memory is beyond what the frame itself takes.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import pandas_features
from ml import datasets, features, frames

ROOT = Path(__file__).resolve().parents[1]
ENGINES: dict[str, Callable[..., pd.DataFrame]] = {
    "duckdb": features.behaviour,
    "pandas": pandas_features.behaviour,
}
END = datetime(2011, 12, 10)  # noqa: DTZ001 - frames hold UTC without a zone
GOAL = 3.0


def repeated(lines: pd.DataFrame, size: int) -> pd.DataFrame:
    """``size`` lines: the history again and again, every time of other customers with other orders."""
    copy, place = np.divmod(np.arange(size), len(lines))
    many = lines.iloc[place].reset_index(drop=True)
    for name in ("customer_id", "order_id"):
        many[name] = many[name].to_numpy() + copy * (int(lines[name].max()) + 1)
    return many


def retail() -> pd.DataFrame:
    folder = os.environ.get("SMARTSHOP_DATA_DIR")
    if not folder:
        raise SystemExit(
            "Set SMARTSHOP_DATA_DIR to the folder with online_retail.csv.xz; docs/data.md says where to get it."
        )
    return datasets.online_retail(Path(folder) / "online_retail.csv.xz")


def moments(count: int) -> list[datetime]:
    """The end of the history and ``count`` - 1 moments before it, two months apart."""
    return [END - timedelta(days=60 * step) for step in range(count)]


def peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def measure(engine: str, size: int, count: int, target: Path) -> None:
    """Compute the features with one engine, write them to ``target`` and print what it took."""
    lines = repeated(retail(), size)
    frames.validate(lines, frames.ORDER_LINES)
    before = peak_mb()
    began, cpu = time.perf_counter(), time.process_time()
    found = ENGINES[engine](lines, moments(count))
    taken = {"seconds": time.perf_counter() - began, "cpu_seconds": time.process_time() - cpu}
    memory = {
        "frame_mb": int(lines.memory_usage(deep=True).sum()) >> 20,
        "peak_mb": peak_mb(),
        "before_mb": before,
    }
    found.to_parquet(target)
    print(
        json.dumps({**taken, **memory, "rows": len(found), "customers": int(lines["customer_id"].nunique())})
    )


def in_own_process(engine: str, arguments: argparse.Namespace, target: Path) -> dict[str, Any]:
    words = ["--engine", engine, "--target", str(target)]
    words += ["--lines", str(arguments.lines), "--moments", str(arguments.moments)]
    command = [sys.executable, "-m", "benchmarks.features", *words]
    run = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    facts: dict[str, Any] = json.loads(run.stdout)
    return facts


def compare(arguments: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = {engine: Path(folder) / f"{engine}.parquet" for engine in ENGINES}
        facts = {engine: in_own_process(engine, arguments, file) for engine, file in files.items()}
        ours, theirs = (pd.read_parquet(files[engine]) for engine in ENGINES)
    pd.testing.assert_frame_equal(ours, theirs, rtol=1e-9, atol=1e-9)
    print(f"{arguments.lines:,} lines, {arguments.moments} moments, {len(ours):,} rows, every value equal")
    for engine, each in facts.items():
        extra = each["peak_mb"] - each["before_mb"]
        print(
            f"{engine}: {each['seconds']:.1f} s, {each['cpu_seconds']:.1f} s of processor,"
            f" {extra} MB beyond the frame's {each['before_mb']} MB"
        )
    ratio = {name: facts["pandas"][name] / facts["duckdb"][name] for name in ("seconds", "cpu_seconds")}
    verdict = "within" if ratio["seconds"] >= GOAL else "beyond"
    print(
        f"pandas takes {ratio['seconds']:.1f} × as long ({verdict} the goal of {GOAL:.0f}),"
        f" {ratio['cpu_seconds']:.1f} × the processor"
    )
    print(json.dumps({**facts, "ratio": ratio}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--moments", type=int, default=4)
    parser.add_argument("--engine", choices=list(ENGINES))
    parser.add_argument("--target", type=Path)
    arguments = parser.parse_args()
    if arguments.engine:
        measure(arguments.engine, arguments.lines, arguments.moments, arguments.target)
    else:
        compare(arguments)


if __name__ == "__main__":
    main()
