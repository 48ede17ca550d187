"""The list of security requirements: whole, and every test that it names is there."""

import ast
import re
from functools import cache

from smartshop.kernel.config import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
LEVELS_1_AND_2 = 253
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([^|]+) \| (met|not applicable|open) \| ([^|]+) \|$", re.MULTILINE)


@cache
def _names_in(path: str) -> frozenset[str]:
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_every_requirement_has_one_line() -> None:
    numbers = [row[0] for row in ROW.findall(PAGE)]
    assert len(numbers) == len(set(numbers)) == LEVELS_1_AND_2


def test_what_is_met_names_a_test_and_every_test_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", PAGE)
    assert [f"{path}::{name}" for path, name in named if name not in _names_in(path)] == []
    assert [row[0] for row in ROW.findall(PAGE) if row[2] == "met" and "::test_" not in row[3]] == []


def test_the_counts_are_those_of_the_list() -> None:
    states = [row[2] for row in ROW.findall(PAGE)]
    counted = " ".join(PAGE.split("What attackers")[0].split())
    for state, words in (("met", "are met"), ("not applicable", "do not apply"), ("open", "are open")):
        assert f"{states.count(state)} {words}" in counted
