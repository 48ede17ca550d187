"""Fixtures every test may use: a fresh shop on SQLite (``app``), on both databases (``any_app``), a browser's client."""

import os
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings

from tests import isolation
from tests.databases import Database, PostgresDatabase, SqliteDatabase

os.environ.setdefault("PYTHONHASHSEED", "0")
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def _network_is_out_of_reach() -> Iterator[None]:
    with isolation.out_of_reach():
        yield


@pytest.fixture(scope="session")
def sqlite_database(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabase:
    return SqliteDatabase(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_database(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[PostgresDatabase]:
    database = PostgresDatabase(tmp_path_factory.mktemp("postgres"), worker_id)
    yield database
    database.drop()


def _shop(database: Database) -> Iterator[Flask]:
    database.renew()
    with database.app.app_context():
        yield database.app


@pytest.fixture
def app(sqlite_database: SqliteDatabase) -> Iterator[Flask]:
    """An empty migrated shop on SQLite, with its app context pushed."""
    yield from _shop(sqlite_database)


@pytest.fixture
def postgres_app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """An empty migrated shop on PostgreSQL, with its app context pushed."""
    yield from _shop(request.getfixturevalue("postgres_database"))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """An empty migrated shop, on each database in turn."""
    yield from _shop(request.getfixturevalue(f"{request.param}_database"))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
