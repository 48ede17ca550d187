"""A real browser that notices when anything runs on a page, or was about to, that is not the shop's own."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, Playwright, Route

from tests import requirements
from tests.attacks.markup import COMPUTED

ALONE = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
OWN_LIBRARIES = "https://cdn.jsdelivr.net"
WATCH = f"""
window.troubles = [];
window.hit = () => window.troubles.push("a script of others ran");
window.alert = window.confirm = window.prompt = () => window.hit();
document.addEventListener("securitypolicyviolation", (event) => {{
  if (!event.blockedURI.startsWith("{OWN_LIBRARIES}"))
    window.troubles.push(`${{event.violatedDirective}}: ${{event.blockedURI}} ${{event.sample}}`);
}});
"""
"""Before anything else on a page: what markup of others calls, dialogs, and what the content policy refused."""
FOREIGN = "[data-hit], a[href^='javascript:' i], [onerror], [onload], [onfocus], [ontoggle]"
IN_A_PAGE = f"""(page) => [
  ...[...page.querySelectorAll("{FOREIGN}")].map((found) => `markup of others: ${{found.outerHTML.slice(0, 120)}}`),
  ...(page.documentElement.textContent.includes("{COMPUTED}") ? ["template code was computed"] : []),
]"""
LOOK = f"() => [...window.troubles, ...({IN_A_PAGE})(document)]"
SHOWN = "() => [...document.documentElement.outerHTML.matchAll(/data-hit=(\\d+)/g)].map((found) => Number(found[1]))"
READ = f"""(texts) => texts.flatMap((text, number) =>
  ({IN_A_PAGE})(new DOMParser().parseFromString(text, "text/html")).map((trouble) => `${{number}}: ${{trouble}}`))"""
"""The same in pages that are read as the browser reads them, and not shown."""


def launch(playwright: Playwright) -> Browser:
    """Chromium, which reaches no machine but this."""
    return playwright.chromium.launch(executable_path=requirements.chromium(), args=list(ALONE))


class Watch:
    """Pages of one visitor's browser."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.seen = 0
        self.shown: set[int] = set()
        """The fields whose markup stood on a page, as text."""
        self.dialogs: list[str] = []
        page.on("dialog", self._dismiss)

    def _dismiss(self, dialog: object) -> None:
        self.dialogs.append(repr(dialog))
        dialog.dismiss()  # type: ignore[attr-defined]

    def troubles_at(self, address: str) -> list[str]:
        """What is wrong on the page at an address; nothing on what is no page."""
        answer = self._page.goto(address, wait_until="domcontentloaded")
        if answer is None or "text/html" not in answer.headers.get("content-type", ""):
            return []
        assert answer.status < 500, address
        return self._found(address)

    def troubles_in(self, address: str, status: int, headers: Mapping[str, str], body: str) -> list[str]:
        """What is wrong on a page that was the answer to a form, shown as it was sent."""

        def replay(route: Route) -> None:
            route.fulfill(status=status, headers=dict(headers), body=body)

        self._page.route(address, replay)
        try:
            return self.troubles_at(address)
        finally:
            self._page.unroute(address, replay)

    def troubles_read(self, texts: Sequence[str]) -> list[str]:
        """What of others became markup in these pages, as the browser reads them."""
        found: list[str] = self._page.evaluate(READ, list(texts))
        return found

    def _found(self, address: str) -> list[str]:
        self.seen += 1
        self.shown |= set(self._page.evaluate(SHOWN))
        return [f"{address}: {trouble}" for trouble in [*self._page.evaluate(LOOK), *self.dialogs]]


@contextmanager
def watching(browser: Browser, base_url: str, cookies: Mapping[str, str]) -> Iterator[Watch]:
    """The browser of somebody who has these cookies."""
    context = browser.new_context(base_url=base_url, accept_downloads=False)
    context.add_init_script(WATCH)
    context.add_cookies([{"name": n, "value": v, "url": base_url} for n, v in cookies.items()])
    yield Watch(context.new_page())
    context.close()


def all_troubles(watch: Watch, addresses: Iterable[str]) -> list[str]:
    """What is wrong on any of these pages."""
    return [trouble for address in addresses for trouble in watch.troubles_at(address)]
