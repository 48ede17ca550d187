"""Sweeps over the templates."""

import re

from flask import Flask

from smartshop.kernel.config import ROOT
from tests.house import source

PAGES = [path for path in source.templates() if "email" not in path.parts]
COMPONENTS = sorted((ROOT / "templates" / "components").glob("*.html"))


def offending(pattern: str) -> list[str]:
    expression = re.compile(pattern, re.IGNORECASE)
    return [
        f"{source.name_of(path)}:{number}"
        for path in PAGES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if expression.search(line)
    ]


def test_every_template_compiles(app: Flask) -> None:
    for path in PAGES:
        app.jinja_env.get_template(str(path.relative_to(ROOT / "templates")))


def test_no_inline_styles_or_handlers() -> None:
    assert offending(r"""\s(style|on[a-z]+)\s*=\s*["']""") == []


def test_no_template_touches_the_database_or_formats_money_itself() -> None:
    assert offending(r"\.query\b|_minor ?/ ?100\b") == []


def test_templates_and_components_stay_within_their_budgets() -> None:
    budgets = [(path, 60 if path in COMPONENTS else 120) for path in PAGES]
    lines = [
        (source.name_of(path), path.read_text(encoding="utf-8").count("\n"), most) for path, most in budgets
    ]
    assert [row for row in lines if row[1] > row[2]] == []


def test_every_table_has_a_caption() -> None:
    found = [
        source.name_of(path)
        for path in PAGES
        for table in re.findall(r"<table.*?</table>", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        if "<caption" not in table
    ]
    assert found == []


def test_every_macro_is_used() -> None:
    everything = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
    macros = {
        name
        for path in COMPONENTS
        for name in re.findall(r"{%-? macro (\w+)", path.read_text(encoding="utf-8"))
        if not name.startswith("_")
    }
    unused = sorted(name for name in macros if len(re.findall(rf"\b{name}\b", everything)) < 2)
    assert unused == []


def test_there_is_one_html_element() -> None:
    found = [source.name_of(path) for path in PAGES if "<html" in path.read_text(encoding="utf-8")]
    assert found == ["templates/base.html"]
