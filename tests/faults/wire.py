"""Browsers that speak to a served shop over real connections, and the shop that is served."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from pathlib import Path
from threading import Barrier
from typing import TypeVar
from urllib.parse import urlencode

from flask import Flask

from smartshop.kernel.config import ROOT, Settings
from tests.browser_client import Form, forms_of

T = TypeVar("T")
PATIENCE_SECONDS = 40


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    text: str


@dataclass
class Browser:
    """Keeps cookies and sends the forms that it was shown; one connection a request, as a crowd would."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    open_page: str = ""

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, "", {})

    def submit(self, action: str, **answers: str) -> Answer:
        """Fill in the open page's form to ``action`` and send it."""
        return self.send(action, {**self.form(action).fields, **answers})

    def form(self, action: str) -> Form:
        return next(form for form in forms_of(self.open_page) if form.action.partition("?")[0] == action)

    def send(self, action: str, answers: Mapping[str, str]) -> Answer:
        form_type = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", action, urlencode(answers), form_type)

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a body that is no form."""
        return self._ask("POST", path, body, headers)

    def _ask(self, method: str, path: str, body: str | bytes, headers: Mapping[str, str]) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(
                method, path, body, {**headers, "Cookie": cookies} if cookies else dict(headers)
            )
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie") or []:
            self.cookies.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
        if response.status == 200:
            self.open_page = text
        return Answer(response.status, response.headers.get("Location", ""), text)


def at_once(works: Sequence[Callable[[], T]]) -> list[T]:
    """Do all of the work at the same moment, each in a thread; what each returned, in order."""
    barrier = Barrier(len(works))

    def run(work: Callable[[], T]) -> T:
        barrier.wait(PATIENCE_SECONDS)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def until_it_is_back(act: Callable[[], T]) -> T:
    """Do it; a connection that a dead worker still had is tried again."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            return act()
        except (ConnectionError, HTTPException):
            time.sleep(0.05)
    raise AssertionError("the shop did not come back")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Server:
    port: int
    process: subprocess.Popen[bytes]


@contextmanager
def served(
    app: Flask,
    log: Path,
    *,
    workers: int = 2,
    door: str = "wsgi:app",
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """The shop of this test behind gunicorn: several processes, several threads each."""
    settings: Settings = app.config["SETTINGS"]
    port = free_port()
    surroundings = os.environ | {
        "SMARTSHOP_ENV": "development",
        "SMARTSHOP_INSTANCE": str(settings.instance),
        "SMARTSHOP_SECRET_KEY": settings.secret_key,
        "DATABASE_URL": settings.database_url,
        "SMARTSHOP_BIND": f"127.0.0.1:{port}",
        "SMARTSHOP_WORKERS": str(workers),
        **(environment or {}),
    }
    gunicorn = Path(sys.executable).parent / "gunicorn"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [gunicorn, "--preload", "-c", "gunicorn.conf.py", door],
            cwd=ROOT,
            env=surroundings,
            stdout=output,
            stderr=output,
        )
    try:
        _wait_until_ready(port, process, log)
        yield Server(port, process)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _wait_until_ready(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(encoding="utf-8")[-3000:]
        try:
            if Browser(port).get("/readyz").status == 200:
                return
        except ConnectionError:
            time.sleep(0.05)
    raise AssertionError("the shop did not become ready")
