"""Our sessions are Flask's: what one writes the other reads, and the cookie says the same."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf, validate_csrf
from itsdangerous import BadSignature
from markupsafe import Markup
from wtforms.validators import ValidationError

from smartshop.web.form_tokens import FormTokens
from smartshop.web.sessions import SENT, Sessions

NOW = datetime(2026, 3, 2, 10, 0, 5, tzinfo=UTC)
CONTENTS: list[dict[str, Any]] = [
    {},
    {"csrf_token": "a" * 40, "_permanent": True, "cart": "b" * 43, SENT: 739_000, "share": 0.5, "none": None},
    {"_flashes": [("success", "Mug is in your cart."), ("info", Markup("<b>So</b>"))]},
    {"when": datetime(2026, 3, 2, 10, 0, tzinfo=UTC), "bytes": b"\x00\xff", "deep": {"list": [1, (2, 3)]}},
    {" t": "a tag's own name", "words": 'Grüße 你好 "quoted" \\ </script>'},
    {"long": "x" * 3000},
]


class Theirs(SecureCookieSessionInterface):
    digest_method = staticmethod(hashlib.sha256)


@pytest.mark.parametrize("content", CONTENTS)
def test_what_one_writes_the_other_reads(app: Flask, content: dict[str, Any]) -> None:
    ours, theirs = Sessions().get_signing_serializer(app), Theirs().get_signing_serializer(app)
    assert ours is not None
    assert theirs is not None
    with app.test_request_context("/"):
        assert theirs.loads(ours.dumps(content), max_age=60) == content
        assert ours.loads(theirs.dumps(content), max_age=60) == content


def test_a_session_is_good_for_its_time_and_as_it_was_signed(app: Flask) -> None:
    signed = Sessions().get_signing_serializer(app)
    assert signed is not None
    with app.test_request_context("/"), time_machine.travel(NOW, tick=False) as now:
        cookie = str(signed.dumps({"cart": "token"}))
        now.shift(timedelta(seconds=60))
        assert signed.loads(cookie, max_age=60) == {"cart": "token"}
        for forged in (
            cookie[:-3] + ("AAA" if cookie[-3:] != "AAA" else "BBB"),
            "e30" + cookie,
            cookie.rpartition(".")[0],
        ):
            with pytest.raises(BadSignature):
                signed.loads(forged, max_age=60)
        now.shift(timedelta(seconds=1))
        with pytest.raises(BadSignature):
            signed.loads(cookie, max_age=60)


def test_a_key_that_was_changed_still_reads_and_no_longer_signs() -> None:
    app = Flask("changed")
    app.secret_key = "the first key, long enough to sign with"
    old = str(Sessions().get_signing_serializer(app).dumps({"cart": "token"}))  # type: ignore[union-attr]
    app.config["SECRET_KEY_FALLBACKS"] = [app.secret_key]
    app.secret_key = "the second key, long enough to sign with"
    app.session_interface = sessions = Sessions()
    with app.test_request_context("/", headers={"Cookie": f"session={old}"}):
        signed = sessions.get_signing_serializer(app)
        assert signed is not None
        assert dict(session) == {"cart": "token"} == signed.loads(old)
        app.config["SECRET_KEY_FALLBACKS"] = []
        again = sessions.get_signing_serializer(app)
        assert again is not None
        assert again.loads(signed.dumps({"cart": "token"})) == {"cart": "token"}
        with pytest.raises(BadSignature):
            again.loads(old)


@pytest.mark.parametrize("is_permanent", [True, False])
@pytest.mark.parametrize("is_secure", [True, False])
@pytest.mark.parametrize("content", CONTENTS)
def test_the_cookie_says_what_flasks_would(
    content: dict[str, Any], *, is_permanent: bool, is_secure: bool
) -> None:
    app = Flask("shop")
    app.secret_key = "a key that is long enough to sign with"
    app.config |= {"SESSION_COOKIE_SECURE": is_secure, "SESSION_COOKIE_SAMESITE": "Lax"}
    app.config["SESSION_COOKIE_PARTITIONED"] = is_secure
    headers = []
    with time_machine.travel(NOW, tick=False):
        for interface in (Sessions(), Theirs()):
            with app.test_request_context("/"):
                own = interface.session_class()
                own.update(content)
                own.permanent = is_permanent
                if is_permanent:
                    own[SENT] = NOW.toordinal()
                response = app.response_class("")
                interface.save_session(app, own, response)
                headers.append([(name, _without_value(text)) for name, text in response.headers])
    assert sorted(headers[0]) == sorted(headers[1])
    assert "Set-Cookie" in dict(headers[0])


def _without_value(header: str) -> str:
    return "session=…" + header[header.index(";") :] if header.startswith("session=") else header


def test_a_session_that_was_emptied_takes_its_cookie_away(app: Flask) -> None:
    with app.test_request_context("/"):
        own = Sessions.session_class({"cart": "token"})
        own.clear()
        response = app.response_class("")
        app.session_interface.save_session(app, own, response)
        [cookie] = response.headers.getlist("Set-Cookie")
        assert "Max-Age=0" in cookie


def test_form_tokens_are_flask_wtfs(app: Flask) -> None:
    tokens = FormTokens(str(app.secret_key))
    with app.test_request_context("/"):
        generate_csrf()
        validate_csrf(tokens.of(session["csrf_token"]))
        with pytest.raises(ValidationError):
            validate_csrf(tokens.of("b" * 40))
        with pytest.raises(ValidationError):
            validate_csrf(FormTokens("another key, long enough to sign with").of(session["csrf_token"]))
