"""A mail server that keeps what it is given."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from itertools import count
from os import getpid

PLAIN_PORT = 1025
_numbers = count(2)


@dataclass
class Sink:
    """Letters taken in, and recipients that are refused for good."""

    url: str
    letters: list[EmailMessage] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    @property
    def recipients(self) -> list[str]:
        return [str(letter["To"]) for letter in self.letters]


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._say("220 sink")
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb == "QUIT":
                self._say("221 bye")
                return
            self._say(self._answer(verb, line))

    def _answer(self, verb: str, line: str) -> str:
        sink: Sink = self.server.sink  # type: ignore[attr-defined]
        if verb == "RCPT" and any(address in line for address in sink.refused):
            return "550 no such mailbox"
        if verb == "DATA":
            self._say("354 go on")
            sink.letters.append(message_from_bytes(b"".join(self._data()), EmailMessage, policy=default))
        return "250 ok"

    def _data(self) -> Iterator[bytes]:
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            yield line.removeprefix(b".") if line.startswith(b"..") else line

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64


@contextmanager
def smtp_sink() -> Iterator[Sink]:
    """A running mail server; its loopback address is its own, its port the one that speaks without TLS."""
    address = f"127.{getpid() // 250 % 250 + 1}.{getpid() % 250 + 1}.{next(_numbers) % 250 + 1}"
    with _Server((address, PLAIN_PORT), _Session) as server:
        sink = Sink(f"smtp://{address}:{PLAIN_PORT}")
        server.sink = sink  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield sink
        server.shutdown()
        thread.join()
