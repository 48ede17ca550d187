"""``python app.py``: the demo shop from nothing to served, and again in seconds."""

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType
from typing import Self

import click
from flask import Flask
from flask_migrate import upgrade

from smartshop.insights.queries import runs
from smartshop.kernel.config import ROOT, Settings

PATIENCE_SECONDS = 60
LAST_PORT = 65535


def serve_demo(app: Flask) -> None:
    """Migrate, load the demo into an empty shop, train, then serve until interrupted."""
    settings: Settings = app.config["SETTINGS"]
    address = os.environ.setdefault("SMARTSHOP_BIND", "127.0.0.1:5000")
    refuse_taken(address)
    os.environ.setdefault("SMARTSHOP_BASE_URL", f"http://{address}")
    with app.app_context():
        upgrade(directory=str(ROOT / "migrations"))
    _run("shop", "demo", "--if-empty")
    with app.app_context():
        is_trained = runs.has_live_run()
    if not is_trained:
        _run("ml", "train")
    with _Processes() as processes:
        processes.start("gunicorn", "-c", str(ROOT / "gunicorn.conf.py"), "wsgi:app")
        _wait_until_ready(f"http://{address}/readyz", processes)
        processes.start("flask", "jobs", "run")
        welcome(settings, address)
        processes.wait()


def refuse_taken(address: str) -> None:
    """End before anything is loaded where the demo could not be served: SystemExit says what to do.

    Whoever listens there would answer for this shop, and the newcomer would be shown another one.
    """
    host, _, port = address.rpartition(":")
    if not (host and port.isdecimal() and int(port) <= LAST_PORT):
        raise SystemExit(
            f"{address} is no address. Write host:port, such as 127.0.0.1:5001; ports end at {LAST_PORT}."
        )
    family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    try:
        socket.create_server((host.strip("[]"), int(port)), family=family).close()
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            raise SystemExit(
                f"Something is served on {address} already, an earlier shop perhaps. Choose another port: make run PORT=5001"
            ) from None
        raise SystemExit(f"Nothing can be served on {address}: {problem.strerror}") from None


def _run(*words: str) -> None:
    """Run a command of our own in a process of its own, so that its memory goes with it."""
    result = subprocess.run([_tool("flask"), *words], cwd=ROOT, check=False)  # noqa: S603
    if result.returncode:
        raise SystemExit(result.returncode)


def _tool(name: str) -> str:
    return str(Path(sys.executable).parent / name)


class _Processes:
    """Children that end with their parent, and end it when one of them ends."""

    def __init__(self) -> None:
        self._children: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _interrupt)
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children:
            if child.poll() is None:
                child.terminate()
        for child in self._children:
            try:
                child.wait(timeout=25)
            except subprocess.TimeoutExpired:
                child.kill()

    def start(self, tool: str, *words: str) -> None:
        self._children.append(subprocess.Popen([_tool(tool), *words], cwd=ROOT))  # noqa: S603

    @property
    def has_ended(self) -> bool:
        return any(child.poll() is not None for child in self._children)

    def wait(self) -> None:
        try:
            while not self.has_ended:
                time.sleep(0.5)
        except KeyboardInterrupt:
            click.echo("Closing the shop.")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _wait_until_ready(url: str, processes: _Processes) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and not processes.has_ended:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.1)
    raise SystemExit("The shop did not start. The lines above say why.")


def welcome(settings: Settings, address: str) -> None:
    """Print where the shop is, who can sign in, and where its e-mails go."""
    click.secho(f"\nYour shop is open: http://{address}", bold=True)
    accounts = settings.instance / "demo-accounts.json"
    if accounts.is_file():
        for account in json.loads(accounts.read_text(encoding="utf-8")):
            click.echo(f"  {account['role']:<9} {account['email']:<24} {account['password']}")
    click.echo(f"  admin pages: http://{address}/admin/")
    if not settings.mail_url:
        click.echo(f"  e-mails, and the codes in them, are files in {_short(settings.instance / 'outbox')}")
    click.echo("  stop with Ctrl-C\n")


def _short(path: Path) -> Path:
    """As the newcomer would write it in the folder they are in."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
