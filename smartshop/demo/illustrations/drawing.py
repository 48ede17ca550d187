"""The way in: a form and a look become a picture."""

from collections.abc import Callable

from smartshop.demo.illustrations import (
    carry,
    cloth,
    desk,
    display,
    festive,
    garden,
    glow,
    lamps,
    play,
    tableware,
)
from smartshop.demo.illustrations.shapes import Look
from smartshop.demo.illustrations.sheet import Sheet

Form = Callable[[Sheet, Look], None]

_ROOMS: tuple[tuple[object, str], ...] = (
    (tableware, "mug cups bowl plate teapot kettle jug jar board teatowel apron tray"),
    (glow, "candle pillar tapers diffuser soap bottle tin tealight brush"),
    (lamps, "lamp desklamp pendant lantern stringlights clock alarm moonlight"),
    (cloth, "cushion throw rug pouf hottie towels quilt"),
    (carry, "basket hamper crate tote umbrella pouch backpack hooks wirebasket boxes"),
    (garden, "pot hanging wateringcan trowel birdhouse feeder twine trough seeds"),
    (desk, "notebook cards pencils giftwrap calendar penpot tapes letterset"),
    (display, "vase budvases mirror photoframe sculpture"),
    (play, "bunny bear blocks train rings puzzle kite boat duck bunting abacus"),
    (festive, "bauble wreath paperstar crackers stocking trees snowglobe advent"),
)

FORMS: dict[str, Form] = {name: getattr(room, name) for room, names in _ROOMS for name in names.split()}
FORMS["print"] = display.print_


def draw(form: str, look: Look, title: str) -> str:
    """Return a picture of 4:5 as one static SVG document; the same arguments give the same bytes.

    Raises KeyError for a form that nobody has drawn.
    """
    sheet = Sheet()
    FORMS[form](sheet, look)
    return sheet.svg(title)
