"""Sweeps over the source: one commit door, one clock, budgets, names, words."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from smartshop.kernel.config import ROOT
from tests.house import source

PROGRAM = source.python_files("smartshop", "ml")
EVERYTHING = source.python_files("smartshop", "ml", "tests", "migrations", "benchmarks")
COMMIT_DOOR = "smartshop/kernel/uow.py"
CLOCK = "smartshop/kernel/clock.py"
OTHER_CLOCKS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "dt.datetime.now",
}
VAGUE = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc", "info"}


def test_nothing_commits_but_the_unit_of_work() -> None:
    found = [
        f"{source.name_of(path)}:{line}"
        for path in source.python_files("smartshop")
        if source.name_of(path) != COMMIT_DOOR
        for line, called in source.calls(path)
        if called.endswith(".commit")
    ]
    assert found == []


def test_nothing_asks_another_clock() -> None:
    found = [
        f"{source.name_of(path)}:{line} {called}"
        for path in PROGRAM
        if source.name_of(path) != CLOCK
        for line, called in source.calls(path)
        if called in OTHER_CLOCKS
    ]
    assert found == []


def test_nothing_uses_the_legacy_query_property() -> None:
    found = [
        f"{source.name_of(path)}:{line}"
        for path in source.python_files("smartshop")
        for line, called in source.calls(path)
        if re.search(r"\.query(\.|$)", called) and "session" not in called and called[0].isupper()
    ]
    assert found == []


def test_views_do_not_speak_to_the_database() -> None:
    found = [
        f"{source.name_of(path)}:{node.lineno}"
        for path in source.python_files("smartshop/web")
        if source.name_of(path) not in {"smartshop/web/machine/health.py", "smartshop/web/presenting.py"}
        for node in ast.walk(source.tree(path))
        if (isinstance(node, ast.Import) and any(alias.name.startswith("sqlalchemy") for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").endswith(".models"))
    ]
    assert found == []


def test_files_and_functions_stay_within_their_budgets() -> None:
    long_files = [
        f"{source.name_of(path)}: {lines} lines"
        for path in EVERYTHING
        if "versions" not in path.parts and (lines := path.read_text(encoding="utf-8").count("\n")) > 400
    ]
    long_functions = [
        f"{source.name_of(path)}:{node.name}: {length} lines"
        for path in PROGRAM
        for node in ast.walk(source.tree(path))
        if isinstance(node, ast.FunctionDef) and (length := (node.end_lineno or 0) - node.lineno + 1) > 50
    ]
    assert long_files + long_functions == []


def test_packages_hold_a_docstring_only() -> None:
    found = [
        source.name_of(path)
        for path in PROGRAM
        if path.name == "__init__.py"
        and not (len(source.tree(path).body) == 1 and ast.get_docstring(source.tree(path)))
    ]
    assert found == []


def test_every_module_says_what_lives_in_it() -> None:
    assert [source.name_of(path) for path in PROGRAM if not ast.get_docstring(source.tree(path))] == []


def test_names_say_something() -> None:
    assert [source.name_of(path) for path in EVERYTHING if path.stem in VAGUE] == []


def test_nothing_is_left_for_later_and_nothing_names_a_machine() -> None:
    later = re.compile(r"\b(TODO|FIXME|XXX)\b|NotImplementedError|/work/|/tmp/")
    found = [
        f"{source.name_of(path)}:{number}"
        for path in [
            *PROGRAM,
            *source.templates(),
            *sorted((ROOT / "docs").rglob("*.md")),
            ROOT / "README.md",
        ]
        if path.is_file()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if later.search(line)
    ]
    assert found == []


def test_exceptions_are_raised_with_words(tmp_path: Path) -> None:
    bare = [
        f"{source.name_of(path)}:{node.lineno}"
        for path in PROGRAM
        for node in ast.walk(source.tree(path))
        if isinstance(node, ast.ExceptHandler) and node.type is None
    ]
    assert bare == []


def test_layers_and_rooms_are_kept() -> None:
    lint = Path(sys.executable).parent / "lint-imports"
    result = subprocess.run(
        [str(lint), "--no-logo"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout


HEAVY = (
    "pandas",
    "sklearn",
    "duckdb",
    "pyarrow",
    "numpy",
    "scipy",
    "ibis",
    "matplotlib",
    "adbc_driver_manager",
)


def test_a_web_worker_loads_no_heavy_library(tmp_path: Path) -> None:
    code = f"import sys, wsgi; print([n for n in {HEAVY!r} if n in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"SMARTSHOP_INSTANCE": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.stdout.strip(), result.returncode) == ("[]", 0), result.stderr


@pytest.mark.parametrize("weak", ["", "short", "changeme", "a" * 64])
def test_production_does_not_start_on_a_weak_secret(tmp_path: Path, weak: str) -> None:
    result = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        cwd=ROOT,
        env={
            "SMARTSHOP_INSTANCE": str(tmp_path),
            "SMARTSHOP_ENV": "production",
            "SMARTSHOP_SECRET_KEY": weak,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode != 0
    assert "SMARTSHOP_SECRET_KEY is missing or weak. Make one with:" in result.stderr
