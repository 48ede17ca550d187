"""A visitor that costs little: one connection kept open, cookies, and the hidden fields of the page it saw."""

import re
import socket
from collections.abc import Mapping
from urllib.parse import urlencode

HIDDEN = re.compile(rb'<input type="hidden" name="([^"]+)" value="([^"]*)"')
LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
COOKIE = re.compile(rb"\r\nset-cookie: *([^\r]+)", re.IGNORECASE)
LAST = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
FORM = "application/x-www-form-urlencoded"


class Browser:
    """Cookies, and the page that was seen last."""

    def __init__(self) -> None:
        self._cookies: dict[str, str] = {}
        self.page = b""

    def hidden(self) -> dict[str, str]:
        """The hidden fields of the page shown last."""
        return {name.decode(): value.decode() for name, value in HIDDEN.findall(self.page)}

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    def _keep_cookie(self, header: str) -> None:
        key, _, rest = header.partition("=")
        self._cookies[key] = rest.partition(";")[0]


class Visitor(Browser):
    """One that asks a server on this machine."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port
        self._open()

    def _open(self) -> None:
        self._socket = socket.socket()
        self._socket.settimeout(60)
        self._socket.connect(("127.0.0.1", self._port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self, path: str) -> int:
        return self._ask(f"GET {path} HTTP/1.1\r\n", b"")

    def post(self, path: str, fields: Mapping[str, str]) -> int:
        body = urlencode(fields).encode()
        form = f"Content-Type: {FORM}\r\nContent-Length: {len(body)}\r\n"
        return self._ask(f"POST {path} HTTP/1.1\r\n{form}", body)

    def close(self) -> None:
        self._socket.close()

    def _ask(self, head: str, body: bytes) -> int:
        cookie = f"Cookie: {self._cookie()}\r\n" if self._cookies else ""
        self._socket.sendall(f"{head}Host: 127.0.0.1\r\n{cookie}\r\n".encode() + body)
        return self._answer()

    def _answer(self) -> int:
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        head, self.page = received[:end], received[end + 4 :]
        found = LENGTH.search(head)
        length, is_last = int(found[1]) if found else 0, LAST.search(head) is not None
        for cookie in COOKIE.findall(head):
            self._keep_cookie(cookie.decode("latin-1"))
        parts = [self.page]
        missing = length - len(self.page)
        while missing > 0:
            parts.append(self._more(missing, socket.MSG_WAITALL))
            missing -= len(parts[-1])
        self.page = b"".join(parts)
        if is_last:
            self.close()
            self._open()
        return int(head[9:12])

    def _more(self, most: int = 1 << 17, how: int = 0) -> bytes:
        received = self._socket.recv(most, how)
        if not received:
            raise ConnectionError("the server closed the connection in the middle of an answer")
        return received
