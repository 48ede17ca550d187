"""How long a real history takes to import and to learn from, as multiples of merely reading its file in the same run.

    SMARTSHOP_DATA_DIR=… python benchmarks/history.py

Goals: import at most 25 times, training at most 20 times the bare reading of the file.
"""

import csv
import json
import lzma
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GOALS = {"import": 25.0, "train": 20.0}


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def read_bare(path: Path) -> int:
    with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file))


def flask(instance: str, *words: str) -> None:
    command = [str(Path(sys.executable).parent / "flask"), *words]
    environment = {**os.environ, "SMARTSHOP_INSTANCE": instance}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)


def main() -> None:
    folder = os.environ.get("SMARTSHOP_DATA_DIR")
    if not folder:
        raise SystemExit(
            "Set SMARTSHOP_DATA_DIR to the folder with online_retail.csv.xz; docs/data.md says where to get it."
        )
    history = Path(folder) / "online_retail.csv.xz"
    reference = min(seconds(lambda: read_bare(history)) for _ in range(3))
    with tempfile.TemporaryDirectory() as instance:
        flask(instance, "db", "upgrade")
        taken = {
            "import": seconds(lambda: flask(instance, "shop", "import", str(history))),
            "train": seconds(lambda: flask(instance, "ml", "train", "--as-of", "2011-12-10")),
        }
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"reading the file bare: {reference:.2f} s; peak memory of a command: {peak} MB")
    for name, took in taken.items():
        ratio = took / reference
        verdict = "within" if ratio <= GOALS[name] else "beyond"
        print(f"{name}: {took:.2f} s, {ratio:.1f} × the reference ({verdict} the goal of {GOALS[name]:.0f})")
    print(json.dumps({"reference_seconds": reference, "peak_mb": peak, "seconds": taken}))


if __name__ == "__main__":
    main()
