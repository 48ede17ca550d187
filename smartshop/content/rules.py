"""What staff may write on a page of text, and how it becomes HTML that can do no harm."""

import re
from dataclasses import dataclass, replace

from smartshop.kernel.errors import Invalid
from smartshop.kernel.legible import is_legible

LONGEST_TITLE = 120
LONGEST_SLUG = 120
LONGEST_BODY = 50_000
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
TAGS = frozenset(
    [
        "a",
        "blockquote",
        "br",
        "code",
        "em",
        "h2",
        "h3",
        "h4",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "strong",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
SCHEMES = frozenset({"http", "https", "mailto", "tel"})


@dataclass(frozen=True)
class PageFacts:
    """What a page says; ``body`` is Markdown."""

    title: str
    slug: str
    body: str
    is_published: bool
    is_in_footer: bool


def checked(facts: PageFacts) -> PageFacts:
    """The facts without stray blanks.

    Raises Invalid.
    """
    tidy = replace(
        facts,
        title=" ".join(facts.title.split()),
        slug=facts.slug.strip(),
        body=facts.body.replace("\r\n", "\n").strip(),
    )
    problems = {}
    if not 1 <= len(tidy.title) <= LONGEST_TITLE or not is_legible(tidy.title):
        problems["title"] = f"Give it a title, in at most {LONGEST_TITLE} characters."
    if not SLUG.fullmatch(tidy.slug) or len(tidy.slug) > LONGEST_SLUG:
        problems["slug"] = (
            "Use small letters a to z, digits and single hyphens, such as delivery-and-returns."
        )
    if not 1 <= len(tidy.body) <= LONGEST_BODY:
        problems["body"] = f"Write something, in at most {LONGEST_BODY:,} characters."
    if problems:
        raise Invalid("Something is not right yet. Nothing was saved.", problems)
    return tidy


def rendered(body: str) -> str:
    """The Markdown as HTML: headings from the second level down, links to pages and mail, no HTML of its own."""
    import nh3
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    tokens = reader.parse(body)
    for token in tokens:
        if token.tag in {"h1", "h5", "h6"}:
            token.tag = "h2" if token.tag == "h1" else "h4"
    return nh3.clean(
        reader.renderer.render(tokens, reader.options, {}),
        tags=set(TAGS),
        attributes={"a": {"href", "title"}},
        url_schemes=set(SCHEMES),
        link_rel="noopener noreferrer nofollow",
    )
