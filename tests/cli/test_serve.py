"""``python app.py``: what it says before and after it serves the demo shop."""

import socket
from pathlib import Path

import pytest
from flask import Flask

from smartshop.cli import serve


def test_a_taken_port_ends_it_before_anything_is_loaded(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        monkeypatch.setenv("SMARTSHOP_BIND", address)
        monkeypatch.setattr(serve, "upgrade", lambda **_: pytest.fail("the database was touched"))
        with pytest.raises(SystemExit, match=f"served on {address} already.*make run PORT="):
            serve.serve_demo(app)


def test_a_free_port_is_left_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
    serve.refuse_taken(address)
    serve.refuse_taken(address)


@pytest.mark.parametrize(
    "address", ["5000", "127.0.0.1", "127.0.0.1:http", "127.0.0.1:70000", "192.0.2.1:5000"]
)
def test_where_nothing_can_be_served_that_is_said(address: str) -> None:
    with pytest.raises(SystemExit, match=r"no address|Nothing can be served"):
        serve.refuse_taken(address)


@pytest.mark.parametrize(("mail_url", "told"), [("", 1), ("smtp://mail.example.com", 0)])
def test_a_newcomer_is_told_where_the_codes_are(
    app: Flask,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    mail_url: str,
    told: int,
) -> None:
    monkeypatch.chdir(tmp_path)
    facts = {"instance": tmp_path / "mine", "mail_url": mail_url}
    serve.welcome(app.config["SETTINGS"].model_copy(update=facts), "127.0.0.1:5000")
    out = capsys.readouterr().out
    assert "http://127.0.0.1:5000/admin/" in out
    assert out.count("are files in mine/outbox") == told
