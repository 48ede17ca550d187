"""Which passwords are refused, how they are kept, and what that costs."""

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from smartshop.identity.operations import signing_in
from smartshop.identity.rules import passwords as rules
from smartshop.identity.rules.doors import Door
from smartshop.kernel import passwords
from smartshop.kernel.config import Settings
from tests.databases import CHEAP_PASSWORDS
from tests.factories import make_person

ADA = "ada@example.com"
COMMON = [
    "basketball",
    "Password123",
    "P@ssw0rd2024!",
    "p4ssw0rd!!",
    "passwordpassword",
    "Dragon2026",
    "!!elephant99",
    "smartshop2026",
    "1qaz2wsx3edc",
    "qwertyuiop",
    "1234567890",
    "abcdefghijkl",
    "9876543210",
    "ＰＡＳＳＷＯＲＤ１２３",
]
GOOD = [
    "correct horse battery",
    "t5jcs-xastz-98s59",
    "пароль и соль",
    "basket of small lemons",
    "lemon basket " * 12,
    "🐎🔋📎✅ staple",
]


@pytest.mark.parametrize("password", COMMON)
def test_what_everybody_tries_first_is_refused(password: str) -> None:
    assert rules.problem(password, ADA) == rules.COMMON


@pytest.mark.parametrize("password", GOOD)
def test_a_long_password_of_any_characters_will_do(password: str) -> None:
    assert rules.problem(password, ADA) is None


@given(st.text(max_size=60))
def test_no_text_breaks_the_judgement(password: str) -> None:
    rules.problem(password, ADA)


def test_every_keyboard_types_the_same_password(any_app: Flask) -> None:
    make_person(email=ADA, password="Café und Brötchen ﬁn")
    signing_in.sign_in(
        email=ADA, password="Cafe\u0301 und Bro\u0308tchen fin", door=Door(), password_cost=CHEAP_PASSWORDS
    )


def test_a_hash_is_scrypt_at_the_cost_that_is_set() -> None:
    cost = Settings.model_fields["password_cost"].default
    assert cost >= 2**15
    hash_ = passwords.hashed("correct horse battery", cost)
    assert hash_.startswith(f"scrypt:{cost}:8:1$")
    assert passwords.matches(hash_, "correct horse battery", cost)
    assert not passwords.matches(hash_, "correct horse batterY", cost)
    assert passwords.is_cheaper(hash_, cost * 2)
    assert not passwords.is_cheaper(hash_, cost)
