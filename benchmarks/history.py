"""How long histories take to import and to learn from, in seconds and as multiples of reading a real one's file.

    SMARTSHOP_DATA_DIR=… python -m benchmarks.history [--made]

Goals: import at most 25 times, training at most 20 times the bare reading of the file; training at most 15 seconds on
the real history and, with ``--made``, at most 60 seconds and 4 GB on 5,000,000 lines of 100,000 customers. Training is
``flask ml train`` in a process of its own, from its start to its last commit.
"""

import argparse
import csv
import json
import lzma
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TRAIN = ("ml", "train", "--as-of", "2011-12-10", "--json")
IMPORT_TIMES, TRAIN_TIMES = 25.0, 20.0
TRAIN_SECONDS, MADE_SECONDS, MADE_MB = 15.0, 60.0, 4096


@dataclass(frozen=True)
class Taken:
    """What a command took: seconds, of them on a processor, and its peak memory in MB."""

    seconds: float
    cpu_seconds: float
    peak_mb: int


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def read_bare(path: Path) -> int:
    with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file))


def run(instance: str, *command: str) -> Taken:
    """Run a command against the shop in a folder and wait for it; raises when it fails."""
    environment = {**os.environ, "SMARTSHOP_INSTANCE": instance}
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    took = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Taken(took, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024)


def flask(instance: str, *words: str) -> Taken:
    return run(instance, str(Path(sys.executable).parent / "flask"), *words)


def real(history: Path) -> dict[str, Taken]:
    with tempfile.TemporaryDirectory() as instance:
        flask(instance, "db", "upgrade")
        imported = flask(instance, "shop", "import", str(history))
        return {"import": imported, "train": flask(instance, *TRAIN)}


def made() -> dict[str, Taken]:
    with tempfile.TemporaryDirectory() as instance:
        flask(instance, "db", "upgrade")
        run(instance, sys.executable, "-m", "benchmarks.made_history")
        return {"train on 5,000,000 lines": flask(instance, *TRAIN)}


def told(name: str, taken: Taken, goals: dict[str, tuple[float, float]]) -> str:
    """One line; ``goals``: what was reached and what was wanted, by unit."""
    verdicts = ", ".join(
        f"{reached:.1f} {unit} ({'within' if reached <= goal else 'beyond'} the goal of {goal:.0f})"
        for unit, (reached, goal) in goals.items()
    )
    return f"{name}: {taken.seconds:.1f} s, {taken.cpu_seconds:.1f} s of processor, {taken.peak_mb} MB; {verdicts}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--made", action="store_true", help="Also learn from 5,000,000 lines of 100,000 customers."
    )
    arguments = parser.parse_args()
    folder = os.environ.get("SMARTSHOP_DATA_DIR")
    if not folder:
        raise SystemExit(
            "Set SMARTSHOP_DATA_DIR to the folder with online_retail.csv.xz; docs/data.md says where to get it."
        )
    history = Path(folder) / "online_retail.csv.xz"
    reference = min(seconds(lambda: read_bare(history)) for _ in range(3))
    taken = real(history)
    print(f"reading the file bare: {reference:.2f} s")
    times = {name: each.seconds / reference for name, each in taken.items()}
    print(told("import", taken["import"], {"times": (times["import"], IMPORT_TIMES)}))
    in_seconds = (taken["train"].seconds, TRAIN_SECONDS)
    print(told("train", taken["train"], {"times": (times["train"], TRAIN_TIMES), "s": in_seconds}))
    if arguments.made:
        for name, each in made().items():
            print(told(name, each, {"s": (each.seconds, MADE_SECONDS), "MB": (each.peak_mb, MADE_MB)}))
            taken[name] = each
    print(json.dumps({"reference_seconds": reference} | {name: asdict(each) for name, each in taken.items()}))


if __name__ == "__main__":
    main()
