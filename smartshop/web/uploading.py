"""Files that a browser sends: which pages take more than a form's worth, and from whom."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from flask import Flask, request
from flask.typing import ResponseReturnValue

from smartshop.kernel.permissions import Permission
from smartshop.web.presenting import recognised, settings

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
LONGEST_NAME = 80


def takes(most_bytes: int) -> Callable[[View], View]:
    """Let a request to this view be so large: larger than others may be only once it is known who may open it."""

    def declare(view: View) -> View:
        view.__takes__ = most_bytes  # type: ignore[attr-defined]
        return view

    return declare


def install(app: Flask) -> None:
    # Before every `before_request`: the check against forged forms already reads the body.
    app.url_value_preprocessor(lambda _endpoint, _values: _make_room(app))


def _make_room(app: Flask) -> None:
    view = app.view_functions.get(request.endpoint or "")
    most, rule = getattr(view, "__takes__", None), getattr(view, "__access__", None)
    if most is not None and most <= app.config["MAX_CONTENT_LENGTH"]:
        request.max_content_length = most
    if most is None or not isinstance(rule, Permission):
        return
    person = recognised()
    if person is not None and person.can(rule):
        request.max_content_length = most


def files(name: str, most_bytes: int) -> Iterator[tuple[str, bytes]]:
    """The name and content of every file of a field, one at a time; of too large ones one byte too many."""
    for sent in request.files.getlist(name):
        if sent.filename:
            yield _shown(sent.filename), sent.stream.read(most_bytes + 1)
        sent.close()


def folder() -> Path:
    """Where uploads are kept."""
    return settings().instance.resolve() / "uploads"


def _shown(name: str) -> str:
    """A file's name as a message may repeat it."""
    plain = "".join(letter for letter in name.replace("\\", "/").rsplit("/", 1)[-1] if letter.isprintable())
    return plain[:LONGEST_NAME] or "?"
