import socket

import pytest

from tests.isolation import NetworkForbidden, is_here

ELSEWHERE = ("192.0.2.1", 80)


def test_a_test_cannot_reach_another_machine() -> None:
    with socket.socket() as one, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        with pytest.raises(NetworkForbidden, match=r"192\.0\.2\.1"):
            one.connect(ELSEWHERE)
        with pytest.raises(NetworkForbidden):
            one.connect_ex(ELSEWHERE)
        with pytest.raises(NetworkForbidden):
            other.sendto(b"hello", ELSEWHERE)


def test_this_machine_can_be_reached() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        client.sendall(b"hello")
        connection, _ = server.accept()
        with connection:
            assert connection.recv(5) == b"hello"


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        (("127.0.0.1", 1), True),
        (("127.4.5.6", 1), True),
        (("::1", 1, 0, 0), True),
        (("localhost", 1), True),
        ("/run/some.sock", True),
        (("10.0.0.1", 1), False),
        (("example.com", 1), False),
        (("", 1), False),
    ],
)
def test_only_loopback_and_paths_are_here(address: object, answer: bool) -> None:  # noqa: FBT001
    assert is_here(address) is answer
