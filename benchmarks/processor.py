"""What an answer takes of a processor, in one process, without a server.

Processor time does not depend so much on what else runs on the machine: the least of several rounds, taken in turns.
"""

import gc
import io
import itertools
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from benchmarks import visits
from benchmarks.browser import FORM, Browser

ROUNDS = 8
Program = Callable[[dict[str, Any], Any], Iterable[bytes]]


class InsideVisitor(Browser):
    """One that calls the program as a server does."""

    def __init__(self, program: Program) -> None:
        super().__init__()
        self._program = program

    def get(self, path: str) -> int:
        return self._ask("GET", path, b"")

    def post(self, path: str, fields: Mapping[str, str]) -> int:
        return self._ask("POST", path, urlencode(fields).encode())

    def _ask(self, method: str, path: str, body: bytes) -> int:
        answered: list[Any] = []
        parts = self._program(
            self._environment(method, path, body),
            lambda status, headers, *_: answered.extend((status, headers)),
        )
        self.page = b"".join(parts)
        close = getattr(parts, "close", None)
        if close is not None:
            close()
        for name, value in answered[1]:
            if name == "Set-Cookie":
                self._keep_cookie(value)
        return int(answered[0][:3])

    def _environment(self, method: str, path: str, body: bytes) -> dict[str, Any]:
        place, _, query = path.partition("?")
        posted = {"CONTENT_TYPE": FORM, "CONTENT_LENGTH": str(len(body))} if body else {}
        known = {"HTTP_COOKIE": self._cookie()} if self._cookies else {}
        return {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": place,
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "127.0.0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            **posted,
            **known,
        }


def measure(bare: Program, shop: Program) -> dict[str, float]:
    """Milliseconds of processor time each, what is asked included."""
    numbers = itertools.count(1)

    def new(act: visits.Act) -> Callable[[], None]:
        return lambda: act(InsideVisitor(shop), next(numbers))

    def known(program: Program, act: visits.Act) -> Callable[[], None]:
        visitor = InsideVisitor(program)
        return lambda: act(visitor, next(numbers))

    acts = {"bare page": (known(bare, visits.get("/")), 200)}
    for name, path in visits.PAGES.items():
        acts[f"{name}, kept"] = (known(shop, visits.get(path)), 200)
    acts["list, for a visitor with a cart"] = (known(shop, visits.get_with_cart(visits.PAGES["list"])), 25)
    acts["product, made anew"] = (new(visits.look), 25)
    acts["view, add, basket"] = (new(visits.buy_one), 25)
    acts["guest checkout"] = (new(visits.check_out), 25)
    return _least(acts)


def _least(acts: Mapping[str, tuple[Callable[[], None], int]]) -> dict[str, float]:
    gc.collect()
    gc.freeze()
    least = dict.fromkeys(acts, float("inf"))
    for act, _times in acts.values():
        act()
    for _ in range(ROUNDS):
        for name, (act, times) in acts.items():
            started = time.process_time()
            for _ in range(times):
                act()
            least[name] = min(least[name], (time.process_time() - started) / times * 1000)
    return least
