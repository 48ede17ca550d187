"""Pictures as people send them."""

from io import BytesIO
from typing import Any

from PIL import Image, ImageCms

GPS_MARK = b"SECRET-PLACE"


def drawn(width: int = 400, height: int = 500, colour: str = "#884422", mode: str = "RGB") -> Image.Image:
    """A plain ground with its upper half in white."""
    image = Image.new("RGB", (width, height), colour)
    image.paste("#ffffff", (0, 0, width, height // 2))
    return image.convert(mode)


def encoded(image: Image.Image, kind: str = "JPEG", **how: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def jpeg(colour: str = "#884422", **how: Any) -> bytes:
    return encoded(drawn(colour=colour), **how)


def with_place(*, orientation: int = 1) -> bytes:
    """A JPEG that says in its metadata where and with what it was taken."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = GPS_MARK.decode()
    exif.get_ifd(0x8825)[2] = (51.0, 30.0, 0.0)
    exif.get_ifd(0x8825)[1] = "N"
    return encoded(drawn(), exif=exif.tobytes(), comment=GPS_MARK, xmp=b"<x>" + GPS_MARK + b"</x>")


def with_profile() -> bytes:
    """A JPEG whose profile says that its red is green, and its green red."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"????").replace(b"gXYZ", b"rXYZ").replace(b"????", b"gXYZ")
    return encoded(drawn(), icc_profile=swapped)
