"""Pictures of a product: what staff sends, what is kept of it, and what the shop shows."""

import os
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.catalog.models import Product, ProductImage
from smartshop.catalog.operations import picture_files
from smartshop.catalog.operations import pictures as operations
from smartshop.catalog.queries import pictures
from smartshop.catalog.rules import pictures as rules
from smartshop.identity.rules.roles import Role
from smartshop.kernel import clock
from smartshop.kernel.audit import SYSTEM, AuditRecord
from smartshop.kernel.errors import Invalid
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests import competing
from tests.browser_client import ShopClient
from tests.catalog.photographs import jpeg
from tests.factories import Goods, make_product, make_variant
from tests.row_counts import nothing_changes
from tests.web.admin.conftest import Enter

FAR_AGO = 3 * 24 * 60 * 60


@pytest.fixture
def keeper(enter: Enter) -> ShopClient:
    return enter(Role.CATALOG_MANAGER)


@pytest.fixture
def uploads(app: Flask) -> Path:
    return Path(app.instance_path) / "uploads"


def page_of(goods: Goods) -> str:
    return f"/admin/products/{goods.product_id}/pictures"


def paths_of(goods: Goods) -> list[str]:
    db.session.rollback()
    return [each.path for each in pictures.of_product(goods.product_id)]


def main_picture(goods: Goods) -> str:
    db.session.rollback()
    return db.session.get_one(Product, goods.product_id).image_path


def add(uploads: Path, goods: Goods, *colours: str) -> list[str]:
    """Add pictures without a browser; returns their paths."""
    files = [(f"{colour}.jpg", jpeg(colour)) for colour in colours]
    operations.add(product_id=goods.product_id, files=files, uploads=uploads, actor=SYSTEM)
    return paths_of(goods)


def grow_old(uploads: Path) -> None:
    then = clock.now().timestamp() - FAR_AGO
    for file in (uploads / rules.FOLDER).glob("*/*"):
        os.utime(file, (then, then))


def test_pictures_that_are_sent_show_in_the_shop(keeper: ShopClient, uploads: Path) -> None:
    goods = make_product(name="Blue mug")
    page = keeper.send_files(page_of(goods), "pictures", [("a.jpg", jpeg()), ("b.jpg", jpeg("#123456"))])
    assert (page.status_code, "2 pictures are added" in page.text) == (200, True)
    first, second = paths_of(goods)
    assert main_picture(goods) == first
    shop = keeper.get(f"/p/{goods.slug}").text
    for path in (first, second):
        assert f"/media/{path}" in shop
        assert f"/media/{rules.narrower(path, 320)} 320w" in shop
    assert 'width="400" height="500"' in shop
    assert 'alt="Blue mug, view 2"' in shop
    for path in (first, rules.narrower(first, 320)):
        answer = keeper.get(f"/media/{path}")
        assert (answer.status_code, answer.mimetype) == (200, "image/webp")
        assert {"immutable", "max-age=31536000"} <= set(answer.headers["Cache-Control"].split(", "))
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert db.session.scalars(sa.select(AuditRecord.action).order_by(AuditRecord.id.desc())).first() == (
        "product.pictures_added"
    )


def test_of_several_files_the_bad_ones_are_named_and_the_good_ones_kept(keeper: ShopClient) -> None:
    goods = make_product()
    sent = [
        ("good.jpg", jpeg()),
        ("../../<b>evil</b>.jpg", b"<script>alert(1)</script>"),
        ("same.jpg", jpeg()),
    ]
    page = keeper.send_files(page_of(goods), "pictures", sent).text
    assert "One picture is added" in page
    assert "Not added: b&gt;.jpg: It is damaged, or no picture" in page
    assert "same.jpg: The product has this picture already" in page
    assert len(paths_of(goods)) == 1


