"""Paths: turned profiles, rounded boxes, leaves, and the surfaces things stand on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import cos, pi, sin

from smartshop.demo.illustrations.colours import COLOURS, darker, lighter, mix
from smartshop.demo.illustrations.sheet import DOWN, Sheet

Point = tuple[float, float]

GROUND = "#efe4d4"


@dataclass(frozen=True)
class Look:
    """What colours a drawing: three named colours, a surface pattern and a shape of the form."""

    main: str
    second: str = "chalk"
    accent: str = "oak"
    pattern: str = "plain"
    shape: str = ""
    ground: str = "oat"

    @property
    def a(self) -> str:
        """The main colour as ``#rrggbb``."""
        return COLOURS[self.main]

    @property
    def b(self) -> str:
        """The second colour as ``#rrggbb``."""
        return COLOURS[self.second]

    @property
    def c(self) -> str:
        """The accent as ``#rrggbb``."""
        return COLOURS[self.accent]

    def coloured(self, colour: str) -> "Look":
        """Return the same look in another main colour."""
        if colour == self.second:
            return replace(self, main=colour, second=self.main)
        return replace(self, main=colour)


def spline(points: Sequence[Point]) -> str:
    """Continue a path smoothly through the points (Catmull-Rom as cubic Beziers)."""
    parts = []
    for i in range(len(points) - 1):
        before = points[max(i - 1, 0)]
        start, end = points[i], points[i + 1]
        after = points[min(i + 2, len(points) - 1)]
        c1 = (start[0] + (end[0] - before[0]) / 6, start[1] + (end[1] - before[1]) / 6)
        c2 = (end[0] - (after[0] - start[0]) / 6, end[1] - (after[1] - start[1]) / 6)
        numbers = (*c1, *c2, *end)
        parts.append("C" + " ".join(f"{v:.1f}" for v in numbers))
    return "".join(parts)


def closed(points: Sequence[Point]) -> str:
    """Return a smooth closed curve through the points."""
    ring = [points[-1], *points, points[0], points[1]]
    parts = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for i in range(1, len(ring) - 2):
        p0, p1, p2, p3 = ring[i - 1], ring[i], ring[i + 1], ring[i + 2]
        c1 = (p1[0] + (p2[0] - p0[0]) / 6, p1[1] + (p2[1] - p0[1]) / 6)
        c2 = (p2[0] - (p3[0] - p1[0]) / 6, p2[1] - (p3[1] - p1[1]) / 6)
        parts.append("C" + " ".join(f"{v:.1f}" for v in (*c1, *c2, *p2)))
    return "".join(parts) + "Z"


def turned(cx: float, profile: Sequence[Point], base: float = 0.12) -> str:
    """Return the outline of a turned body; the profile is (y, radius) from the top down."""
    left = [(cx - r, y) for y, r in profile]
    right = [(cx + r, y) for y, r in reversed(profile)]
    foot = profile[-1][1]
    return (
        f"M{left[0][0]:.1f} {left[0][1]:.1f}{spline(left)}"
        f"A{foot:.1f} {foot * base:.1f} 0 0 0 {right[0][0]:.1f} {right[0][1]:.1f}"
        f"{spline(right)}Z"
    )


def box(x: float, y: float, w: float, h: float, r: float = 0) -> str:
    """Return a rectangle with rounded corners as a path."""
    if not r:
        return f"M{x} {y}h{w}v{h}h{-w}Z"
    return (
        f"M{x + r} {y}h{w - 2 * r}q{r} 0 {r} {r}v{h - 2 * r}q0 {r} {-r} {r}"
        f"h{-(w - 2 * r)}q{-r} 0 {-r} {-r}v{-(h - 2 * r)}q0 {-r} {r} {-r}Z"
    )


def circle(cx: float, cy: float, rx: float, ry: float | None = None) -> str:
    """Return an ellipse as a path."""
    tall = rx if ry is None else ry
    return f"M{cx - rx} {cy}a{rx} {tall} 0 1 0 {2 * rx} 0a{rx} {tall} 0 1 0 {-2 * rx} 0Z"


def leaf(x: float, y: float, length: float, angle: float, width: float = 0.34) -> str:
    """Return a pointed leaf that starts at a point; the angle is in degrees, 0 to the right."""
    turn = angle * pi / 180
    ux, uy = cos(turn) * length, sin(turn) * length
    vx, vy = -uy * width, ux * width
    tip = f"{x + ux:.1f} {y + uy:.1f}"
    near = f"{x + ux * 0.35 + vx:.1f} {y + uy * 0.35 + vy:.1f}"
    far = f"{x + ux * 0.35 - vx:.1f} {y + uy * 0.35 - vy:.1f}"
    return f"M{x:.1f} {y:.1f}Q{near} {tip}Q{far} {x:.1f} {y:.1f}Z"


def star(cx: float, cy: float, outer: float, inner: float, points: int = 5) -> str:
    """Return a star that stands on two points."""
    corners = []
    for i in range(2 * points):
        r = outer if i % 2 == 0 else inner
        turn = pi * i / points - pi / 2
        corners.append(f"{cx + r * cos(turn):.1f} {cy + r * sin(turn):.1f}")
    return "M" + "L".join(corners) + "Z"


def scattered(count: int, x: float, y: float, w: float, h: float) -> Iterator[Point]:
    """Yield evenly strewn points in a box (the R2 low-discrepancy sequence)."""
    for i in range(1, count + 1):
        yield x + (0.7548776662 * i % 1) * w, y + (0.5698402910 * i % 1) * h


def ground_of(look: Look) -> str:
    """Return the warm ground, with a breath of the look's ground colour in it."""
    return mix(GROUND, COLOURS[look.ground], 0.13)


def on_table(s: Sheet, look: Look, horizon: float = 690) -> None:
    """Paint a wall with daylight on it and a table in front."""
    if s.is_bare:
        return
    ground = ground_of(look)
    wall = s.gradient((0, lighter(ground, 0.3), 1), (1, ground, 1), along=DOWN)
    s.rect(0, 0, s.width, s.height, wall)
    s.path("M90 0L420 0L250 690L-80 690Z", "#fffaf0", 0.22)
    s.path("M470 0L600 0L430 690L300 690Z", "#fffaf0", 0.18)
    low = darker(ground, 0.06)
    table = s.gradient((0, low, 1), (0.25, lighter(ground, 0.12), 1), (1, low, 1), along=DOWN)
    s.rect(0, horizon, s.width, s.height - horizon, table)
    s.rect(0, horizon, s.width, 3, darker(ground, 0.14), opacity=0.5)


def on_wall(s: Sheet, look: Look) -> None:
    """Paint a wall with daylight falling across it."""
    if s.is_bare:
        return
    ground = ground_of(look)
    wall = s.gradient((0, lighter(ground, 0.28), 1), (1, darker(ground, 0.05), 1), along=DOWN)
    s.rect(0, 0, s.width, s.height, wall)
    s.path("M120 0L470 0L220 1000L-130 1000Z", "#fffaf0", 0.22)
    s.path("M530 0L660 0L410 1000L280 1000Z", "#fffaf0", 0.18)


def on_sheet(s: Sheet, look: Look) -> None:
    """Paint a surface seen from above."""
    if s.is_bare:
        return
    ground = ground_of(look)
    fill = s.radial((0, lighter(ground, 0.34), 1), (1, darker(ground, 0.06), 1), cx=0.3, cy=0.22, r=0.95)
    s.rect(0, 0, s.width, s.height, fill)
