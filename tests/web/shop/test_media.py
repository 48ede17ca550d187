from pathlib import Path

import pytest
from flask import Flask

from tests.browser_client import ShopClient


@pytest.fixture
def picture(app: Flask) -> Path:
    path = Path(app.instance_path) / "uploads" / "products" / "mug.svg"
    path.parent.mkdir(parents=True)
    path.write_text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    return path


def test_a_picture_is_sent_and_may_do_nothing_but_be_shown(visitor: ShopClient, picture: Path) -> None:
    answer = visitor.get("/media/products/mug.svg")
    assert answer.data == picture.read_bytes()
    assert answer.mimetype == "image/svg+xml"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["../shop.db", "products/../../shop.db", "%2e%2e/shop.db", "/etc/passwd", "products", "no.svg"]
)
def test_nothing_but_pictures_leaves_the_instance(visitor: ShopClient, picture: Path, path: str) -> None:
    assert visitor.get(f"/media/{path}").status_code == 404
