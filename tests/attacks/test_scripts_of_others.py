"""Markup typed into every text of every form and put into every query, shown in a real browser: all of it stays text."""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, sync_playwright

from smartshop.catalog.operations import listing
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.attacks import markup, watching
from tests.attacks.filling import Typed, type_everywhere
from tests.attacks.sheets import sheets_of
from tests.attacks.stocked import ADMIN, CUSTOMER, Stock, routes
from tests.browser_client import ShopClient
from tests.house.access_table import EVERYBODY
from tests.row_counts import contents

pytestmark = pytest.mark.browser

GUEST = ""
NO_PAGES = (".pdf", ".csv", ".xml", ".txt", ".svg")
LEAST_ACCEPTED = 60
"""Texts that must have been taken, so that refusing everything is no way to pass."""
MOST_NEVER_SHOWN = 4
"""Texts that no page shows: the name of somebody who has not confirmed their address, a reason told by e-mail."""
PAST_THE_FORMS = {
    "people": ("country",),
    "product_images": ("path",),
    "search_misses": ("query",),
    "sign_ins": ("user_agent",),
    "orders": ("shipping_method",),
    "order_lines": ("product_name", "variant_name"),
    "emails": ("recipient", "error"),
    "audit_records": (),
}
"""What no form takes as it is, and which is written past them all the same."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = watching.launch(playwright)
        yield started
        started.close()


def addresses_of(stock: Stock, who: str) -> list[str]:
    """Every page, once: a guest sees those for everybody, the admin the admin's, a customer the others and a checkout."""
    found = []
    for _, route in routes("GET"):
        address = route.address.format(**stock.names)
        is_admins, is_for_all = address.startswith("/admin"), route.who == EVERYBODY
        reader = ADMIN if is_admins else GUEST if is_for_all else CUSTOMER
        is_both = address in {"/cart", "/checkout"} and who == CUSTOMER
        if (reader == who or is_both) and not address.partition("?")[0].endswith(NO_PAGES):
            found.append(address)
    return found


def enter(stock: Stock, who: str) -> ShopClient:
    headers = {"User-Agent": f"Mozilla {markup.MARKUP[1].format(n=0)}"}
    visitor = stock.signed_in(who, **headers) if who else stock.visitor(**headers)
    visitor.post("/cart/add", {"variant_id": str(stock.names["variant"]), "quantity": "1"})
    return visitor


def write_past_the_forms() -> None:
    """Into columns where no markup is yet."""
    with unit_of_work():
        for number, (name, columns) in enumerate(PAST_THE_FORMS.items()):
            table = db.metadata.tables[name]
            for column in set(columns) & set(table.columns.keys()):
                most = getattr(table.c[column].type, "length", None)
                text = markup.for_field(number, longest=most, is_long=False)
                db.session.execute(sa.update(table).values({column: text}))
        reviews = db.metadata.tables["reviews"]
        db.session.execute(sa.update(reviews).values(state="published"))
        product_ids = db.session.scalars(sa.select(db.metadata.tables["products"].c.id)).all()
        listing.refresh(list(product_ids))


def linked_from(visitor: ShopClient, stock: Stock, addresses: list[str]) -> list[str]:
    """Pages that these lead to and that are not among them, such as those of what was made: two of a kind at most."""
    adapter, kinds, found = stock.app.url_map.bind("localhost"), dict[str, int](), list[str]()
    known = {urlsplit(address).path for address in addresses}
    for address in addresses:
        answer = visitor.get(address)
        links = re.findall(r'<a [^>]*href="(/[^"#?]*)', answer.text) if answer.mimetype == "text/html" else []
        for link in dict.fromkeys(map(unescape, links)):
            endpoint = adapter.match(link, method="GET")[0] if adapter.test(link, method="GET") else ""
            if endpoint and link not in known and not link.endswith(NO_PAGES) and kinds.get(endpoint, 0) < 2:
                kinds[endpoint] = kinds.get(endpoint, 0) + 1
                known.add(link)
                found.append(link)
    return found


@pytest.mark.slow
def test_what_people_type_runs_on_no_page(stock: Stock, browser: Browser) -> None:
    reported = reports_in(stock)
    typed, visitors = Typed(), {who: enter(stock, who) for who in (CUSTOMER, GUEST, ADMIN)}
    for who, visitor in visitors.items():
        type_everywhere(visitor, addresses_of(stock, who), typed)
    stored = markup.numbers_in(row for rows in contents(leaving_out=()).values() for row in rows)
    accepted = {typed.fields[number] for number in stored & typed.fields.keys()}
    assert len(accepted) >= LEAST_ACCEPTED, sorted(accepted)
    write_past_the_forms()
    troubles, seen, shown = [], 0, set[int]()
    for who, visitor in visitors.items():
        addresses = addresses_of(stock, who)
        addresses += linked_from(visitor, stock, addresses)
        with watching.watching(browser, base_of(stock), visitor.cookies) as watch:
            troubles += watching.all_troubles(watch, addresses)
            seen, shown = seen + watch.seen, shown | watch.shown
    assert troubles == []
    assert seen > 120
    never = {typed.fields[number] for number in (stored & typed.fields.keys()) - shown}
    assert len(never) <= MOST_NEVER_SHOWN, never
    assert replayed(stock, browser, typed) == []
    assert reports_in(stock) == reported


