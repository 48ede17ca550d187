"""A way to a shop that is served elsewhere: whatever a test's browser asks goes over a real connection."""

import string
from collections.abc import Iterable, Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPMessage
from itertools import count
from typing import Any
from urllib.parse import quote, unquote_to_bytes

PATIENCE_SECONDS = 40
NOT_FORWARDED = frozenset({"connection", "transfer-encoding", "keep-alive"})
_numbers = count(1)


def fresh_address() -> str:
    """An address that nobody had before: 10.0.0.2 and so on."""
    number = next(_numbers)
    return f"10.{number // 62500 % 250}.{number // 250 % 250}.{number % 250 + 1}"


class OverHttp:
    """A WSGI application that asks the shop on a port of this machine and hands on its answer.

    The path is sent as it was written, climbing and double escapes included. Each request comes from another address
    (X-Forwarded-For), unless it names one, so that limits by address do not decide what a sweep hears.
    """

    def __init__(self, port: int) -> None:
        self.port = port

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)) as connection:
            connection.putrequest(
                environ["REQUEST_METHOD"], _target(environ), skip_host=True, skip_accept_encoding=True
            )
            for name, value in self._headers(environ):
                connection.putheader(name, value.encode("latin-1"))
            connection.endheaders(body or None)
            response = connection.getresponse()
            content = response.read()
            start_response(f"{response.status} {response.reason}", _handed_on(response.headers))
        return [content]

    def _headers(self, environ: dict[str, Any]) -> Iterator[tuple[str, str]]:
        for key, value in environ.items():
            if key.startswith("HTTP_"):
                yield key.removeprefix("HTTP_").replace("_", "-").title(), str(value)
        if "HTTP_X_FORWARDED_FOR" not in environ:
            yield "X-Forwarded-For", fresh_address()
        for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            if environ.get(name):
                yield name.replace("_", "-").title(), environ[name]


def _target(environ: dict[str, Any]) -> str:
    """The address as it was written; after a redirect the one that the browser was sent to."""
    written, path = environ["RAW_URI"].partition("?")[0], environ["PATH_INFO"]
    is_meant = unquote_to_bytes(written.encode("latin-1")) == path.encode("latin-1")
    target = (
        quote(written.encode("latin-1"), safe=string.punctuation)
        if is_meant
        else quote(path.encode("latin-1"), safe="/:@!$&'()*+,;=~")
    )
    query = environ["QUERY_STRING"]
    return f"{target}?{quote(query.encode('latin-1'), safe=string.punctuation)}" if query else target


def _handed_on(headers: HTTPMessage) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers.items() if name.lower() not in NOT_FORWARDED]
