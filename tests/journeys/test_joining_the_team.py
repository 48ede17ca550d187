"""An invitation by mail, in the browser of whom it is for."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories import PASSWORD
from tests.inbox import newest_letter_to
from tests.journeys.conftest import Visit
from tests.journeys.live_shop import ROOT, LiveShop

pytestmark = pytest.mark.browser
NEW = "grace@example.com"


def test_somebody_is_invited_opens_the_link_and_works_here(shop: LiveShop, visit: Visit) -> None:
    admin, guest = visit(who=ROOT), visit()
    admin.goto("/admin/team/invite")
    admin.get_by_label("E-mail address").fill(NEW)
    admin.get_by_role("checkbox", name="Support").check()
    admin.get_by_role("button", name="Send the invitation").click()
    expect(admin.get_by_role("main")).to_contain_text(NEW)
    with shop.app.app_context():
        link = re.search(r"/invitation/\S+", newest_letter_to(NEW).text)
    assert link is not None
    guest.goto(link[0])
    guest.get_by_label("Your name").fill("Grace Joined")
    guest.get_by_label("Password").fill(PASSWORD)
    guest.get_by_role("button", name="Join the team").click()
    expect(guest.get_by_text("Welcome to the team.")).to_be_visible()
