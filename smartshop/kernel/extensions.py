"""Extensions, unbound: the factory binds them to an app."""

from functools import cache

from babel import Locale
from flask.globals import _cv_request
from flask_babel import Babel, get_babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_mailman import Mail
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect

from smartshop.kernel.db import Base
from smartshop.kernel.networks import network


def _asker() -> str:
    return network(get_remote_address())


class _Limits(Limiter):
    """Limits of single views, which count themselves: before every request there is nothing to look for."""

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:  # noqa: FBT001, FBT002
        if not in_middleware:
            super()._check_request_limit(callable_name, in_middleware)


class _Languages(Babel):  # type: ignore[misc]
    """Flask-Babel, which reads the name of the shop's language once."""

    @property
    def default_locale(self) -> Locale:
        return _locale(get_babel().default_locale)


@cache
def _locale(name: str) -> Locale:
    return Locale.parse(name)


class _Forms(CSRFProtect):  # type: ignore[misc]
    """Flask-WTF's check of forms, which first asks whether there is anything to check."""

    def protect(self, apply_exemptions: bool = False) -> None:  # noqa: FBT001, FBT002
        context = _cv_request.get()
        if context.request.method in context.app.config["WTF_CSRF_METHODS"]:
            super().protect(apply_exemptions)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False}, disable_autonaming=True)
migrate = Migrate(directory="migrations", compare_type=True)
login = LoginManager()
csrf = _Forms()
babel = _Languages()
mail = Mail()
limiter = _Limits(key_func=_asker)
