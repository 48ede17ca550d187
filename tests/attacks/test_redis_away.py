"""Limits while the Redis that counts them is away."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as NotThere

from tests import requirements
from tests.attacks.crowd import Attacker, attacked
from tests.databases import SqliteDatabase
from tests.faults.wire import free_port, until_it_is_back

pytestmark = pytest.mark.redis

NO_ORDER = {"number": "AAAA-BBBB-CCCC", "email": "ada@example.com"}


@contextmanager
def own_redis(folder: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    program = which("redis-server")
    if program is None:
        requirements.missing("redis", "redis-server is not installed")
    port = free_port()
    arguments = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with subprocess.Popen([str(program), *arguments], stdout=subprocess.DEVNULL) as server:
        try:
            yield port, server
        finally:
            server.kill()


def test_limits_go_on_in_each_process_when_redis_stops(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path)
    with own_redis(tmp_path) as (port, redis_server):
        _wait_for(port)
        there = {"REDIS_URL": f"redis://127.0.0.1:{port}/0"}
        with attacked(database.app, tmp_path, environment=there) as target:
            attacker = Attacker(target.port)
            counted = [attacker.post("/find-order", NO_ORDER).status for _ in range(41)]
            with Redis(port=port) as redis:
                assert redis.dbsize() > 0
            redis_server.kill()
            redis_server.wait(10)
            address = "198.51.100.77"
            alone = [attacker.post("/find-order", NO_ORDER, address=address).status for _ in range(41)]
    assert set(counted) == set(alone) == {422, 429}
    assert alone[:20] == [422] * 20
    assert "falling back to in-memory" in (tmp_path / "shop.log").read_text(encoding="utf-8")


def _wait_for(port: int) -> None:
    def ping() -> object:
        with Redis(port=port) as redis:
            try:
                return redis.ping()
            except NotThere as error:
                raise ConnectionError from error

    until_it_is_back(ping)
