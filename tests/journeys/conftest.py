"""One running shop and one browser a session; every test gets a fresh browser profile."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Route,
    StorageState,
    ViewportSize,
    sync_playwright,
)

from smartshop.kernel.config import ROOT
from tests import requirements
from tests.factories import PASSWORD
from tests.journeys.live_shop import LiveShop, running

PATIENCE_MS = 10_000
WIDE: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


class Visit(Protocol):
    """Opens a page of a fresh browser profile, with Playwright's context options; signed in when ``who`` is given."""

    def __call__(self, *, who: str = "", **options: Any) -> Page: ...


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveShop]:
    requirements.chromium()
    with running(tmp_path_factory.mktemp("live")) as shop:
        yield shop


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=requirements.chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    path = ROOT / "static" / "vendor" / "axe-core" / "axe.min.js"
    if not path.is_file():
        requirements.missing("browser", "axe-core is not in static/vendor (flask assets pull --dev)")
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def signed_in(shop: LiveShop, browser: Browser) -> Callable[[str], StorageState]:
    """The cookies of a person, who signs in once a session."""
    known: dict[str, StorageState] = {}

    def state_of(who: str) -> StorageState:
        if who not in known:
            context = browser.new_context(base_url=shop.url)
            context.add_cookies([{"name": "smartshop_choices", "value": "2:apm", "url": shop.url}])
            page = context.new_page()
            page.goto("/sign-in")
            page.get_by_label("E-mail address").fill(who)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url(lambda url: "/sign-in" not in url)
            known[who] = context.storage_state()
            context.close()
        return known[who]

    return state_of


@pytest.fixture
def visit(shop: LiveShop, browser: Browser, signed_in: Callable[[str], StorageState]) -> Iterator[Visit]:
    """Fails the test when a page reports an error of its scripts or of the content policy."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_page(*, who: str = "", **options: Any) -> Page:
        settings: dict[str, Any] = {"viewport": WIDE, "reduced_motion": "reduce", **options}
        if who:
            settings["storage_state"] = signed_in(who)
        context = browser.new_context(base_url=shop.url, **settings)
        contexts.append(context)
        context.add_cookies([{"name": "smartshop_choices", "value": "2:apm", "url": shop.url}])
        context.set_default_timeout(PATIENCE_MS)
        context.route(lambda url: not url.startswith(shop.url), _keep_inside)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda message: _note(troubles, message.type, message.text))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def _keep_inside(route: Route) -> None:
    route.abort()


def _note(troubles: list[str], kind: str, text: str) -> None:
    """A refused form answers 4xx, which the browser also calls an error: that one is meant."""
    if kind == "error" and not text.startswith("Failed to load resource"):
        troubles.append(text)


@pytest.fixture
def page(visit: Visit) -> Page:
    """A guest's page on a wide screen."""
    return visit()
