"""No test reaches the network: sockets open to this machine only."""

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

GUARDED = ("connect", "connect_ex", "sendto")


class NetworkForbidden(RuntimeError):
    """A test wanted to speak to another machine."""


def is_here(address: Any) -> bool:
    """Whether a socket address is on this machine; a path is, a host name other than localhost is not."""
    if not isinstance(address, tuple):
        return True
    try:
        return ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return bool(address[0] == "localhost")


@contextmanager
def out_of_reach() -> Iterator[None]:
    """Refuse every socket to another machine."""
    with pytest.MonkeyPatch.context() as patch:
        for name in GUARDED:
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        yield


def _guarded(real: Any) -> Any:
    def call(self: socket.socket, *args: Any) -> Any:
        if not is_here(args[-1]):
            raise NetworkForbidden(f"tests may not reach {args[-1]}")
        return real(self, *args)

    return call
