"""Fresh databases for tests: migrated once a worker, copied for each test."""

import os
import shutil
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from smartshop.factory import create_app
from smartshop.kernel.config import Settings
from smartshop.kernel.extensions import db
from smartshop.web import tracking
from tests.requirements import postgres_url

CHEAP_PASSWORDS = 128


def test_settings(instance: Path, database_url: str = "") -> Settings:
    """Settings of a shop made for a test."""
    return Settings(
        env="test",
        instance=instance,
        secret_key="a key that only ever signs sessions in tests",
        DATABASE_URL=database_url,
        REDIS_URL="",
        password_cost=CHEAP_PASSWORDS,
    )


def migrate(app: Flask) -> None:
    with app.app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()


def _forget(app: Flask) -> None:
    """Leave nothing of the test before: neither connections nor events that still wait to be written."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    tracking.install(app)


class Database(Protocol):
    """A shop whose database can be made new."""

    app: Flask

    def renew(self) -> None: ...


class SqliteDatabase:
    def __init__(self, folder: Path) -> None:
        self.instance = folder / "instance"
        self.app = create_app(test_settings(self.instance))
        migrate(self.app)
        self._template = folder / "template.db"
        shutil.copy(self.instance / "shop.db", self._template)

    def renew(self) -> None:
        _forget(self.app)
        for path in self.instance.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copy(self._template, self.instance / "shop.db")


class PostgresDatabase:
    def __init__(self, folder: Path, worker: str) -> None:
        self.instance = folder / "instance-postgres"
        self._server = sa.make_url(postgres_url())
        self._template, self._name = (
            f"smartshop_{os.getpid()}_{worker}_{kind}" for kind in ("template", "test")
        )
        self._recreate(self._template, "template1")
        migrate(create_app(test_settings(self.instance, self._url(self._template))))
        self._recreate(self._name, self._template)
        self.app = create_app(test_settings(self.instance, self._url(self._name)))

    def _url(self, name: str) -> str:
        return self._server.set(database=name).render_as_string(hide_password=False)

    def _admin(self, *statements: str) -> None:
        engine = sa.create_engine(self._server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        engine.dispose()

    def _recreate(self, name: str, template: str) -> None:
        self._admin(
            f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)',
            f'CREATE DATABASE "{name}" TEMPLATE "{template}"',
        )

    def renew(self) -> None:
        _forget(self.app)
        if self.instance.exists():
            shutil.rmtree(self.instance)
        self.instance.mkdir(parents=True)
        self._recreate(self._name, self._template)

    def drop(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        self._admin(
            *(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in (self._name, self._template))
        )
