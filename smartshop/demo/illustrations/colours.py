"""The colours our drawings are made of, and the arithmetic of light on them."""

COLOURS: dict[str, str] = {
    "chalk": "#f6f1e7",
    "oat": "#e6d8c0",
    "sand": "#d8c09a",
    "flax": "#cdb88f",
    "honey": "#d9a441",
    "mustard": "#cf9a33",
    "terracotta": "#c4694a",
    "rust": "#a8502f",
    "coral": "#dd7f68",
    "blush": "#e3b5a4",
    "rose": "#c98486",
    "berry": "#9c3f4e",
    "plum": "#6d4257",
    "lilac": "#b3a0bf",
    "sage": "#9caf94",
    "olive": "#838a57",
    "moss": "#5f7350",
    "forest": "#34553f",
    "eucalyptus": "#8fb0a2",
    "teal": "#2c6e6a",
    "duck egg": "#b2cdc6",
    "sky": "#a9c4d6",
    "denim": "#56779a",
    "navy": "#2d4160",
    "ink": "#28324a",
    "slate": "#6d7780",
    "charcoal": "#43423f",
    "stone": "#b5aa9a",
    "walnut": "#7a5236",
    "oak": "#c79c68",
    "birch": "#e2c79d",
    "rattan": "#c39a5f",
    "brass": "#c9a24e",
    "copper": "#c17a52",
    "steel": "#a9aeb0",
    "glass": "#cfe0dc",
    "amber": "#a8682c",
    "cocoa": "#6b4a38",
    "scarlet": "#b93a32",
    "pine": "#3f6b4d",
}

_LIGHT = "#fffaf0"
_DARK = "#2a1f18"


def _parts(colour: str) -> tuple[int, int, int]:
    value = colour.lstrip("#")
    return int(value[0:2], 16), int(value[2:4], 16), int(value[4:6], 16)


def mix(first: str, second: str, share: float) -> str:
    """Blend two ``#rrggbb`` colours; ``share`` in [0, 1] is how much of the second is in it."""
    pairs = zip(_parts(first), _parts(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def lighter(colour: str, share: float) -> str:
    """Move a colour towards warm daylight."""
    return mix(colour, _LIGHT, share)


def darker(colour: str, share: float) -> str:
    """Move a colour towards warm shadow."""
    return mix(colour, _DARK, share)


def ink_of(colour: str) -> str:
    """Whichever of a light and a dark mark is easier to see on this colour."""
    red, green, blue = _parts(colour)
    luminance = 0.299 * red + 0.587 * green + 0.114 * blue
    return darker(colour, 0.55) if luminance > 135 else lighter(colour, 0.72)
