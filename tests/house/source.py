"""The project's own files, for sweeps."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from smartshop.kernel.config import ROOT


def python_files(*folders: str) -> list[Path]:
    """Our Python files below these folders (and the doors beside them)."""
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return sorted(path for path in found if "__pycache__" not in path.parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def calls(path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of every call in a file."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))
