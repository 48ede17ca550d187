"""Markdown of a page of text as HTML: what it may say, and what it may not do."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartshop.content import rules

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "<style>*{background:url(javascript:alert(1))}</style>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6A;avascript&colon;alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](data:image/svg+xml,<svg onload=alert(1)>)",
    "[x](file:///etc/passwd)",
    '[x](https://example.com "onmouseover=alert(1)")',
    '[x](https://example.com" onmouseover="alert(1))',
    "[x](<javascript:alert(1)>)",
    "[x]\n\n[x]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
    '![x](x" onerror="alert(1))',
    "![tracker](https://example.com/pixel.gif)",
    "`<script>alert(1)</script>`",
    "```html\n<script>alert(1)</script>\n```",
    "```<img src=x onerror=alert(1)>\nx\n```",
    '| <b onclick="alert(1)">x</b> |\n|---|\n| <script>alert(1)</script> |',
    "<!--><script>alert(1)</script>-->",
    "<details open ontoggle=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
]


class Elements(HTMLParser):
    """What a browser would make of it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


def harmless(html: str) -> None:
    read = Elements()
    read.feed(html)
    assert read.tags <= rules.TAGS, html
    for tag, name, value in read.attributes:
        assert (tag, name) in {("a", "href"), ("a", "title"), ("a", "rel")}, html
        if name == "href":
            scheme = re.match(r"\s*([a-zA-Z][\w+.-]*):", value)
            assert scheme is None or scheme[1].lower() in rules.SCHEMES, html


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_runs_comes_through(attack: str) -> None:
    for body in (attack, f"# {attack}", f"- {attack}", f"> {attack}", f"**{attack}**", f"a\n\n{attack}\n\nb"):
        harmless(rules.rendered(body))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([*ATTACKS, "[", "](", ")", "<", ">", '"', "\n", "`", "*", "text"]), max_size=6)
)
def test_nor_does_any_mixture(parts: list[str]) -> None:
    harmless(rules.rendered("".join(parts)))


def test_the_usual_marks_mean_what_they_mean() -> None:
    html = rules.rendered(
        "# One\n\n###### Six\n\n**bold** [shop](/search) <mail@example.com>\n\n- a\n\n|x|\n|-|\n|y|"
    )
    assert "<h2>One</h2>" in html
    assert "<h4>Six</h4>" in html
    assert "<strong>bold</strong>" in html
    assert '<a href="/search" rel="noopener noreferrer nofollow">shop</a>' in html
    assert 'href="mailto:mail@example.com"' in html
    assert "<td>y</td>" in html
    assert "<li>a</li>" in html


def test_html_is_shown_as_it_is_typed() -> None:
    assert "&lt;script&gt;" in rules.rendered("<script>alert(1)</script>")
