"""Cookies and form tokens are signed with HMAC-SHA-256 by the shop's key, and nothing else is taken."""

import hashlib
from base64 import urlsafe_b64decode

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from tests.browser_client import TOKEN, ShopClient
from tests.row_counts import nothing_changes

SHA256_BYTES = 32


def signature(signed: str) -> bytes:
    text = signed.rpartition(".")[2]
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_sessions_and_form_tokens_are_signed_with_sha_256(app: Flask) -> None:
    browser = ShopClient(app)
    browser.get("/sign-in")
    for signed in (browser.cookies["smartshop"], browser.token):
        assert len(signature(signed)) == SHA256_BYTES
    key, salt = app.config["SECRET_KEY"], "wtf-csrf-token"
    ours = URLSafeTimedSerializer(key, salt=salt, signer_kwargs={"digest_method": hashlib.sha256})
    assert ours.loads(browser.token)


@pytest.mark.parametrize("digest", [hashlib.sha1, hashlib.md5])
def test_a_session_that_was_signed_otherwise_is_none(app: Flask, digest: object) -> None:
    browser = ShopClient(app)
    browser.get("/sign-in")
    interface = SecureCookieSessionInterface()
    interface.digest_method = digest  # type: ignore[assignment]
    serializer = interface.get_signing_serializer(app)
    assert serializer is not None
    browser.cookies = {**browser.cookies, "smartshop": str(serializer.dumps({"half_signed_in": "x" * 43}))}
    assert browser.get("/sign-in/code", follow=False).status_code == 302


@pytest.mark.parametrize(
    "forge",
    [
        lambda token: token[:-2] + ("AA" if not token.endswith("AA") else "BB"),
        lambda token: token.rpartition(".")[0] + ".",
        lambda token: token.rpartition(".")[0],
        lambda token: token.replace(".", ".AAAA", 1),
    ],
)
def test_a_token_whose_signature_was_touched_sends_nothing(app: Flask, forge: object) -> None:
    browser = ShopClient(app)
    browser.get("/sign-in")
    with nothing_changes():
        answer = browser.post("/forgot", {"email": "ada@example.com", TOKEN: forge(browser.token)})  # type: ignore[operator]
    assert answer.status_code == 400
