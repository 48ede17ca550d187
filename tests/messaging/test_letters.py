from datetime import timedelta
from typing import Any

import pytest
from jinja2 import TemplateNotFound, UndefinedError

from smartshop.kernel.config import ROOT
from smartshop.messaging.rules import letters, samples
from smartshop.messaging.rules.letters import MOST_ATTEMPTS, Letter, Wording, wait_after

TEMPLATES = ROOT / "templates" / "email"
KINDS = sorted(folder.name for folder in TEMPLATES.iterdir() if folder.is_dir())
SHOP = {"shop_name": "Ada & Sons", "base_url": "https://shop.example"}
FACTS = samples.FACTS
ADDRESS = dict(samples.ADDRESS)


def render(kind: str = "order_confirmation", **changed: Any) -> Letter:
    return letters.render(TEMPLATES, kind, SHOP | FACTS[kind] | changed)


def test_every_kind_of_letter_is_rendered_here() -> None:
    assert sorted(FACTS) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_has_a_subject_of_one_line_a_text_and_a_page(kind: str) -> None:
    letter = render(kind)
    assert letter.subject
    assert "\n" not in letter.subject
    assert "Ada & Sons" in letter.text
    assert letter.html.startswith("<!doctype html>")
    assert "Ada &amp; Sons" in letter.html
    for words in (letter.subject, letter.text, letter.html):
        assert "{{" not in words
        assert "None" not in words


def test_an_order_confirmation_says_what_was_bought_and_what_it_costs() -> None:
    letter = render()
    assert letter.subject == "Your Ada & Sons order 7KQ2-M9XB-4TRD"
    for words in (letter.text, letter.html):
        assert "£1,234.56" in words
        assert "£1,111.10" in words
        assert "£185.18" in words
        assert "(Red)" in words
        assert "https://shop.example/orders/7KQ2-M9XB-4TRD" in words


def test_an_order_confirmation_says_how_to_pay_what_is_not_paid_yet() -> None:
    for words in (render().text, render().html):
        assert "Pay by bank transfer within 14 days of delivery." in words


def test_an_order_confirmation_says_where_it_goes_in_words_and_what_is_free() -> None:
    letter = render(shipping_minor=0, address=ADDRESS | {"country": "DE"})
    for words in (letter.text, letter.html):
        assert "Germany" in words
        assert "free" in words
        assert "£0.00" not in words
    assert "Narnia" in render(address=ADDRESS | {"country": "Narnia"}).text


def test_every_line_of_an_address_keeps_the_direction_of_its_script() -> None:
    page = render(address=ADDRESS | {"name": "محمد", "line1": "شارع الملك 3", "city": "الرياض"}).html
    for line in ("محمد", "شارع الملك 3", f"{ADDRESS['postcode']} الرياض"):
        assert f"<bdi>{line}</bdi><br>" in page


@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_is_drawn_without_styles_that_its_preview_may_not_have(kind: str) -> None:
    assert "style" not in render(kind).html


def test_a_shipped_order_can_be_followed_where_the_carrier_allows_it() -> None:
    letter = render("order_shipped")
    for words in (letter.text, letter.html):
        assert "2" in words
        assert "https://track.example/AB1" in words
    assert "Follow it" not in render("order_shipped", tracking_url="").text


def test_a_cancelled_order_says_why_and_a_refund_how_much() -> None:
    assert "is cancelled" in render("order_cancelled").subject
    assert "Part of" in render("order_cancelled", is_whole=False).subject
    assert "sold out" in render("order_cancelled").text
    assert "£1,238.51" in render("order_refunded").subject


@pytest.mark.parametrize(
    ("currency", "shown"), [("EUR", "€1,111.10"), ("JPY", "JP¥111,110"), ("KWD", "KWD111.110")]
)
def test_amounts_have_the_decimals_of_their_currency(currency: str, shown: str) -> None:
    assert shown in render(currency=currency).text


def test_facts_cannot_write_html_nor_a_second_header_line() -> None:
    evil = "<script>alert('&')</script>"
    letter = render(
        address=ADDRESS | {"name": evil}, lines=[FACTS["order_confirmation"]["lines"][0] | {"name": evil}]
    )
    assert "<script>" not in letter.html
    assert letter.html.count("&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;") == 3
    assert evil in letter.text
    assert (
        render(number="1\r\nBcc: everyone@example.com").subject
        == "Your Ada & Sons order 1 Bcc: everyone@example.com"
    )


def test_a_fact_that_is_missing_is_an_error_and_not_a_gap() -> None:
    facts = {name: fact for name, fact in FACTS["order_confirmation"].items() if name != "number"}
    with pytest.raises(UndefinedError, match="number"):
        letters.render(TEMPLATES, "order_confirmation", SHOP | facts)
    with pytest.raises(TemplateNotFound):
        letters.render(TEMPLATES, "no_such_kind", SHOP)


def test_the_wait_doubles_up_to_four_hours() -> None:
    minutes = [wait_after(attempts) // timedelta(minutes=1) for attempts in range(1, 12)]
    assert minutes == [1, 2, 4, 8, 16, 32, 64, 128, 240, 240, 240]
    assert sum(minutes[: MOST_ATTEMPTS - 1]) == 127


OWN = Wording("Hi {{ name }}", "Hello {{ name }}", "<p>{{ name }}</p>")


def facts_of(kind: str) -> dict[str, Any]:
    return SHOP | FACTS[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_the_words_the_program_comes_with_can_be_saved_as_ones_own(kind: str) -> None:
    own = letters.wording(TEMPLATES, kind)
    assert letters.problems(TEMPLATES, kind, own, facts_of(kind)) == {}
    assert letters.render(TEMPLATES, kind, facts_of(kind), own) == render(kind)


def test_own_words_escape_facts_in_html_and_nowhere_else() -> None:
    letter = letters.render(TEMPLATES, "welcome", {"name": "A & B"}, OWN)
    assert (letter.subject, letter.text, letter.html) == ("Hi A & B", "Hello A & B", "<p>A &amp; B</p>")


@pytest.mark.parametrize(
    "source",
    [
        "{{ nobody }}",
        "{{ name ",
        "{% for x in %}",
        "",
        "{{ ''.__class__.__mro__ }}",
        "{{ name.upper() }}",
        "{{ range(10) }}",
        "{{ 'x' * 10 }}",
        "{{ 10 ** 9 }}",
        "{{ '%9d' % 1 }}",
        "{{ name | center(99999999) }}",
        "{{ 1 // 0 }}",
        "{% include '../../app.py' %}",
        "x" * 20_001,
    ],
)
@pytest.mark.parametrize("part", ["subject", "text", "html"])
def test_words_that_make_no_letter_are_refused_by_part(part: str, source: str) -> None:
    words = {"subject": OWN.subject, "text": OWN.text, "html": OWN.html} | {part: source}
    assert set(letters.problems(TEMPLATES, "welcome", Wording(**words), facts_of("welcome"))) == {part}
