"""Pages whose inside is drawn for each visitor, and whose frame, the same for many, was drawn before.

The frame is what stands around the inside: the head, the header with its navigation and the foot.
"""

import secrets
from collections.abc import Hashable

from flask import Flask, current_app, render_template, request
from markupsafe import Markup

from smartshop.web import choices, seams
from smartshop.web.drawing import locale_name
from smartshop.web.lately import Shelf
from smartshop.web.presenting import settings, surroundings
from smartshop.web.seams import Cut
from smartshop.web.signing import current_person

FRAME_SECONDS = 3600
MOST_FRAMES = 500
LONGEST_ADDRESS = 100
HOLE = secrets.token_hex(16)
"""Where the inside goes; nobody outside this process knows it, so that nothing a page shows can hold it."""


def install(app: Flask) -> None:
    is_kept = app.config["SETTINGS"].kept_seconds > 0
    app.extensions["frames"] = Shelf[Cut](FRAME_SECONDS if is_kept else 0, MOST_FRAMES)


def framed(frame: str, inside: str, **facts: object) -> str | bytes:
    """The page of two templates; that of the frame knows only what every page of the shop does, and ``inside``."""
    drawn = render_template(inside, **facts)
    frames: Shelf[Cut] = current_app.extensions["frames"]
    if not frames.seconds or current_person() is not None or len(request.full_path) > LONGEST_ADDRESS:
        return render_template(frame, inside=Markup(drawn))  # noqa: S704 - drawn by a template, which escapes
    key = (frame, *_looked_at())
    kept = frames.find(key)
    if kept is None:
        kept = seams.cut(render_template(frame, inside=HOLE), HOLE.encode())
        frames.put(key, kept)
    return kept.renewed({HOLE.encode(): drawn.encode()})


def _looked_at() -> tuple[Hashable, ...]:
    """What frames look at, of the request and of the shop."""
    address = (request.method, request.script_root, request.full_path)
    return (locale_name(), settings().base_url, choices.is_open(), *address, surroundings())
