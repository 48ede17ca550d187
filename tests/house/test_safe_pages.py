"""What every page and every file of the program keeps to, so that browsers and people are safe with it."""

import ast
import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.identity.models import Person
from smartshop.kernel.config import ROOT
from smartshop.kernel.extensions import db
from tests.attacks.sheets import sheets_of
from tests.attacks.stocked import ADMIN, Stock, fill, pages

NEVER_CALLED = frozenset({"eval", "exec", "compile", "__import__"})
NEVER_FROM = {
    "pickle": {"loads", "load"},
    "marshal": {"loads", "load"},
    "os": {"system", "popen"},
    "yaml": {"load"},
}
MADE = {
    "smartshop/kernel/marks.py": "each mark is escaped before they are joined",
    "smartshop/orders/rules/history/codes.py": "from a table in the same file",
}
PATTERNS = frozenset(
    {"compile", "search", "match", "fullmatch", "findall", "finditer", "sub", "split", "subn"}
)


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for folder in ("smartshop", "ml"):
        for path in (ROOT / folder).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            yield from ((str(path.relative_to(ROOT)), n) for n in ast.walk(tree) if isinstance(n, ast.Call))


def _is_of(call: ast.Call, module: str, names: frozenset[str] | set[str]) -> bool:
    function = call.func
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id == module
        and function.attr in names
    )


def test_nothing_is_made_into_code() -> None:
    found = [
        (path, call.lineno)
        for path, call in _calls()
        if (isinstance(call.func, ast.Name) and call.func.id in NEVER_CALLED)
        or any(_is_of(call, module, names) for module, names in NEVER_FROM.items())
    ]
    assert found == []


def test_no_pattern_is_made_of_what_somebody_typed() -> None:
    """Patterns are written out, or what is put into them is escaped."""
    found = [
        (path, call.lineno, ast.unparse(call.args[0])[:80])
        for path, call in _calls()
        if path not in MADE and _is_of(call, "re", PATTERNS) and not _is_written_out(call.args[0])
    ]
    assert not found, found


def _is_written_out(pattern: ast.expr) -> bool:
    if isinstance(pattern, ast.JoinedStr):
        inside = [part.value for part in pattern.values if isinstance(part, ast.FormattedValue)]
        return all(_is_written_out(part) for part in inside)
    if isinstance(pattern, ast.BinOp):
        return _is_written_out(pattern.left) and _is_written_out(pattern.right)
    if isinstance(pattern, ast.Call):
        return ast.unparse(pattern.func) == "re.escape"
    return isinstance(pattern, ast.Constant) or (isinstance(pattern, ast.Name) and pattern.id.isupper())


def test_a_new_shop_has_no_accounts(any_app: Flask) -> None:
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 0


def test_scripts_keep_nothing_in_the_browser_but_the_theme() -> None:
    scripts = [*(ROOT / "static" / "js").rglob("*.js"), *(ROOT / "templates").rglob("*.html")]
    kept = [
        (name, key)
        for path in scripts
        for name, key in re.findall(
            r"(localStorage|sessionStorage|indexedDB|document\.cookie)\W*(?:\w+\()?[\"']?(\w*)",
            path.read_text(encoding="utf-8"),
        )
    ]
    assert {key for _, key in kept} <= {"theme"}
    assert {name for name, _ in kept} == {"localStorage"}


@pytest.fixture
def stock(app: Flask) -> Stock:
    return Stock(fill(app), app)


def test_what_every_answer_and_every_page_keeps_to(stock: Stock) -> None:
    """Types with a character set, plain names of files, masked passwords that managers may fill in, a way out."""
    browser, troubles, seen = stock.signed_in(ADMIN), list[str](), 0
    for address in pages(stock):
        answer = browser.get(address)
        kind = answer.headers.get("Content-Type", "")
        if not kind or (kind.startswith("text/") and "charset=utf-8" not in kind):
            troubles.append(f"{address}: {kind}")
        name = answer.headers.get("Content-Disposition", "")
        if name and not re.fullmatch(r'(inline|attachment)(; ?filename="?[A-Za-z0-9._-]+"?)?', name):
            troubles.append(f"{address}: {name}")
        is_page = answer.status_code == 200 and answer.mimetype == "text/html"
        if is_page and answer.text.lstrip().startswith("<!"):
            seen += 1
            troubles += [f"{address}: {trouble}" for trouble in _troubles_of(answer.text)]
    assert not troubles, "\n".join(troubles)
    assert seen > 80


def _troubles_of(html: str) -> Iterator[str]:
    if not any(sheet.path == "/sign-out" for sheet in sheets_of(html, "/")):
        yield "no way to sign out"
    for field in re.findall(r'<input[^>]*name="\w*password\w*"[^>]*>', html):
        if 'type="password"' not in field:
            yield f"not masked: {field}"
        if not re.search(r'autocomplete="(current|new)-password"', field):
            yield f"managers cannot fill in: {field}"
    if re.search(r"\son(paste|copy|cut|drop)=", html):
        yield "hinders pasting"
