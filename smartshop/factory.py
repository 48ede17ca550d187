"""The app factory: configure, extensions, models, pages, gate, commands."""

import importlib
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from smartshop.kernel import extensions, logs
from smartshop.kernel.config import ROOT, Settings, read_settings
from smartshop.kernel.db import prepare_engine
from smartshop.kernel.turns import OneByOne
from smartshop.payments.operations import ways

MODELS = (
    "kernel.allowances",
    "kernel.audit",
    "kernel.delays",
    "identity.models",
    "messaging.models",
    "catalog.models",
    "content.models",
    "inventory.models",
    "pricing.models.promotions",
    "pricing.models.shipping",
    "pricing.models.tax",
    "payments.models",
    "activity.models",
    "cart.models",
    "orders.models",
    "insights.models",
    "privacy.models",
    "jobs.models",
)
REDIS_PATIENCE = {"socket_connect_timeout": 1, "socket_timeout": 1}
"""Seconds a limit waits for Redis before it is counted in this process instead."""
NOT_NEEDED = ("browsing-topics", "camera", "geolocation", "microphone", "payment", "usb")
"""What no page of the shop asks a browser for, so that nothing on it may."""
CDN = "https://cdn.jsdelivr.net"
STRIPE_PAGES = "https://checkout.stripe.com"
CONTENT_POLICY = {
    "default-src": "'self'",
    "script-src": ["'self'", CDN],
    "style-src": ["'self'", CDN],
    "font-src": ["'self'", CDN],
    "img-src": ["'self'", "data:"],
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "report-uri": "/csp-reports",
}


def create_app(settings: Settings | None = None) -> Flask:
    """An app made with these settings, or with those of the environment.

    Raises BadSettings and UndeclaredRoutes: an unsafe app does not start.
    """
    from smartshop.web.application import Application

    made_with = settings or read_settings()
    app = Application(
        "smartshop",
        instance_path=str(made_with.instance.resolve()),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    configure(app, made_with)
    load_models()
    bind_extensions(app, made_with)
    ways.offer(made_with)
    register_pages(app)
    register_commands(app)
    return app


def configure(app: Flask, settings: Settings) -> None:
    logs.configure(as_json=settings.env == "production")
    settings.instance.mkdir(parents=True, exist_ok=True)
    app.config.update(
        SETTINGS=settings,
        TESTING=settings.env == "test",
        SECRET_KEY=settings.secret,
        SQLALCHEMY_DATABASE_URI=settings.database,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings),
        SESSION_COOKIE_NAME=settings.cookie_prefix + "smartshop",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.has_secure_cookies,
        REMEMBER_COOKIE_NAME=settings.cookie_prefix + "remember_token",
        DEVICE_COOKIE_NAME=settings.cookie_prefix + "smartshop_device",
        REMEMBER_COOKIE_DURATION=60 * 60 * 24 * 30,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=settings.has_secure_cookies,
        PERMANENT_SESSION_LIFETIME=60 * 60 * 24 * 30,
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=1024 * 1024,
        MAX_FORM_MEMORY_SIZE=256 * 1024,
        WTF_CSRF_TIME_LIMIT=60 * 60 * 12,
        SEND_FILE_MAX_AGE_DEFAULT=60 * 60 * 24 if settings.env == "production" else None,
        BABEL_DEFAULT_LOCALE="en_GB",
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_STORAGE_OPTIONS=REDIS_PATIENCE if settings.redis_url else {},
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=bool(settings.redis_url),
        RATELIMIT_ENABLED=settings.env != "test",
        **_mail_options(settings),
    )
    _answer_to_own_names(app, settings)
    if settings.database.startswith("sqlite"):
        app.wsgi_app = OneByOne(app.wsgi_app)  # type: ignore[method-assign, assignment]
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _answer_to_own_names(app: Flask, settings: Settings) -> None:
    from smartshop.web import hosts

    hosts.install(app, settings)


def _engine_options(settings: Settings) -> dict[str, Any]:
    """The connection used last comes first: what it has read is still near, and what is not needed stays closed."""
    if settings.database.startswith("sqlite"):
        return {"pool_use_lifo": True, "connect_args": {"timeout": 15}}
    return {"pool_use_lifo": True, "pool_pre_ping": True, "pool_size": 8, "max_overflow": 4}


def _mail_options(settings: Settings) -> dict[str, Any]:
    """Where e-mails go: files in the instance, or the server that SMARTSHOP_MAIL_URL names."""
    if not settings.mail_url:
        return {"MAIL_BACKEND": "file", "MAIL_FILE_PATH": str(settings.instance / "outbox")}
    server = urlsplit(settings.mail_url)
    return {
        "MAIL_BACKEND": "smtp",
        "MAIL_SERVER": server.hostname,
        "MAIL_PORT": server.port or (465 if server.scheme == "smtps" else 587),
        "MAIL_USERNAME": unquote(server.username or "") or None,
        "MAIL_PASSWORD": unquote(server.password or "") or None,
        "MAIL_USE_SSL": server.scheme == "smtps",
        "MAIL_USE_TLS": server.scheme == "smtp" and server.port not in {25, 1025},
        "MAIL_TIMEOUT": 20,
    }


def load_models() -> None:
    """Import every table: migrations and tests call this too."""
    for name in MODELS:
        importlib.import_module(f"smartshop.{name}")


def bind_extensions(app: Flask, settings: Settings) -> None:
    from smartshop.web.policies import Policies

    extensions.db.init_app(app)
    extensions.migrate.init_app(app, extensions.db)
    extensions.login.init_app(app, add_context_processor=False)
    extensions.csrf.init_app(app)
    extensions.babel.init_app(app)
    extensions.limiter.init_app(app)
    extensions.mail.init_app(app)
    Policies(
        app,
        force_https=settings.env == "production" and settings.has_secure_cookies,
        session_cookie_secure=settings.has_secure_cookies,
        strict_transport_security=settings.has_secure_cookies,
        content_security_policy=_content_policy(settings),
        content_security_policy_nonce_in=["script-src"],
        referrer_policy="strict-origin-when-cross-origin",
        permissions_policy=dict.fromkeys(NOT_NEEDED, "()"),
    )
    with app.app_context():
        prepare_engine(extensions.db.engine)


def _content_policy(settings: Settings) -> dict[str, Any]:
    """A form that leads to the provider's page to pay on must be allowed to."""
    if not settings.stripe_key:
        return CONTENT_POLICY
    return {**CONTENT_POLICY, "form-action": ["'self'", STRIPE_PAGES]}


def register_pages(app: Flask) -> None:
    from smartshop.web import (
        assets,
        choices,
        cookies,
        errors,
        form_tokens,
        framing,
        guards,
        headers,
        keeping,
        lately,
        parsing,
        presenting,
        tracking,
        uploading,
        wishlist,
    )
    from smartshop.web.blueprints import BLUEPRINTS

    cookies.install(app)
    form_tokens.install(app)
    presenting.install(app)
    assets.install(app)
    errors.install(app)
    uploading.install(app)
    parsing.install(app)
    choices.install(app)
    tracking.install(app)
    lately.install(app)
    keeping.install(app)
    framing.install(app)
    wishlist.install(app)
    headers.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    guards.install_gate(app)


def register_commands(app: Flask) -> None:
    from smartshop.cli.groups import GROUPS

    for group in GROUPS:
        app.cli.add_command(group)
