"""Names and addresses in words that have no end: no page grows wider than a phone."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.models import Order
from tests.factories import HOME, make_order, make_product
from tests.journeys.conftest import PHONE, Visit
from tests.journeys.live_shop import ROOT, LiveShop
from tests.journeys.steps import width_to_spare

pytestmark = pytest.mark.browser
WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


def test_words_without_an_end_make_no_page_wider_than_a_phone(shop: LiveShop, visit: Visit) -> None:
    address = replace(HOME, name=WORD, line1=WORD, city=WORD)
    with shop.app.app_context():
        goods = make_product(name=WORD, on_hand=5)
        number = make_order(lines=[(goods, 1)], email=f"{WORD[:60]}@{WORD[:20]}.example")
        with unit_of_work():
            db.session.execute(
                sa.update(Order).where(Order.number == number).values(address=address.frozen())
            )
    page = visit(who=ROOT, viewport=PHONE)
    own = f"/admin/products/{goods.product_id}"
    staff = (own, f"{own}/stock", f"{own}/pictures", f"{own}/preview", f"{own}/related", "/admin/orders")
    for path in (f"/p/{goods.slug}", *staff, f"/admin/orders/{number}"):
        page.goto(path)
        assert width_to_spare(page) == 0, path
    guest = visit(viewport=PHONE)
    for path in (f"/orders/{number}", f"/orders/{number}/cancel"):
        guest.goto(path)
        assert width_to_spare(guest) == 0, path
