"""Take the README's screenshots of a demo shop: served here, in a folder of its own, for as long as it takes."""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
ADDRESS = "127.0.0.1:5198"
BROWSER = os.environ.get("SMARTSHOP_TEST_CHROMIUM", "/usr/bin/chromium")
PATIENCE_SECONDS = 120
CHOICES = "smartshop_choices"
"""A visitor who has answered, so that no question stands before the shop."""


def main() -> None:
    with tempfile.TemporaryDirectory() as instance:
        environment = {**os.environ, "SMARTSHOP_INSTANCE": instance, "SMARTSHOP_BIND": ADDRESS}
        server = subprocess.Popen([sys.executable, str(ROOT / "app.py")], cwd=ROOT, env=environment)
        try:
            _wait()
            accounts = json.loads((Path(instance) / "demo-accounts.json").read_text(encoding="utf-8"))
            _shoot(accounts[0])
        finally:
            server.terminate()
            server.wait(timeout=30)


def _wait() -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://{ADDRESS}/readyz", timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise SystemExit("The demo shop did not start.")


def _shoot(admin: dict[str, str]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": CHOICES, "value": "2:", "url": f"http://{ADDRESS}"}])
        page = context.new_page()
        _save(page, "/", "home")
        _save(page, "/p/architects-desk-lamp", "product")
        page.goto(f"http://{ADDRESS}/sign-in")
        page.fill("input[name=email]", admin["email"])
        page.fill("input[name=password]", admin["password"])
        page.press("input[name=password]", "Enter")
        _save(page, "/admin/", "dashboard")
        page.goto(f"http://{ADDRESS}/admin/customers")
        page.locator("main table tbody a").first.click()
        _save(page, None, "customer")
        browser.close()


def _save(page: Page, path: str | None, name: str) -> None:
    if path is not None:
        page.goto(f"http://{ADDRESS}{path}")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)
    page.screenshot(path=str(ROOT / "docs" / "img" / f"{name}.png"))


if __name__ == "__main__":
    main()
