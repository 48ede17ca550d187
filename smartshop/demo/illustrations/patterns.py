"""Surface patterns, painted inside whatever shape is clipped."""

from collections.abc import Callable

from smartshop.demo.illustrations.colours import darker, lighter
from smartshop.demo.illustrations.shapes import circle, leaf, scattered, star
from smartshop.demo.illustrations.sheet import Sheet

Box = tuple[float, float, float, float]
Pattern = Callable[[Sheet, Box, str, str, float], None]


def _speckle(s: Sheet, area: Box, ink: str, _other: str, _bow: float) -> None:
    for i, (px, py) in enumerate(scattered(130, *area)):
        s.ellipse(px, py, 1.6 + i % 4, 1.4 + i % 3, ink, 0.55)


def _dip(s: Sheet, area: Box, ink: str, _other: str, bow: float) -> None:
    x, y, w, h = area
    top = y + h * 0.52
    edge = f"M{x} {top}q{w * 0.25} {bow + 14} {w * 0.5} {bow}t{w * 0.5} {-bow}"
    s.path(f"{edge}V{y + h + 60}H{x}Z", ink, 0.94)
    s.line(edge, lighter(ink, 0.4), 3, 0.5)


def _stripes(s: Sheet, area: Box, ink: str, _other: str, bow: float) -> None:
    x, y, w, h = area
    for i in range(1, 9, 2):
        top = y + h * i / 10
        s.line(f"M{x} {top}Q{x + w / 2} {top + 2 * bow} {x + w} {top}", ink, h / 15)


def _pinstripe(s: Sheet, area: Box, ink: str, _other: str, _bow: float) -> None:
    x, y, w, h = area
    for i in range(1, 16):
        s.rect(x + w * i / 16 - 2.5, y - 20, 5, h + 60, ink, opacity=0.85)


def _ticking(s: Sheet, area: Box, ink: str, other: str, _bow: float) -> None:
    x, y, w, h = area
    for i in range(6):
        middle = x + w * (i + 0.5) / 6
        s.rect(middle - 12, y - 20, 24, h + 60, ink, opacity=0.9)
        s.rect(middle - 26, y - 20, 4, h + 60, other, opacity=0.8)
        s.rect(middle + 22, y - 20, 4, h + 60, other, opacity=0.8)


def _check(s: Sheet, area: Box, ink: str, _other: str, _bow: float) -> None:
    x, y, w, h = area
    step = w / 7
    for i in range(0, 8, 2):
        s.rect(x + i * step, y - 20, step, h + 60, ink, opacity=0.42)
    for i in range(0, int(h / step) + 2, 2):
        s.rect(x, y + i * step, w, step, ink, opacity=0.42)


def _dots(s: Sheet, area: Box, ink: str, _other: str, _bow: float) -> None:
    x, y, w, h = area
    step = w / 7
    for row in range(int(h / step) + 2):
        for column in range(9):
            shift = step / 2 if row % 2 else 0
            px, py = x + (column - 0.5) * step + shift, y + row * step
            s.ellipse(px, py, step * 0.17, step * 0.17, ink)


def _leaves(s: Sheet, area: Box, ink: str, other: str, _bow: float) -> None:
    x, y, w, h = area
    step = w / 4
    for row in range(int(h / step) + 2):
        for column in range(6):
            px = x + (column - 0.3 + 0.5 * (row % 2)) * step
            py, turn = y + (row + 0.35) * step, -50 + 40 * ((row + column) % 3)
            s.path(leaf(px, py, step * 0.52, turn), ink)
            s.path(leaf(px, py, step * 0.42, turn + 62), other)
            s.path(leaf(px, py, step * 0.38, turn - 66), ink, 0.7)


def _meadow(s: Sheet, area: Box, ink: str, other: str, _bow: float) -> None:
    for i, (px, py) in enumerate(scattered(26, *area)):
        size = area[2] / 30 + i % 3 * 2
        s.line(f"M{px} {py + size}q6 {size * 2} -4 {size * 4}", darker(other, 0.2), 3, 0.8)
        s.path(leaf(px, py + size * 2.6, size * 1.9, -30), other)
        for turn in range(0, 360, 72):
            s.path(leaf(px, py, size * 1.5, turn + i * 17, 0.55), ink)
        s.ellipse(px, py, size * 0.42, size * 0.42, lighter(other, 0.65))


