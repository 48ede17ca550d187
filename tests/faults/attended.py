"""A program that tells which process answered, after as many seconds as it is asked to take."""

import os
import time
from collections.abc import Iterable
from typing import Any


def app(environment: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    time.sleep(float(environment["QUERY_STRING"] or 0))
    body = f"{environment['PATH_INFO']} {os.getpid()}".encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
