"""Extensions, unbound: the factory binds them to an app."""

from flask_babel import Babel
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


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False}, disable_autonaming=True)
migrate = Migrate(directory="migrations", compare_type=True)
login = LoginManager()
csrf = CSRFProtect()
babel = Babel()
mail = Mail()
limiter = _Limits(key_func=_asker)
