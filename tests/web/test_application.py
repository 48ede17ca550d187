"""What the app finds out once must be what Flask, Jinja and Flask-Talisman would say each time."""

from pathlib import Path

import pytest
from flask import Flask, Response, render_template_string, request, session, url_for
from flask_talisman import Talisman
from markupsafe import Markup

from smartshop.factory import create_app
from smartshop.kernel.config import Settings
from smartshop.web.policies import Policies
from smartshop.web.sessions import Sessions

EVIL = "<script>\"'&"
SAFE = "&lt;script&gt;&#34;&#39;&amp;"


def test_text_is_escaped_wherever_it_stands_and_markup_is_not(app: Flask) -> None:
    page = (
        "{% macro part(text) %}[{{ text }}]{% endmacro %}{% set kept_back %}{{ text }}{% endset %}"
        "{{ text }} {{ part(text) }} {{ kept_back }} {{ shown }} {{ number }} {{ text ~ text }} {{ text|upper }}"
    )
    with app.test_request_context("/"):
        drawn = render_template_string(page, text=EVIL, shown=Markup("<b>A</b>"), number=7)
    twice = f"{SAFE}{SAFE}"
    assert drawn == f"{SAFE} [{SAFE}] {SAFE} <b>A</b> 7 {twice} {SAFE.replace('script', 'SCRIPT')}"


def test_what_only_looks_like_markup_is_asked_and_then_escaped(app: Flask) -> None:
    class Loud(str):
        __slots__ = ()

    class Own:
        def __html__(self) -> str:
            return "<i>own</i>"

    with app.test_request_context("/"):
        assert render_template_string("{{ a }}{{ b }}", a=Loud(EVIL), b=Own()) == f"{SAFE}<i>own</i>"


def test_the_same_page_below_another_root_has_another_address(app: Flask) -> None:
    for root in ("", "/store", ""):
        with app.test_request_context("/", base_url=f"http://localhost{root}"):
            assert url_for("shop.product", slug="mug") == f"{root}/p/mug"
            assert url_for("shop.product", slug="bowl", _anchor="reviews") == f"{root}/p/bowl#reviews"
            assert url_for("shop.product", slug="mug", _external=True) == f"http://localhost{root}/p/mug"
            assert url_for("shop.search", q="a b") == f"{root}/search?q=a+b"


def test_only_addresses_that_name_nobody_are_remembered(app: Flask) -> None:
    remembered = app._address  # type: ignore[attr-defined]
    with app.test_request_context("/"):
        url_for("shop.product", slug="a-new-one")
        before = remembered.cache_info().currsize
        url_for("shop.order", number="SECRET-NUMBER")
        url_for("shop.search", q="something private")
        url_for("account.sign_in", next="/orders/SECRET")
    assert remembered.cache_info().currsize == before


def test_a_session_signed_with_another_key_is_an_empty_one(app: Flask) -> None:
    sessions = Sessions()
    with app.test_request_context("/"):
        signed = sessions.get_signing_serializer(app)
        assert signed is sessions.get_signing_serializer(app)
        assert signed is not None
        cookie = signed.dumps({"cart": "token"})
        other = Flask("other")
        other.secret_key = "another key, long enough to sign with"
        with other.test_request_context("/", headers={"Cookie": f"session={cookie}"}):
            assert dict(sessions.open_session(other, request) or {}) == {}
        assert dict(session) == {}


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("path", ["/", "/p/mug", "/media/none.svg", "/healthz", "/nowhere", "/cart"])
def test_every_answer_has_the_policies_that_talisman_writes(app: Flask, scheme: str, path: str) -> None:
    owners = [getattr(hook, "__self__", None) for hook in app.after_request_funcs[None]]
    [policies] = [owner for owner in owners if isinstance(owner, Policies)]
    for _ in range(2):
        with app.test_request_context(path, base_url=f"{scheme}://localhost"):
            app.preprocess_request()
            ours = policies._set_response_headers(Response())
            theirs = Talisman._set_response_headers(policies, Response())
            assert sorted(ours.headers) == sorted(theirs.headers)
            assert "Content-Security-Policy" in ours.headers


def test_templates_are_loaded_again_where_they_may_change(tmp_path: Path) -> None:
    settings = Settings(
        env="test", instance=tmp_path, secret_key="a key that only ever signs sessions in tests"
    )
    app = create_app(settings)
    environment = app.jinja_env
    assert environment.get_template("shop/cart.html") is environment.get_template("shop/cart.html")
    environment.auto_reload = True
    environment.cache = {}
    assert environment.get_template("shop/cart.html") is not None
    assert "shop/cart.html" in {key[1] for key in environment.cache}
