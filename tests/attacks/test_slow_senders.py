"""Many who send slowly, in front of a real nginx with the configuration of a live shop: others are served meanwhile."""

import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from select import select
from shutil import which

import pytest

from smartshop.kernel.config import ROOT
from tests import requirements
from tests.attacks.conftest import Served
from tests.faults.wire import Browser, free_port, until_it_is_back

PROGRAMS = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"
SLOW = 60
"""Fifteen times as many as the shop has threads."""


def configuration(folder: Path, port: int, shop: int) -> str:
    """The configuration that is deployed, without TLS and on other ports."""
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    text = re.sub(r"^ *ssl_.*\n", "", text, flags=re.MULTILINE)
    for deployed, here in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{port};"),
        ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
        ("server 127.0.0.1:5000;", f"server 127.0.0.1:{shop};"),
        ("/srv/smartshop/static/", f"{ROOT}/static/"),
    ):
        assert deployed in text
        text = text.replace(deployed, here)
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"pid {folder}/nginx.pid;\nerror_log {folder}/error.log;\nevents {{ worker_connections 512; }}\n"
        f"http {{ access_log off;\n{places}{text} }}\n"
    )


@contextmanager
def nginx(folder: Path, shop: int) -> Iterator[int]:
    program = which("nginx", path=PROGRAMS)
    if program is None:
        requirements.missing("nginx", "nginx is not installed")
    port = free_port()
    file = folder / "nginx.conf"
    file.write_text(configuration(folder, port, shop), encoding="utf-8")
    command = [str(program), "-p", str(folder), "-c", str(file), "-g", "daemon off;"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            until_it_is_back(lambda: Browser(port).get("/healthz"))
            yield port
        finally:
            server.terminate()


def begin_slowly(port: int, start: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(start)
    return connection


HALF_A_HEADER = b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
HALF_A_BODY = (
    b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 5000\r\n\r\nemail=a"
)


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory, served: Served) -> Iterator[int]:
    with nginx(tmp_path_factory.mktemp("slow"), served.target.port) as port:
        yield port


@pytest.mark.parametrize("start", [HALF_A_HEADER, HALF_A_BODY], ids=["headers", "bodies"])
def test_who_sends_slowly_keeps_nobody_waiting(front: int, start: bytes) -> None:
    with ExitStack() as slow:
        for _ in range(SLOW):
            slow.enter_context(begin_slowly(front, start))
        begun = time.monotonic()
        for _ in range(5):
            assert Browser(front).get("/sign-in").status == 200
        assert time.monotonic() - begun < 10, "none of the slow ones is given up before"


def test_an_endless_body_is_refused_before_it_is_sent(front: int) -> None:
    start = b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999\r\n\r\n"
    with begin_slowly(front, start) as connection:
        assert b" 413 " in connection.recv(200)


def test_a_body_that_never_ends_is_cut_off_by_the_shop_itself(served: Served) -> None:
    """Past nginx, in pieces whose sum nobody announced."""
    start = (
        b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    piece = b"10000\r\n" + b"a" * 65536 + b"\r\n"
    with begin_slowly(served.target.port, start) as connection:
        answer, sent = b"", 0
        while not answer and sent < 4000:
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(piece)
            sent += 1
            if select([connection], [], [], 0)[0]:
                answer = connection.recv(200)
    assert answer.startswith((b"HTTP/1.1 413", b"HTTP/1.1 400"))
    assert sent < 4000
    assert Browser(served.target.port).get("/healthz").status == 200


def test_the_proxy_does_not_tell_its_version(front: int) -> None:
    with begin_slowly(front, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n") as connection:
        answer = connection.recv(4000)
    assert b" 200 " in answer
    assert b"Server: nginx\r\n" in answer