def reports_in(stock: Stock) -> int:
    """How often a browser has told the shop that the content policy refused something."""
    log = stock.app.config["SETTINGS"].instance.parent / "shop.log"
    return int(log.read_text(encoding="utf-8").count("content_policy_refused"))


def base_of(stock: Stock) -> str:
    return f"http://127.0.0.1:{stock.port}"


def replayed(stock: Stock, browser: Browser, typed: Typed) -> list[str]:
    """What is wrong on the pages that repeat what was refused: each is read, one of each address is shown."""
    assert len(typed.answers) > 80
    shown = {path: answer for (path, _), answer in typed.answers.items()}
    with watching.watching(browser, base_of(stock), {}) as watch:
        read = watch.troubles_read([answer.text for answer in typed.answers.values()])
        return read + [
            trouble
            for path, answer in shown.items()
            for trouble in watch.troubles_in(
                f"{base_of(stock)}{path}?shown", answer.status_code, dict(answer.headers), answer.text
            )
        ]


def queries_of(html: str, address: str) -> set[tuple[str, str]]:
    """The parameters that a page's forms and links give to addresses, as (path, name)."""
    forms = {
        (sheet.path, one.name)
        for sheet in sheets_of(html, urlsplit(address).path)
        if sheet.method == "get"
        for one in sheet.inputs
        if one.name
    }
    links = {
        (parts.path or urlsplit(address).path, name)
        for link in re.findall(r'href="([/?][^"#]*)', html)
        for parts in [urlsplit(unescape(link))]
        for name in parse_qs(parts.query)
    }
    return forms | {(path, name) for path, name in links if not path.startswith("/static")}


@pytest.mark.slow
def test_what_an_address_says_runs_on_no_page(stock: Stock, browser: Browser) -> None:
    asked, repeating = 0, 0
    for who in (CUSTOMER, GUEST, ADMIN):
        visitor = enter(stock, who)
        answers = {address: visitor.get(address) for address in asking(visitor, addresses_of(stock, who))}
        assert [address for address, answer in answers.items() if answer.status_code >= 500] == []
        repeated = [
            (address, answer.text)
            for address, answer in answers.items()
            if answer.mimetype == "text/html" and "data-hit" in answer.text
        ]
        asked, repeating = asked + len(answers), repeating + len(repeated)
        with watching.watching(browser, base_of(stock), visitor.cookies) as watch:
            assert watch.troubles_read([text for _, text in repeated]) == []
            shown = {urlsplit(address).path: address for address, _ in repeated}
            assert watching.all_troubles(watch, shown.values()) == []
    assert asked > 150
    assert repeating > 40


def asking(visitor: ShopClient, addresses: list[str]) -> Iterator[str]:
    """Addresses with markup in each parameter that the pages know, and in the path."""
    found = set[tuple[str, str]]()
    for page in addresses:
        answer = visitor.get(page)
        if answer.mimetype == "text/html":
            found |= queries_of(answer.text, page) | {
                (urlsplit(page).path, "next"),
                (urlsplit(page).path, "q"),
            }
    for number, (path, name) in enumerate(sorted(found)):
        yield f"{path}?{name}={quote(markup.MARKUP[number % len(markup.MARKUP)].format(n=number))}"
    for text in markup.MARKUP:
        yield f"/nowhere/{quote(text.format(n=0))}"


def test_the_watch_sees_what_it_should(browser: Browser) -> None:
    for text in markup.MARKUP[:5]:
        assert _seen(browser, f'<p title="{text.format(n=1)}">{text.format(n=1)}</p>'), text
    assert _seen(browser, f"<p>{41 * 271}</p>") == ["template code was computed"]
    assert _seen(browser, "<p>Nothing</p>") == []


def _seen(browser: Browser, body: str) -> list[str]:
    policy: Mapping[str, str] = {"content-type": "text/html", "content-security-policy": "script-src 'self'"}
    with watching.watching(browser, "http://127.0.0.1", {}) as watch:
        found = watch.troubles_in(
            "http://127.0.0.1/page", 200, policy, f"<!doctype html><title>x</title>{body}"
        )
    return [trouble.partition(": ")[2] for trouble in found]
