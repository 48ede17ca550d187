import json
from collections.abc import Iterator

import pytest
import structlog

from smartshop.kernel import logs


@pytest.fixture(autouse=True)
def quiet_again() -> Iterator[None]:
    yield
    logs.configure(as_json=False)


def sign_in(password: str) -> None:
    token = f"token-of-{password}"
    raise ValueError(f"the door is closed for {len(token)} people")


def log_a_failure(*, as_json: bool) -> None:
    logs.configure(as_json=as_json)
    password = "hunter" + "2"
    try:
        sign_in(password)
    except ValueError:
        structlog.get_logger().exception("sign_in_broke", address="203.0.113.9")


@pytest.mark.parametrize("as_json", [True, False])
def test_a_traceback_names_the_lines_but_never_the_values_of_variables(
    capsys: pytest.CaptureFixture[str], *, as_json: bool
) -> None:
    log_a_failure(as_json=as_json)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "the door is closed for 16 people" in captured.err
    assert "in sign_in" in captured.err
    assert "hunter2" not in captured.err


def test_production_writes_one_json_object_a_line_with_the_moment_in_utc(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log_a_failure(as_json=True)
    (line,) = capsys.readouterr().err.splitlines()
    entry = json.loads(line)
    assert (entry["event"], entry["level"], entry["address"]) == ("sign_in_broke", "error", "203.0.113.9")
    assert entry["timestamp"].endswith("Z")
    assert entry["exception"].splitlines()[-1] == "ValueError: the door is closed for 16 people"