def test_when_nothing_can_be_kept_nothing_changes(keeper: ShopClient, uploads: Path) -> None:
    goods = make_product()
    with nothing_changes():
        answer = keeper.send_files(page_of(goods), "pictures", [("shell.php.jpg", b"<?php evil(); ?>")])
    assert (answer.status_code, "shell.php.jpg" in answer.text) == (422, True)
    assert "Send JPEG, PNG, WebP, GIF or AVIF" in answer.text
    assert not uploads.exists()


def test_no_file_at_all_is_said_by_the_field(keeper: ShopClient) -> None:
    goods = make_product()
    with nothing_changes():
        answer = keeper.post(page_of(goods))
    assert (answer.status_code, "Choose one picture at least" in answer.text) == (422, True)


def test_staff_may_send_more_at_once_than_others(keeper: ShopClient, visitor: ShopClient) -> None:
    goods, nine_megabytes = make_product(), [("big.jpg", b"\0" * 9 * 1024**2)]
    assert keeper.send_files(page_of(goods), "pictures", nine_megabytes).status_code == 422
    other = visitor.send_files(page_of(goods), "pictures", nine_megabytes)
    assert (other.status_code, "at most 1 MB at a time" in other.text) == (413, True)


def test_more_than_staff_may_send_is_refused_with_the_limit(keeper: ShopClient) -> None:
    goods = make_product()
    with nothing_changes():
        answer = keeper.send_files(page_of(goods), "pictures", [("a.jpg", b"\0" * 41 * 1024**2)])
    assert (answer.status_code, "at most 40 MB at a time" in answer.text) == (413, True)


def test_thirteen_at_once_are_one_too_many(keeper: ShopClient) -> None:
    goods = make_product()
    sent = [(f"{number}.jpg", b"nothing") for number in range(rules.MOST_AT_ONCE)]
    page = keeper.send_files(page_of(goods), "pictures", [*sent, ("last.jpg", jpeg())])
    assert "last.jpg</strong>: Send at most 12 at a time" in page.text


def test_a_product_has_at_most_so_many(uploads: Path, app: Flask) -> None:
    goods = make_product()
    rows = [
        {"product_id": goods.product_id, "path": f"{place}.svg", "position": place}
        for place in range(rules.MOST_OF_A_PRODUCT)
    ]
    with unit_of_work():
        db.session.execute(sa.insert(ProductImage), rows)
    with nothing_changes(), pytest.raises(Invalid, match="at most 24 pictures"):
        add(uploads, goods, "red")


def test_a_picture_is_described_and_belongs_to_a_variant(keeper: ShopClient, uploads: Path) -> None:
    goods = make_product(name="Throw")
    blue = make_variant(product_id=goods.product_id, name="Blue", position=1)
    add(uploads, goods, "blue")
    image = pictures.of_product(goods.product_id)[0]
    action = f"{page_of(goods)}/{image.id}"
    keeper.get(page_of(goods))
    keeper.submit(action, {"alt": "  A blue   throw ", "variant": str(blue)})
    db.session.rollback()
    kept = pictures.of_product(goods.product_id)[0]
    assert (kept.alt, kept.variant_id) == ("A blue throw", blue)
    with nothing_changes():
        keeper.submit(action)
    assert 'alt="A blue throw"' in keeper.get(f"/p/{goods.slug}").text


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"alt": "  "}, "Say in at most 255"),
        ({"alt": "x" * 256}, "Say in at most 255"),
        ({"alt": "Fine", "variant": "4711"}, "one of the variants"),
        ({"alt": "Fine", "variant": "blue"}, "one of the variants"),
    ],
)
def test_a_bad_description_changes_nothing(
    keeper: ShopClient, uploads: Path, answers: dict[str, str], said: str
) -> None:
    goods, other = make_product(), make_product()
    make_variant(product_id=goods.product_id, position=1)
    add(uploads, goods, "red")
    image = pictures.of_product(goods.product_id)[0].id
    for sent in (answers, {"alt": "Fine", "variant": str(other.variant_id)}):
        with nothing_changes():
            answer = keeper.post(f"{page_of(goods)}/{image}", sent)
        assert answer.status_code == 422
    assert said in keeper.post(f"{page_of(goods)}/{image}", answers).text


