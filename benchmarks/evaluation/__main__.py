"""Compute every public figure anew and write docs/evaluation.md.

SMARTSHOP_DATA_DIR=… python -m benchmarks.evaluation           # writes it
SMARTSHOP_DATA_DIR=… python -m benchmarks.evaluation --check   # says where it differs, and writes nothing
"""

import argparse
import importlib
import os
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from benchmarks.evaluation import checking, writing
from benchmarks.evaluation.figures import Section

QUESTIONS = ("churn", "visits", "clv", "segments", "drift")
"""The modules, in the order of the page."""
PAGE = Path(__file__).resolve().parents[2] / "docs" / "evaluation.md"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evaluation", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare docs/evaluation.md, write nothing")
    asked = parser.parse_args()
    folder = os.environ.get("SMARTSHOP_DATA_DIR", "")
    if not Path(folder or "missing").is_dir():
        raise SystemExit(
            "Set SMARTSHOP_DATA_DIR to the folder with the public data; docs/data.md says where to get it."
        )
    console = Console(stderr=True)
    page = writing.page(sections(console))
    if not asked.check:
        PAGE.write_text(page, encoding="utf-8")
        console.print(f"Wrote {PAGE}.", soft_wrap=True, highlight=False)
        return
    differences = checking.differences(PAGE.read_text(encoding="utf-8"), page)
    for difference in differences:
        print(difference)
    if differences:
        sys.exit(f"{PAGE.name} is not what is computed now. Write it again with: make evaluate")
    console.print(f"Every figure of {PAGE.name} is what is computed now.", highlight=False)


def sections(console: Console) -> dict[str, Section]:
    """The figures of every question, by module; long ones, so it tells how far it is."""
    made: dict[str, Section] = {}
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=len(QUESTIONS))
        for question in QUESTIONS:
            progress.update(task, description=f"Evaluating {question} …")
            began = time.perf_counter()
            made[question] = importlib.import_module(f"benchmarks.evaluation.{question}").figures()
            progress.console.print(f"{question}: {time.perf_counter() - began:.1f} s", highlight=False)
            progress.advance(task)
        progress.update(task, description="Evaluated")
    return made


if __name__ == "__main__":
    main()
