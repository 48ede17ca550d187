"""What is kept of a picture that somebody sent, and what is refused."""

import importlib
from io import BytesIO

import pytest
from PIL import Image

from smartshop.catalog.rules import decoding, pictures
from smartshop.catalog.rules.pictures import Picture, UnreadablePicture
from tests.catalog import photographs
from tests.catalog.photographs import GPS_MARK, drawn, encoded


def largest(picture: Picture) -> Image.Image:
    return Image.open(BytesIO(picture.files[picture.path]))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_every_usual_format_is_kept_as_webp(kind: str) -> None:
    kept = decoding.decode(encoded(drawn(), kind))
    assert (largest(kept).format, largest(kept).size) == ("WEBP", (400, 500))


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "RGBA", "I;16"])
def test_every_way_to_store_colours_is_read(mode: str) -> None:
    image = drawn().convert("L").convert("I;16") if mode == "I;16" else drawn(mode=mode)
    assert largest(decoding.decode(encoded(image, "PNG"))).mode == "RGB"


def test_colours_of_a_printer_become_those_of_a_screen() -> None:
    kept = largest(decoding.decode(encoded(drawn(mode="CMYK"))))
    red, green, blue = kept.convert("RGB").getpixel((200, 450))  # type: ignore[misc]
    assert (red > green > blue, kept.mode) == (True, "RGB")


def test_a_large_picture_is_kept_in_three_widths() -> None:
    kept = decoding.decode(encoded(drawn(3000, 3750)))
    sizes = {path: Image.open(BytesIO(data)).size for path, data in kept.files.items()}
    assert sorted(sizes.values()) == [(320, 400), (640, 800), (1280, 1600)]
    told = pictures.sizes(f"/media/{kept.path}")
    assert told is not None
    assert (told.width, told.height) == sizes[kept.path]
    assert [address.removeprefix("/media/") for address, _ in told.choices] == sorted(
        sizes, key=lambda path: sizes[path]
    )


def test_a_small_picture_is_not_made_larger() -> None:
    assert [
        Image.open(BytesIO(data)).size for data in decoding.decode(encoded(drawn(200, 250))).files.values()
    ] == [(200, 250)]


def test_where_a_picture_was_taken_is_not_kept() -> None:
    sent = photographs.with_place()
    assert GPS_MARK in sent
    assert Image.open(BytesIO(sent)).getexif().get_ifd(0x8825)
    kept = decoding.decode(sent)
    for data in kept.files.values():
        assert GPS_MARK not in data
        assert not any(mark in data for mark in (b"EXIF", b"XMP ", b"ICCP"))
        assert dict(Image.open(BytesIO(data)).getexif()) == {}


def test_a_picture_taken_sideways_stands_upright() -> None:
    kept = largest(decoding.decode(photographs.with_place(orientation=6))).convert("RGB")
    assert kept.size == (500, 400)
    right, left = kept.getpixel((450, 200)), kept.getpixel((50, 200))
    assert min(right) > 240 > max(left)  # type: ignore[arg-type]


def test_a_profile_of_colours_is_applied() -> None:
    kept = largest(decoding.decode(photographs.with_profile())).convert("RGB")
    red, green = (kept.getchannel(name).getpixel((200, 450)) for name in "RG")
    assert green > red  # type: ignore[operator]


def test_a_broken_profile_is_left_aside() -> None:
    assert decoding.decode(photographs.jpeg(icc_profile=b"nonsense" * 40)).path


def test_transparency_stays_where_there_is_some() -> None:
    image = drawn(mode="RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    assert largest(decoding.decode(encoded(image, "PNG"))).mode == "RGBA"


def test_of_a_moving_picture_the_first_is_kept() -> None:
    film = encoded(drawn(), "GIF", save_all=True, append_images=[drawn(colour="#0000ff")])
    kept = largest(decoding.decode(film))
    assert getattr(kept, "n_frames", 1) == 1
    assert kept.convert("RGB").getpixel((200, 450))[0] > 100  # type: ignore[index]


def test_the_name_tells_the_content() -> None:
    assert decoding.decode(photographs.jpeg()).path == decoding.decode(photographs.jpeg()).path
    assert decoding.decode(photographs.jpeg()).path != decoding.decode(photographs.jpeg("#123456")).path


def test_half_a_picture_is_refused_even_where_pdfs_are_made() -> None:
    importlib.import_module("weasyprint")
    with pytest.raises(UnreadablePicture, match="damaged"):
        decoding.decode(photographs.jpeg()[:-200])


@pytest.mark.parametrize(
    "tail", [b"<?php system($_GET[0]); ?>", b"<script>alert(1)</script>", b"PK\x03\x04zipped"]
)
def test_what_hangs_behind_a_picture_is_gone(tail: bytes) -> None:
    kept = decoding.decode(photographs.jpeg() + tail)
    assert all(tail not in data for data in kept.files.values())


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"", "damaged, or no picture"),
        (b"<!doctype html><script>alert(1)</script>" * 50, "damaged, or no picture"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "damaged, or no picture"),
        (b"<?php phpinfo(); ?>", "damaged, or no picture"),
        (b"GIF89a<script>alert(1)</script>", "damaged, or no picture"),
        (b"%PDF-1.7\n" + b"x" * 900, "damaged, or no picture"),
        (photographs.jpeg()[:900], "damaged, or no picture"),
        (encoded(drawn(), "PNG")[:-200], "damaged, or no picture"),
        (encoded(drawn(), "BMP"), "damaged, or no picture"),
        (encoded(drawn(), "TIFF"), "damaged, or no picture"),
        (encoded(drawn(99, 400), "PNG"), "at least 100 pixels"),
        (encoded(drawn(100, 501), "PNG"), "at most 5 times"),
        (encoded(Image.new("1", (9000, 9000)), "PNG"), "24 million pixels"),
        (encoded(Image.new("1", (9000, 10_500)), "PNG"), "24 million pixels"),
        (encoded(Image.new("1", (30_000, 30_000)), "PNG"), "24 million pixels"),
        (encoded(Image.new("L", (8000, 8000)), "JPEG"), "50 million pixels"),
        (b"\0" * (pictures.MOST_BYTES + 1), "more than 10 MB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_fit_picture_is_refused_with_the_reason(sent: bytes, said: str) -> None:
    with pytest.raises(UnreadablePicture, match=said):
        decoding.decode(sent)


def test_a_bomb_is_refused_before_it_unfolds(monkeypatch: pytest.MonkeyPatch) -> None:
    unfolded: list[object] = []
    bomb = encoded(Image.new("1", (9000, 9000)), "PNG")
    monkeypatch.setattr(Image.Image, "load", unfolded.append)
    with pytest.raises(UnreadablePicture):
        decoding.decode(bomb)
    assert unfolded == []


@pytest.mark.parametrize("path", ["demo/mug.svg", "pictures/../x.webp", "", "pictures/ab/short-1x1.webp"])
def test_other_pictures_have_no_sizes(path: str) -> None:
    assert pictures.sizes(path) is None
