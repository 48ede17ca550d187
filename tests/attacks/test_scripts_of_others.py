"""Markup in every text that somebody may write, shown on every page in a real browser: all of it stays text."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, sync_playwright

from smartshop.catalog.operations import listing
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests import databases, requirements
from tests.attacks.crowd import attacked
from tests.attacks.stocked import ADMIN, fill, pages
from tests.factories import PASSWORD

pytestmark = pytest.mark.browser

MARKUP = (
    '"><b data-hit onfocus=hit() autofocus>',
    "'><img data-hit src=x onerror=hit()>",
    "</script><script data-hit>hit()</script>",
    "</title></textarea><svg data-hit onload=hit()>",
    "<a data-hit href=javascript:hit()>x</a>",
    "{{ 7*7 }}${7*7}<i data-hit>",
    "</template><style data-hit>*{color:red}</style>",
    "javascript:hit()//\u2028<b data-hit>",
)
"""Each breaks out of another place: an attribute in double or single quotes, a script, a title, a link, a template."""
WRITTEN = {
    "people": ("name", "country"),
    "addresses": ("name", "line1", "line2", "city", "phone"),
    "products": ("name", "description"),
    "variants": ("name",),
    "categories": ("name", "description"),
    "product_images": ("alt",),
    "reviews": ("author", "title", "body"),
    "text_pages": ("title", "body"),
    "promotions": ("name",),
    "shipping_zones": ("name",),
    "shipping_methods": ("name",),
    "tax_areas": ("name",),
    "tax_classes": ("name", "label"),
    "roles": ("label",),
    "orders": ("shipping_method",),
    "order_lines": ("product_name", "variant_name"),
    "search_misses": ("query",),
    "sign_ins": ("user_agent",),
}
"""What people write. Kinds, states and codes, which only the program writes, are not among it."""
WATCH = """
window.troubles = [];
window.hit = () => window.troubles.push("a script of others ran");
window.alert = window.confirm = window.prompt = () => window.hit();
document.addEventListener("securitypolicyviolation", (event) => {
  if (!event.blockedURI.startsWith("https://cdn.jsdelivr.net"))
    window.troubles.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
});
"""
LOOK = """() => [...window.troubles, ...[...document.querySelectorAll("[data-hit], a[href^='javascript:' i]")]
  .map((element) => `markup of others: ${element.outerHTML.slice(0, 120)}`)]"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=requirements.chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield started
        started.close()


def _write(table: sa.Table, column: str, text: str) -> int:
    """Into a column of every row, each a little different where no two may be the same."""
    most = getattr(table.c[column].type, "length", None) or 400
    keys = [tuple(row) for row in db.session.execute(sa.select(*table.primary_key))]
    with unit_of_work():
        for number, key in enumerate(keys):
            is_it = sa.and_(*(part == value for part, value in zip(table.primary_key, key, strict=True)))
            words = text[: most - len(str(number))] + str(number)
            db.session.execute(sa.update(table).where(is_it).values({column: words}))
    return len(keys)


def _write_everywhere() -> int:
    """Put markup into every text that is written; returns into how many rows."""
    written = 0
    for number, (name, columns) in enumerate(WRITTEN.items()):
        table = db.metadata.tables[name]
        for offset, column in enumerate(set(columns) & set(table.columns.keys())):
            written += _write(table, column, MARKUP[(number + offset) % len(MARKUP)])
    with unit_of_work():
        address = dict.fromkeys(("name", "line1", "line2", "city", "postcode"), MARKUP[0]) | {"country": "GB"}
        db.session.execute(sa.update(db.metadata.tables["orders"]).values(address=address))
        attributes = {MARKUP[1]: MARKUP[0]}
        db.session.execute(sa.update(db.metadata.tables["products"]).values(attributes=attributes))
        ids = db.session.scalars(sa.select(db.metadata.tables["products"].c.id)).all()
        listing.refresh(list(ids))
    return written


def _sign_in(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(ADMIN)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def _troubles_on(page: Page, address: str) -> list[str]:
    answer = page.goto(address, wait_until="domcontentloaded")
    if answer is None or "text/html" not in answer.headers.get("content-type", ""):
        return []
    assert answer.status < 500, address
    return [f"{address}: {trouble}" for trouble in page.evaluate(LOOK)]


@pytest.mark.slow
def test_what_people_write_runs_on_no_page(tmp_path: Path, browser: Browser) -> None:
    database = databases.SqliteDatabase(tmp_path)
    with database.app.app_context():
        shop = fill(database.app)
        assert _write_everywhere() > 40
        db.session.remove()
        db.engine.dispose()
    addresses = [page for page in pages(shop) if not page.endswith((".pdf", ".csv", ".xml", ".txt", ".svg"))]
    reflected = [
        f"{path}{quote(text)}"
        for text in MARKUP[:4]
        for path in ("/search?q=", "/search/suggest?q=", "/nowhere/", "/sign-in?next=/", "/search?sort=")
    ]
    with attacked(database.app, tmp_path) as target:
        context = browser.new_context(base_url=f"http://127.0.0.1:{target.port}", accept_downloads=False)
        context.add_init_script(WATCH)
        context.route("https://**", lambda route: route.abort())
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.dismiss())
        _sign_in(page)
        troubles = [
            trouble for address in [*addresses, *reflected] for trouble in _troubles_on(page, address)
        ]
        context.close()
    assert troubles == []


def test_the_watch_sees_what_it_should(browser: Browser) -> None:
    page = browser.new_page()
    page.add_init_script(WATCH)
    page.goto("data:text/html,<title>x</title>")
    page.set_content(f"<p>{MARKUP[1]}</p><script>window.hit()</script>")
    page.wait_for_function("window.troubles.length > 0")
    assert any("markup of others" in trouble for trouble in page.evaluate(LOOK))
    page.close()
