"""Flask, without what it would find out anew in every request."""

from collections.abc import Callable
from functools import lru_cache
from types import FunctionType
from typing import Any

from flask import Flask, Response
from flask.globals import _cv_request
from flask.sansio.app import App
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask.templating import Environment
from itsdangerous import Serializer, URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode
from jinja2 import Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, Macro
from jinja2.utils import _PassArg
from markupsafe import Markup, _escape_inner, escape  # type: ignore[attr-defined]

from smartshop.kernel import clock

PASSED = (None, _PassArg.eval_context)
SENT = "_sent"
"""The day on which a lasting session was sent last, counted from the year 1."""
SHORT_BYTES = 1000
MOST_ADDRESSES = 10_000
IN_THE_SHOP = ("shop.", "static")
PLAIN = frozenset({"slug", "product_id", "variant_id", "filename"})
"""What may stand in an address that is remembered: no token, no number of an order, nothing that somebody typed."""


class _Signed(URLSafeTimedSerializer):
    """Flask's serializer, which does not try to squeeze what is short: that takes longer than sending it."""

    def dump_payload(self, obj: Any) -> bytes:
        text = Serializer.dump_payload(self, obj)
        return super().dump_payload(obj) if len(text) > SHORT_BYTES else base64_encode(text)


class Sessions(SecureCookieSessionInterface):
    """Flask's signed cookies, by a signer that is made once for a key."""

    def __init__(self) -> None:
        self._signers: dict[tuple[Any, ...], URLSafeTimedSerializer | None] = {}

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        keys = (app.secret_key, *(app.config["SECRET_KEY_FALLBACKS"] or ()))
        if keys not in self._signers:
            self._signers = {keys: self._signer(super().get_signing_serializer(app))}
        return self._signers[keys]

    def _signer(self, theirs: URLSafeTimedSerializer | None) -> URLSafeTimedSerializer | None:
        if theirs is None:
            return None
        how = {"key_derivation": self.key_derivation, "digest_method": self.digest_method}
        keys = [*theirs.secret_keys]
        return _Signed(keys, salt=self.salt, serializer=self.serializer, signer_kwargs=how)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send a session that lasts anew when it changed, and once a day, so that it lasts from the latest visit on."""
        today = clock.now().toordinal()
        if session.permanent and session.get(SENT) != today:
            session[SENT] = today
        super().save_session(app, session, response)


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
    session_interface = Sessions()

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
