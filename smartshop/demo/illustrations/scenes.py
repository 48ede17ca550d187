"""Several drawings on one ground: the picture of a category, and of the shop's front door."""

from dataclasses import dataclass, replace

from smartshop.demo.illustrations.colours import darker, lighter
from smartshop.demo.illustrations.drawing import FORMS
from smartshop.demo.illustrations.shapes import Look, box, ground_of
from smartshop.demo.illustrations.sheet import DOWN, Sheet

FOOT = 836


@dataclass(frozen=True)
class Piece:
    """One drawing of a scene: the middle of its foot in pixels, and its scale."""

    form: str
    look: Look
    x: float
    foot: float
    scale: float


def _place(s: Sheet, piece: Piece) -> None:
    left, top = piece.x - 400 * piece.scale, piece.foot - FOOT * piece.scale
    with s.moved(f"translate({left:.0f} {top:.0f}) scale({piece.scale:g})"):
        FORMS[piece.form](s, piece.look)


def _room(s: Sheet, look: Look, horizon: float) -> None:
    ground = ground_of(look)
    w, h = s.width, s.height
    s.rect(0, 0, w, h, s.gradient((0, lighter(ground, 0.3), 1), (1, ground, 1), along=DOWN))
    for left, wide, fade in ((0.1, 0.3, 0.22), (0.46, 0.12, 0.2), (0.68, 0.2, 0.14)):
        x = w * left
        s.path(f"M{x} 0h{w * wide}L{x + w * wide - 190} {horizon}H{x - 190}Z", "#fffaf0", fade)
    low = darker(ground, 0.06)
    top = s.gradient((0, low, 1), (0.25, lighter(ground, 0.12), 1), (1, low, 1), along=DOWN)
    s.rect(0, horizon, w, h - horizon, top)
    s.rect(0, horizon, w, 3, darker(ground, 0.14), opacity=0.5)


PLACES = (
    Piece("", Look("oat"), 235, 720, 0.62),
    Piece("", Look("oat"), 600, 770, 0.76),
    Piece("", Look("oat"), 985, 735, 0.64),
)


def category(looks: tuple[tuple[str, Look], ...], title: str) -> str:
    """Return three products of one category side by side on a table, 4:3."""
    s = Sheet(1200, 900, margin=0)
    _room(s, looks[0][1], 610)
    s.is_bare = True
    for i in (0, 2, 1):
        form, look = looks[i]
        _place(s, replace(PLACES[i], form=form, look=look))
    return s.svg(title)


HERO = (
    Piece("print", Look("sage", "sky", "mustard", "plain", "hills"), 420, 470, 0.5),
    Piece("print", Look("terracotta", "oat", "mustard"), 690, 430, 0.38),
    Piece("mirror", Look("oak", "chalk", "brass"), 1190, 560, 0.52),
    Piece("lamp", Look("sage", "chalk", "brass"), 230, 800, 0.72),
    Piece("vase", Look("terracotta", "chalk", "rust", "plain", "round:eucalyptus"), 1330, 800, 0.7),
    Piece("basket", Look("rattan", "chalk", "oat"), 1010, 808, 0.52),
    Piece("teapot", Look("mustard", "chalk", "oak"), 590, 806, 0.5),
    Piece("candle", Look("forest", "chalk", "olive"), 800, 842, 0.32),
    Piece("mug", Look("duck egg", "chalk", "oak", "dip"), 418, 850, 0.27),
    Piece("budvases", Look("sage", "chalk", "coral", "stripes"), 1180, 850, 0.36),
)


def hero(title: str) -> str:
    """Return the picture of the shop's front page, 16:10: a sideboard against a sunlit wall."""
    s = Sheet(1600, 1000, margin=0)
    ground = Look("oat", ground="honey")
    _room(s, ground, 1000)
    s.path(
        box(60, 770, 1480, 300, 14),
        s.gradient((0, "#d0a874", 1), (0.35, "#bf925c", 1), (1, "#a97d4d", 1), along=DOWN),
    )
    s.rect(60, 770, 1480, 96, s.gradient((0, "#dcb886", 1), (1, "#cba16b", 1), along=DOWN), 14)
    s.rect(60, 862, 1480, 6, "#8a6236", opacity=0.55)
    for x in (430, 800, 1170):
        s.rect(x - 2, 868, 4, 140, "#8a6236", opacity=0.6)
    for x in (245, 615, 985, 1355):
        s.ellipse(x, 920, 13, 13, "#7a5430")
    s.is_bare = True
    for piece in HERO:
        _place(s, piece)
    return s.svg(title)
