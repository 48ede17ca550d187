"""Every action that the code writes into the audit log has words, and words stand for nothing else."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

from smartshop.catalog.rules.reviews import State
from smartshop.web.admin import audit_words
from tests.house.audited import AUDITED
from tests.house.source import name_of, python_files, tree

PUT_TOGETHER = {
    "f'review.{to}'": {f"review.{state}" for state in State},
    "f'{noun}.moved'": {"product.moved", "category.moved"},
    "f'{kind}.imported'": {"products.imported", "stock.imported"},
    "kind.replace('_on', '.on').replace('_off', '.off')": {"two_factor.on", "two_factor.off"},
    "earlier_history.IMPORTED": {"history.import"},
}
"""Actions that the code puts together, as it does it, to what can come of it."""
NAME = re.compile(r"[a-z_]+\.[a-z_]+")
FILES = (".csv", ".json", ".txt", ".toml", ".html", ".webp")


def written(path: Path) -> Iterator[ast.expr]:
    """What a file gives the audit log as actions."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in {"audit.record", "audit.Entry", "moving.note", "Entry"}:
                yield from (keyword.value for keyword in node.keywords if keyword.arg == "action")
            if called == "audit.Entry":
                yield node.args[0]
            if called == "moving.note":
                yield node.args[1]


def is_spelled_out(expression: ast.expr) -> bool:
    """A text, one of two, or a name for one that is spelled out in the same file."""
    if isinstance(expression, ast.IfExp):
        return is_spelled_out(expression.body) and is_spelled_out(expression.orelse)
    return isinstance(expression, ast.Name | ast.Constant)


def spelled_out(path: Path) -> set[str]:
    """The texts of a file that are shaped like an action."""
    texts = {node.value for node in ast.walk(tree(path)) if isinstance(node, ast.Constant)}
    return {
        text for text in texts if isinstance(text, str) and NAME.fullmatch(text) and not text.endswith(FILES)
    }


def actions() -> set[str]:
    """Every action that the code writes."""
    named: set[str] = set().union(*PUT_TOGETHER.values())
    for path in python_files("smartshop"):
        if any(True for _expression in written(path)) or "moving.note" in path.read_text(encoding="utf-8"):
            named |= spelled_out(path)
    return named


def test_actions_that_are_put_together_are_known() -> None:
    unknown = {
        f"{name_of(path)}: {ast.unparse(expression)}"
        for path in python_files("smartshop")
        for expression in written(path)
        if not is_spelled_out(expression) and ast.unparse(expression) not in PUT_TOGETHER
    }
    assert unknown == set()


def test_the_sweep_finds_what_staff_is_known_to_leave_in_the_log() -> None:
    assert {action for action in AUDITED.values() if not action.endswith(".")} <= actions()


def test_every_action_has_words_and_no_words_are_left_over(app: Flask) -> None:
    with app.test_request_context():
        words = audit_words.words()
    assert words.keys() == actions()
    assert len(set(words.values())) == len(words)
    assert not [said for said in words.values() if "." in said or "_" in said]
