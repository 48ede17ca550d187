"""Attackers with many addresses: they sit behind the one proxy that the shop trusts, which names each of them."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask

from tests.browser_client import TOKEN, forms_of
from tests.faults.wire import PATIENCE_SECONDS, served

CHEAP = {"SMARTSHOP_PASSWORD_COST": "128"}
BEHIND_A_PROXY = {"SMARTSHOP_TRUSTED_PROXIES": "1"}


@dataclass(frozen=True)
class Heard:
    status: int
    headers: Mapping[str, str]
    text: str


class Attacker:
    """One session, and any address it likes to claim."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.cookies: dict[str, str] = {}
        self.token = ""

    def forget_all_but(self, kept: str) -> None:
        """Drop the cookies, as if the browser was closed, but for those whose name ends so."""
        self.cookies = {name: value for name, value in self.cookies.items() if name.endswith(kept)}
        self.token = ""

    def get(self, path: str, *, address: str = "198.51.100.1", **headers: str) -> Heard:
        heard = self.ask("GET", path, address=address, **headers)
        tokens = [form.fields[TOKEN] for form in forms_of(heard.text) if TOKEN in form.fields]
        self.token = tokens[0] if tokens else self.token
        return heard

    def post(self, path: str, answers: Mapping[str, str], *, address: str = "198.51.100.1") -> Heard:
        for page in ("/sign-in", "/account"):
            if not self.token:
                self.get(page, address=address)
        return self.ask("POST", path, urlencode({TOKEN: self.token, **answers}), address=address)

    def ask(self, method: str, path: str, body: str = "", *, address: str, **headers: str) -> Heard:
        sent = {"X-Forwarded-For": address, **headers}
        if body:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        with closing(HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_SECONDS)) as connection:
            connection.request(method, path, body or None, sent)
            response = connection.getresponse()
            text = response.read().decode(errors="replace")
        for line in response.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Heard(response.status, dict(response.headers), text)


@dataclass(frozen=True)
class Target:
    """A served shop, and where it listens."""

    app: Flask
    port: int


@contextmanager
def attacked(app: Flask, folder: Path, *, environment: Mapping[str, str] | None = None) -> Iterator[Target]:
    """A shop behind gunicorn, one process, that trusts one proxy, its passwords cheap to check."""
    surroundings = {**CHEAP, **BEHIND_A_PROXY, **(environment or {})}
    with served(
        app, folder / "shop.log", workers=1, door="tests.attacks.door:app", environment=surroundings
    ) as server:
        yield Target(app, server.port)
