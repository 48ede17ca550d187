import importlib
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.evaluation import checking, tables, writing
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
    page = writing.page({"churn": Section("Who will leave", "Most are known.", figures)})
    return page.replace(tables.TO, " to ")


def test_a_figure_stands_beside_its_interval_its_reference_and_its_baseline() -> None:
    assert (
        "**Online Retail; last 90 days**\n\n"
        "| figure | ours | reference: a paper | baseline: recency alone | goal |\n| --- | --: | --: | --: | --- |\n"
        "| AUC | 0.7648 (0.7512 to 0.7794) | 0.6230 | 0.7077 | above recency: met |\n"
    ) in made(AUC)


def test_sources_and_rivals_that_differ_stand_beside_their_figures() -> None:
    other = replace(AUC, what="AUC again", source="another", baseline_name="base rate")
    assert "| AUC again | 0.7648 (0.7512 to 0.7794) | 0.6230 (another) | 0.7077 (base rate) |" in made(
        AUC, other
    )


def test_a_goal_that_is_missed_says_so_twice() -> None:
    page = made(AUC, MAE)
    assert "**CDNOW**\n\n| figure | ours | goal |" in page
    assert "| MAE \\| pounds | 1,954 | at most 900: **missed** |" in page
    assert "**1 of 2 goals are met.** Missed: MAE | pounds." in page


def test_candidates_stand_side_by_side_under_what_is_the_same_for_all() -> None:
    forest = replace(AUC, table="Candidates", place=("forest", "AUC"))
    brier = Figure(
        "Brier", 0.2, "Online Retail", "last 90 days", low=-0.1, high=0.3, table="Candidates", place=("forest", "Brier")
    )  # fmt: skip
    trees = replace(AUC, ours=0.7, table="Candidates", place=("trees", "AUC"), reference=None, is_met=False)
    assert (
        "**Candidates** · Online Retail; last 90 days\n\n"
        "|  | AUC | Brier |\n| --- | --: | --: |\n"
        "| forest | 0.7648 (0.7512 to 0.7794) | 0.2000 (-0.1000 to 0.3000) |\n"
        "| *reference: a paper* | 0.6230 |  |\n"
        "| trees | 0.7000 (0.7512 to 0.7794) |  |\n"
        "| recency alone (baseline) | 0.7077 |  |\n"
        "\nGoals for forest: AUC above recency: met. Goals for trees: AUC above recency: **missed**.\n"
    ) in made(forest, brier, trees)


def test_one_goal_of_many_columns_is_counted() -> None:
    months = [replace(AUC, place=("share", str(n)), table="Months", is_met=n != 2) for n in range(3)]
    assert "\nGoals for share: above recency: **2 of 3 met**.\n" in made(*months)


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
    assert tables.number(value, digits) == text


@pytest.mark.parametrize(("seconds", "text"), [(0.0512, "0.051"), (12.34, "12"), (187.0, "190"), (0.0, "0")])
def test_times_have_two_digits(seconds: float, text: str) -> None:
    assert tables.rounded(seconds) == text


def test_every_module_of_figures_is_listed_and_has_its_section_on_the_page() -> None:
    modules = {path.stem for path in (ROOT / "benchmarks" / "evaluation").glob("*.py")}
    assert set(QUESTIONS) == modules - {"__init__", "__main__", "figures", "writing", "tables", "checking"}
    for name in QUESTIONS:
        assert callable(importlib.import_module(f"benchmarks.evaluation.{name}").figures)
    page = PAGE.read_text(encoding="utf-8")
    assert re.findall(r" Computed by `benchmarks/evaluation/(\w+)\.py`\.$", page, re.MULTILINE) == list(
        QUESTIONS
    )


def test_every_row_of_the_page_is_whole_and_the_count_of_goals_is_right() -> None:
    page = PAGE.read_text(encoding="utf-8")
    tables = re.findall(r"^\*\*.+\n\n((?:\|.*\n)+)", page, re.MULTILINE)
    assert sum(table.count("\n") for table in tables) == page.count("\n|")
    for table in tables:
        cells = [re.split(r"(?<!\\)\|", row)[1:-1] for row in table.rstrip("\n").split("\n")]
        assert len({len(row) for row in cells}) == 1
        assert all(row[0].strip() and re.match(r" (-?\d|–| )", row[1]) for row in cells[2:])
    values = page.split(f"\n{writing.BEFORE_TIMES}\n", maxsplit=1)[0]
    single = len(re.findall(r": met(?=[;|. ])", values)), values.count(": **missed**")
    many = [(int(met), int(all_)) for met, all_ in re.findall(r": \**(\d+) of (\d+) met", values)]
    met = single[0] + sum(each for each, _ in many)
    asked = sum(single) + sum(each for _, each in many)
    assert f"**{met} of {asked} goals are met.**" in page


def test_the_page_can_be_read_in_one_sitting() -> None:
    lines = PAGE.read_text(encoding="utf-8").split("\n")
    assert len(lines) <= 230
    assert max(len(line) for line in lines if line.startswith("|")) <= 160


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