def _stars(s: Sheet, area: Box, ink: str, other: str, _bow: float) -> None:
    for i, (px, py) in enumerate(scattered(30, *area)):
        size = area[2] / 34 + i % 3 * 3
        s.path(star(px, py, size, size * 0.42), ink if i % 4 else other)


def _zigzag(s: Sheet, area: Box, ink: str, other: str, _bow: float) -> None:
    x, y, w, h = area
    step = w / 12
    for row in range(int(h / (step * 2.4)) + 2):
        top = y + row * step * 2.4
        teeth = "".join(f"l{step} {-step if i % 2 else step}" for i in range(12))
        s.line(f"M{x} {top}{teeth}", ink if row % 2 else other, step * 0.42)


def _waves(s: Sheet, area: Box, ink: str, _other: str, _bow: float) -> None:
    x, y, w, h = area
    step = w / 6
    for row in range(int(h / (step * 0.8)) + 2):
        for column in range(7):
            px, py = x + (column - 0.5 * (row % 2)) * step, y + row * step * 0.8
            for size in (0.48, 0.3, 0.13):
                d = f"M{px + step * (0.5 - size)} {py}a{step * size} {step * size} 0 0 1 "
                s.line(f"{d}{2 * step * size} 0", ink, step * 0.065)


def _arches(s: Sheet, area: Box, ink: str, other: str, _bow: float) -> None:
    x, y, w, h = area
    step = w / 4
    for row in range(int(h / step) + 2):
        for column in range(6):
            px, py = x + (column + 0.5 * (row % 2)) * step, y + (row + 1) * step
            for size, colour in ((0.4, ink), (0.26, other), (0.12, ink)):
                d = f"M{px - step * size} {py}a{step * size} {step * size} 0 0 1 "
                s.path(f"{d}{2 * step * size} 0Z", colour)


def _terrazzo(s: Sheet, area: Box, ink: str, other: str, _bow: float) -> None:
    for i, (px, py) in enumerate(scattered(60, *area)):
        size, colour = 6 + i * 7 % 13, (ink, other, darker(ink, 0.3))[i % 3]
        with s.moved(f"rotate({i * 47} {px:.0f} {py:.0f})"):
            s.path(f"M{px:.0f} {py:.0f}l{size} {-size * 0.6}l{size * 0.7} {size}Z", colour)


def _medallion(s: Sheet, area: Box, ink: str, other: str, _bow: float) -> None:
    x, y, w, h = area
    cx, cy = x + w / 2, y + h / 2
    for size, colour in ((0.4, ink), (0.36, other), (0.3, ink)):
        s.path(circle(cx, cy, w * size, h * size), colour)
    for turn in range(0, 360, 30):
        s.path(leaf(cx, cy, min(w, h) * 0.26, turn, 0.26), other)
    s.path(circle(cx, cy, w * 0.05), ink)


def _plain(_s: Sheet, _area: Box, _ink: str, _other: str, _bow: float) -> None:
    return


PATTERNS: dict[str, Pattern] = {
    "plain": _plain,
    "speckle": _speckle,
    "dip": _dip,
    "stripes": _stripes,
    "pinstripe": _pinstripe,
    "ticking": _ticking,
    "check": _check,
    "dots": _dots,
    "leaves": _leaves,
    "meadow": _meadow,
    "stars": _stars,
    "zigzag": _zigzag,
    "waves": _waves,
    "arches": _arches,
    "terrazzo": _terrazzo,
    "medallion": _medallion,
}


def paint(s: Sheet, d: str, area: Box, kind: str, inks: tuple[str, str], bow: float = 0) -> None:
    """Paint a named pattern inside a path; ``bow`` bends it round a turned body, in pixels."""
    if kind == "plain":
        return
    with s.clipped(d):
        PATTERNS[kind](s, area, inks[0], inks[1], bow)
