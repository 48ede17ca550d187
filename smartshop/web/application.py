"""Flask, without what it would find out anew in every request."""

from collections.abc import Callable
from functools import lru_cache
from types import FunctionType
from typing import Any

from flask import Flask
from flask.globals import _cv_request
from flask.sansio.app import App
from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, Macro
from jinja2.utils import _PassArg
from markupsafe import Markup, _escape_inner, escape  # type: ignore[attr-defined]

PASSED = (None, _PassArg.eval_context)
MOST_ADDRESSES = 10_000
IN_THE_SHOP = ("shop.", "static")
PLAIN = frozenset({"slug", "product_id", "variant_id", "filename"})
"""What may stand in an address that is remembered: no token, no number of an order, nothing that somebody typed."""


class _SameForAll(Template):
    """A template whose macros are made once: whoever imports them has the same globals, those of the app."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:  # noqa: ARG002
        return super()._get_default_module()


class _Code(CodeGenerator):
    """Templates whose output is not escaped, and so copied, when it is markup already."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write("environment.escaped(")
        else:
            super()._output_child_pre(node, frame, finalize)


class _Context(Context):
    """What a template knows; it calls macros and plain functions without looking at each for what it wants passed."""

    def call(self, called: Any, /, *given: Any, **named: Any) -> Any:
        kind = type(called)
        wants = None if kind is Macro else getattr(called, "jinja_pass_arg", None)
        if kind is not Macro and (kind is not FunctionType or wants not in PASSED):
            return super().call(called, *given, **named)
        if named:
            named.pop("_block_vars", None)
            named.pop("_loop_vars", None)
        return called(*given, **named) if wants is None else called(self.eval_ctx, *given, **named)


class _Templates(Environment):
    """Templates that are looked up once, unless they are loaded again whenever they change."""

    context_class = _Context
    template_class = _SameForAll
    code_generator_class = _Code

    def __init__(self, app: App, **options: Any) -> None:
        self._found: dict[str, Template] = {}
        super().__init__(app, **options)

    def get_template(
        self, name: str | Template, parent: str | None = None, *given: Any, **named: Any
    ) -> Template:
        if self.auto_reload or given or named or not isinstance(name, str):
            return super().get_template(name, parent, *given, **named)
        if name not in self._found:
            self._found[name] = super().get_template(name, parent)
        return self._found[name]

    @staticmethod
    def escaped(value: object) -> str:
        """What stands in the page: it is joined to other text at once, so that it need not be known as markup."""
        kind = type(value)
        if kind is Markup:
            return value  # type: ignore[return-value]
        return _escape_inner(value) if kind is str else escape(value)  # type: ignore[arg-type]


class Application(Flask):
    """Addresses are built once; no view or hook of the shop is a coroutine, so that none is looked at for being one."""

    jinja_environment = _Templates

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._address = lru_cache(MOST_ADDRESSES, typed=True)(self._build)
        super().__init__(*arguments, **named)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func

    def url_for(self, /, endpoint: str, **values: Any) -> str:
        """The address of an endpoint; that of a page in the shop, which names nobody, as it was built before."""
        if endpoint.startswith(IN_THE_SHOP) and values.keys() <= PLAIN:
            context = _cv_request.get(None)
            if context is not None:
                return self._address(context.request.script_root, endpoint, **values)
        return super().url_for(endpoint, **values)

    def _build(self, _root: str, endpoint: str, **values: Any) -> str:
        return super().url_for(endpoint, **values)
