"""Parts of pages that are drawn once for the same arguments, and must depend on nothing else."""

import flask_babel
import pytest
from flask import Flask
from jinja2 import nodes
from markupsafe import Markup

from smartshop.kernel.config import ROOT
from smartshop.web import drawing
from tests.house import source

OF_THE_REQUEST = frozenset(
    {
        "csrf_token",
        "csp_nonce",
        "request",
        "session",
        "g",
        "get_flashed_messages",
        "page_url",
        "current_person",
    }
)


def parsed(app: Flask, name: str) -> nodes.Template:
    return app.jinja_env.parse((ROOT / "templates" / name).read_text(encoding="utf-8"))


def sources(tree: nodes.Template) -> dict[str, tuple[str, str]]:
    """Where each imported macro comes from: (template, its name there)."""
    found: dict[str, tuple[str, str]] = {}
    for step in tree.find_all(nodes.FromImport):
        assert isinstance(step.template, nodes.Const)
        for name in step.names:
            theirs, ours = name if isinstance(name, tuple) else (name, name)
            found[ours] = (step.template.value, theirs)
    return found


def names_behind(app: Flask, template: str, macro: str, seen: set[tuple[str, str]]) -> set[str]:
    """Every name a macro and the macros it calls look at."""
    if (template, macro) in seen:
        return set()
    seen.add((template, macro))
    tree = parsed(app, template)
    [body] = [node for node in tree.find_all(nodes.Macro) if node.name == macro]
    names = {node.name for node in body.find_all(nodes.Name)}
    own = {node.name: (template, node.name) for node in tree.find_all(nodes.Macro)}
    for there, name in [place for key, place in {**sources(tree), **own}.items() if key in names]:
        names |= names_behind(app, there, name, seen)
    return names


def is_personal(call: nodes.Call) -> bool:
    return any(named.key == "is_personal" for named in call.kwargs)


def kept_for_everybody(app: Flask) -> list[tuple[str, str]]:
    """(template, macro) of each part that is kept without saying when it is personal."""
    found = []
    for path in source.templates():
        name = str(path.relative_to(ROOT / "templates"))
        tree = parsed(app, name)
        own = {node.name: (name, node.name) for node in tree.find_all(nodes.Macro)}
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "kept" and not is_personal(call):
                [macro, *_rest] = call.args
                assert isinstance(macro, nodes.Name)
                found.append({**sources(tree), **own}[macro.name])
    return found


def test_what_is_kept_for_everybody_looks_at_nothing_of_the_request(app: Flask) -> None:
    places = kept_for_everybody(app)
    assert ("shop/_products.html", "shown") in places
    offending = {place: names_behind(app, *place, set()) & OF_THE_REQUEST for place in places}
    assert {place: names for place, names in offending.items() if names} == {}


def test_a_part_is_drawn_once_for_the_same_arguments(app: Flask) -> None:
    macros = app.jinja_env.from_string(
        "{% macro part(log, name) %}<b>{{ log.pop() }} {{ name }}</b>{% endmacro %}"
    )
    part, log = macros.module.part, _Log()  # type: ignore[attr-defined]
    with app.test_request_context("/"):
        drawn = [
            drawing.kept(part, log, "A & B"),
            drawing.kept(part, log, "A & B"),
            drawing.kept(part, log, "C"),
        ]
        personal = drawing.kept(part, log, "C", is_personal=True)
    assert drawn == ["<b>1 A &amp; B</b>", "<b>1 A &amp; B</b>", "<b>2 C</b>"]
    assert personal == "<b>3 C</b>"
    assert isinstance(drawn[1], Markup)


class _Log:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self._asked = 0

    def pop(self) -> int:
        self._asked += 1
        return self._asked


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("{{ _('100%% of %(what)s', what='<all>') }}", "100% of &lt;all&gt;"),
        ("{{ _('100%% & more') }}", "100% & more"),
        ("{% autoescape false %}{{ _('for %(what)s', what='<all>') }}{% endautoescape %}", "for <all>"),
    ],
)
def test_words_are_filled_in_and_escaped_where_the_template_is(app: Flask, template: str, shown: str) -> None:
    with app.test_request_context("/"):
        assert app.jinja_env.from_string(template).render() == shown


@pytest.mark.parametrize("num", [0, 1, 2, 1000])
def test_so_many_are_told_as_flask_babel_tells_them(app: Flask, num: int) -> None:
    words = ("%(num)d thing of %(name)s", "%(num)d things of %(name)s")
    with app.test_request_context("/"):
        for name in ("Ada", "<b>", "<b>"):
            source = "{{ ngettext(one, many, num, name=name) }}"
            facts = {"one": words[0], "many": words[1], "num": num, "name": name}
            plain = flask_babel.ngettext(*words, num, name=name)
            safe = flask_babel.ngettext(*words, num, name=Markup.escape(name))
            assert app.jinja_env.from_string(source).render(facts) == safe
            assert app.jinja_env.overlay(autoescape=False).from_string(source).render(facts) == plain