def test_the_order_changes_by_buttons_and_lists_show_the_first(keeper: ShopClient, uploads: Path) -> None:
    goods = make_product()
    one, two, three = add(uploads, goods, "red", "green", "blue")
    last = pictures.of_product(goods.product_id)[2].id
    for expected in ([one, three, two], [three, one, two], [three, one, two]):
        assert keeper.post(f"{page_of(goods)}/{last}/move", {"to": "up"}).status_code == 200
        assert paths_of(goods) == expected
    assert main_picture(goods) == three
    keeper.post(f"{page_of(goods)}/{last}/move", {"to": "down"})
    assert (paths_of(goods), main_picture(goods)) == ([one, three, two], one)


def test_a_removed_picture_leaves_the_shop_and_later_the_disk(keeper: ShopClient, uploads: Path) -> None:
    goods = make_product()
    one, two = add(uploads, goods, "red", "green")
    image = pictures.of_product(goods.product_id)[0].id
    assert "The picture is removed" in keeper.post(f"{page_of(goods)}/{image}/remove").text
    assert (paths_of(goods), main_picture(goods)) == ([two], two)
    assert keeper.post(f"{page_of(goods)}/{image}/remove").status_code == 404
    assert picture_files.sweep(uploads=uploads) == 0
    grow_old(uploads)
    assert picture_files.sweep(uploads=uploads) == 2
    assert [(uploads / path).exists() for path in (one, two)] == [False, True]
    assert (uploads / rules.narrower(two, 320)).exists()


def test_a_file_written_anew_while_the_shop_is_tidied_stays(
    uploads: Path, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    goods, other = make_product(), make_product()
    (path,) = add(uploads, goods, "red")
    operations.remove(
        product_id=goods.product_id, image_id=pictures.of_product(goods.product_id)[0].id, actor=SYSTEM
    )
    grow_old(uploads)
    shown = picture_files._shown

    def as_it_was() -> set[str]:
        found = shown()
        competing.elsewhere(app, lambda: add(uploads, other, "red"))
        return found

    monkeypatch.setattr(picture_files, "_shown", as_it_was)
    assert picture_files.sweep(uploads=uploads) == 0
    assert paths_of(other) == [path]
    assert (uploads / path).exists()


def test_two_who_add_at_once_both_succeed(any_app: Flask) -> None:
    goods, folder = make_product(), Path(any_app.instance_path) / "uploads"
    works = [partial(add, folder, goods, colour) for colour in ("red", "green", "blue")]
    done = competing.together(any_app, works)
    assert not [found for found in done if isinstance(found, Exception)]
    positions = sa.select(ProductImage.position).where(ProductImage.product_id == goods.product_id)
    assert sorted(db.session.scalars(positions)) == [0, 1, 2]


def test_two_who_move_at_once_leave_an_order(any_app: Flask) -> None:
    goods, folder = make_product(), Path(any_app.instance_path) / "uploads"
    before = add(folder, goods, "red", "green", "blue")
    ids = [each.id for each in pictures.of_product(goods.product_id)]
    moves = [
        partial(operations.move, product_id=goods.product_id, image_id=image, is_up=True, actor=SYSTEM)
        for image in ids[1:]
    ]
    done = competing.together(any_app, moves)
    assert done == [None, None]
    assert sorted(paths_of(goods)) == sorted(before)
    assert main_picture(goods) == paths_of(goods)[0]


def test_pictures_of_another_product_are_not_found(keeper: ShopClient, uploads: Path) -> None:
    goods, other = make_product(), make_product()
    add(uploads, other, "red")
    image = pictures.of_product(other.product_id)[0].id
    for action in ("", "/move", "/remove"):
        with nothing_changes():
            assert keeper.post(f"{page_of(goods)}/{image}{action}", {"alt": "Mine"}).status_code == 404
    assert (
        keeper.send_files("/admin/products/4711/pictures", "pictures", [("a.jpg", jpeg())]).status_code == 404
    )
