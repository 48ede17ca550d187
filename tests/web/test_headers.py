import re

import sqlalchemy as sa
from flask import Flask

from smartshop.identity.models import SignIn
from smartshop.kernel import clock
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.browser_client import TOKEN, ShopClient
from tests.factories import PASSWORD, make_person


def test_scripts_need_the_nonce_of_their_page(visitor: ShopClient) -> None:
    first, second = visitor.get("/sign-in"), visitor.get("/sign-in")
    nonces = [re.findall(r'nonce="([^"]+)"', page.text) for page in (first, second)]
    policy = first.headers["Content-Security-Policy"]
    assert len(set(nonces[0])) == 1
    assert set(nonces[0]).isdisjoint(nonces[1])
    assert f"'nonce-{nonces[0][0]}'" in policy
    assert "unsafe" not in policy


def test_a_page_that_answers_before_all_else_has_its_nonce_and_leaves_those_of_others(app: Flask) -> None:
    stale = ShopClient(app).post("/sign-in", {"email": "ada@example.com", TOKEN: "made up"})
    for answer in (stale, ShopClient(app).get("/sign-in")):
        nonce = re.findall(r'<script nonce="([^"]+)"', answer.text)[0]
        assert f"'nonce-{nonce}'" in answer.headers["Content-Security-Policy"]
    assert stale.status_code == 400


def test_no_other_site_may_frame_or_guess(visitor: ShopClient) -> None:
    headers = visitor.get("/sign-in").headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_the_cookie_is_hidden_from_scripts_and_from_other_sites(visitor: ShopClient) -> None:
    cookie = visitor.get("/").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_signing_in_begins_a_new_session(visitor: ShopClient) -> None:
    make_person(email="ada@example.com")
    visitor.get("/sign-in")
    before = visitor.token
    visitor.submit("/sign-in", {"email": "ada@example.com", "password": PASSWORD})
    answer = visitor.post("/sign-out", {"csrf_token": before}, follow=False)
    assert answer.status_code == 400


def test_a_sign_in_that_was_ended_elsewhere_opens_nothing(visitor: ShopClient) -> None:
    person_id = make_person(email="ada@example.com")
    visitor.sign_in("ada@example.com", PASSWORD)
    assert visitor.get("/account", follow=False).status_code == 200
    with unit_of_work():
        db.session.execute(
            sa.update(SignIn).where(SignIn.person_id == person_id).values(ended_at=clock.now())
        )
    assert visitor.get("/account", follow=False).status_code == 302
