"""Reading pictures that somebody sent: nothing of the file is kept but what can be seen.

A picture is decoded, turned upright, brought to sRGB, made smaller and written anew as WebP, so that neither
its metadata nor anything hidden in or behind it survives. How much it unfolds to is checked before it unfolds.
"""

import hashlib
import threading
from io import BytesIO
from typing import TYPE_CHECKING, Any

from smartshop.catalog.rules import pictures
from smartshop.catalog.rules.pictures import Picture, UnreadablePicture

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
KINDS = "JPEG, PNG, WebP, GIF or AVIF"
MOST_PIXELS = 24_000_000
MOST_JPEG_PIXELS = 50_000_000
"""A JPEG is decoded at a fraction of its size when it is large, so it may have more."""
LEAST_SIDE = 100
LONGEST_RATIO = 5
QUALITY = 82
_one_at_a_time = threading.Lock()
"""However many pictures arrive together, a process holds one unfolded."""


def decode(data: bytes) -> Picture:
    """The picture in these bytes, ready to be kept.

    Raises UnreadablePicture.
    """
    if len(data) > pictures.MOST_BYTES:
        raise UnreadablePicture(f"It has more than {pictures.MOST_BYTES // 1024**2} MB. Make it smaller.")
    with _one_at_a_time:
        return _kept(_upright(data))


def _upright(data: bytes) -> "Image":
    """The picture in RGB or RGBA, upright, at most as wide as it is kept."""
    from PIL import Image, ImageFile, ImageOps

    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint switches it on for the whole process
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as opened:
            _check_size(opened)
            _shrink(opened)
            upright = ImageOps.exif_transpose(opened)
            plain = _in_srgb(upright, opened.info.get("icc_profile"))
    except UnreadablePicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(MOST_PIXELS) from error
    except Exception as error:  # decoders raise anything on a broken file
        raise UnreadablePicture(f"It is damaged, or no picture. Send {KINDS}.") from error
    if plain.width > pictures.WIDTHS[-1]:
        height = max(1, round(plain.height * pictures.WIDTHS[-1] / plain.width))
        return plain.resize((pictures.WIDTHS[-1], height), Image.Resampling.LANCZOS)
    return plain


def _check_size(opened: "Image") -> None:
    most = MOST_JPEG_PIXELS if opened.format in {"JPEG", "MPO"} else MOST_PIXELS
    short, long = sorted(opened.size)
    if short * long > most:
        raise _too_many_pixels(most)
    if short < LEAST_SIDE:
        raise UnreadablePicture(f"It is too small: each side needs at least {LEAST_SIDE} pixels.")
    if long > short * LONGEST_RATIO:
        raise UnreadablePicture(f"It is too narrow: one side may be at most {LONGEST_RATIO} times the other.")


def _too_many_pixels(most: int) -> UnreadablePicture:
    return UnreadablePicture(f"It has more than {most // 1_000_000} million pixels. Make it smaller.")


def _shrink(opened: "Image") -> None:
    """Make it small enough to work on, still larger than what is kept; large JPEGs never unfold in full."""
    from PIL import Image

    room = pictures.WIDTHS[-1] * 2
    if opened.mode == "P":
        opened.load()
        return
    if min(opened.size) > room:
        factor = room / min(opened.size)
        opened.thumbnail(
            (round(opened.width * factor), round(opened.height * factor)), Image.Resampling.BOX, 2.0
        )
    opened.load()


def _in_srgb(image: "Image", profile: Any) -> "Image":
    if image.mode.startswith("I"):
        image = image.convert("L")
    has_alpha = image.has_transparency_data
    if profile and image.mode in {"RGB", "RGBA", "CMYK", "L"}:
        image = _by_profile(image, profile)
    plain = image.convert("RGBA" if has_alpha else "RGB")
    if has_alpha and plain.getchannel("A").getextrema()[0] == 255:
        return plain.convert("RGB")
    return plain


def _by_profile(image: "Image", profile: bytes) -> "Image":
    """The colours as the profile means them; one that does not fit the picture means nothing."""
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        mode = image.mode if image.mode == "RGBA" else "RGB"
        meant = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        return image
    return image if meant is None else meant


def _kept(image: "Image") -> Picture:
    from PIL import Image

    largest = _as_webp(image)
    path = pictures.path_of(hashlib.sha256(largest).hexdigest(), image.width, image.height)
    files = {path: largest}
    for width in pictures.smaller_widths(image.width):
        height = max(1, round(image.height * width / image.width))
        files[pictures.narrower(path, width)] = _as_webp(
            image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
        )
    return Picture(path, files)


def _as_webp(image: "Image") -> bytes:
    out = BytesIO()
    image.save(out, "WEBP", quality=QUALITY, method=4, exif=b"", icc_profile=b"", xmp=b"")
    return out.getvalue()
