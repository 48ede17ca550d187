import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.evaluation import checking, writing
from benchmarks.evaluation.__main__ import PAGE, QUESTIONS
from benchmarks.evaluation.figures import Figure, Section
from tests import requirements

ROOT = Path(__file__).resolve().parents[2]
AUC = Figure(
    what="AUC", ours=0.76481, low=0.7512, high=0.7794, reference=0.623, source="a paper", baseline=0.7077,
    baseline_name="recency alone", data="Online Retail", split="last 90 days", goal="above recency", is_met=True,
)  # fmt: skip
MAE = Figure(what="MAE | pounds", ours=1954.0, data="CDNOW", digits=0, goal="at most 900", is_met=False)
FIT = Figure(what="fit, s", ours=0.0512, data="CDNOW", kind="time")


def made(*figures: Figure) -> str:
    return writing.page({"churn": Section("Who will leave", "Most are known.", figures)})


def test_a_figure_stands_beside_its_interval_its_reference_and_its_baseline() -> None:
    assert (
        "| AUC | 0.7648 (0.7512 to 0.7794) | 0.6230 (a paper) | 0.7077 (recency alone) |"
        " Online Retail; last 90 days | above recency: met |\n"
    ) in made(AUC)


def test_a_goal_that_is_missed_says_so_twice() -> None:
    page = made(AUC, MAE)
    assert "| MAE \\| pounds | 1,954 |  |  | CDNOW | at most 900: **missed** |" in page
    assert "**1 of 2 goals are met.** Missed: MAE | pounds." in page


def test_times_stand_apart_and_are_not_compared() -> None:
    page, other = made(AUC, FIT), made(AUC, Figure(what="fit, s", ours=9.0, data="CDNOW", kind="time"))
    assert page.index("| AUC |") < page.index(writing.BEFORE_TIMES) < page.index("| fit, s | 0.051 |")
    assert page != other
    assert checking.differences(page, other) == []


def test_another_last_digit_is_the_same_figure_and_two_are_another() -> None:
    assert checking.differences("a 0.7648 b", "a 0.7649 b") == []
    assert checking.differences("a 0.7648 b", "a 0.7650 b") == [
        "line 1: committed 'a 0.7648 b', computed 'a 0.7650 b'"
    ]
    assert checking.differences("4,338 customers", "4,339 customers")
    assert checking.differences("goal: met", "goal: **missed**")
    assert checking.differences("1.0\n2.0", "1.0")
    assert checking.differences("-0.0001", "0.0000") == []


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (-0.00001, 2, "0.00"),
        (8_911_407.9, 2, "8,911,407.90"),
        (float("nan"), 2, "–"),
        (None, 2, "–"),
        (-1.5, 1, "-1.5"),
    ],
)
def test_numbers_are_written_one_way(value: float | None, digits: int, text: str) -> None:
    assert writing.number(value, digits) == text


@pytest.mark.parametrize(("seconds", "text"), [(0.0512, "0.051"), (12.34, "12"), (187.0, "190"), (0.0, "0")])
def test_times_have_two_digits(seconds: float, text: str) -> None:
    assert writing.rounded(seconds) == text


def test_every_module_of_figures_is_listed_and_has_its_section_on_the_page() -> None:
    modules = {path.stem for path in (ROOT / "benchmarks" / "evaluation").glob("*.py")}
    assert set(QUESTIONS) == modules - {"__init__", "__main__", "figures", "writing", "checking"}
    for name in QUESTIONS:
        assert callable(importlib.import_module(f"benchmarks.evaluation.{name}").figures)
    page = PAGE.read_text(encoding="utf-8")
    assert re.findall(r"^Computed by `benchmarks/evaluation/(\w+)\.py`\.$", page, re.MULTILINE) == list(
        QUESTIONS
    )


def test_every_row_of_the_page_is_whole_and_the_count_of_goals_is_right() -> None:
    page = PAGE.read_text(encoding="utf-8")
    rows = [line for line in page.split("\n") if line.startswith("| ") and not line.startswith("| figure")]
    assert rows
    cells = [re.split(r"(?<!\\)\|", row)[1:-1] for row in rows]
    assert {len(row) for row in cells} == {6}
    for what, ours, _reference, _baseline, data, _goal in cells:
        assert what.strip()
        assert re.match(r" (-?\d|–)", ours)
        assert data.strip()
    values = page.split(f"\n{writing.BEFORE_TIMES}\n", maxsplit=1)[0]
    met, missed = values.count(": met |"), values.count(": **missed** |")
    assert f"**{met} of {met + missed} goals are met.**" in page


def test_without_data_it_says_where_to_get_them() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "SMARTSHOP_DATA_DIR"}
    command = [sys.executable, "-m", "benchmarks.evaluation", "--check"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "docs/data.md says where to get it" in done.stderr


@pytest.mark.data
@pytest.mark.slow
def test_every_figure_on_the_page_is_what_is_computed_now() -> None:
    requirements.data_file("online_retail.csv.xz")
    command = [sys.executable, "-m", "benchmarks.evaluation", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
