"""A drawing sheet of 800 x 1000 that collects static SVG elements."""

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

from smartshop.demo.illustrations.colours import darker, lighter

WIDTH = 800
HEIGHT = 1000

Stop = tuple[float, str, float]
Vector = tuple[float, float, float, float]

ACROSS: Vector = (0, 0, 1, 0)
DOWN: Vector = (0, 0, 0, 1)
DIAGONAL: Vector = (0, 0, 1, 1)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _stops(stops: tuple[Stop, ...]) -> str:
    return "".join(
        f'<stop offset="{_n(at * 100)}%" stop-color="{colour}"'
        + (f' stop-opacity="{opacity:g}"' if opacity < 1 else "")
        + "/>"
        for at, colour, opacity in stops
    )


class Sheet:
    """Shapes are painted in the order of the calls; gradients and clips are kept apart."""

    def __init__(self, width: int = WIDTH, height: int = HEIGHT, margin: float = 0.06) -> None:
        """Start with an empty sheet; ``margin`` is the share of each side that the frame cuts away."""
        self.width = width
        self.height = height
        self.is_bare = False
        left, top = width * margin, height * margin * 1.3
        wide, tall = width * (1 - 2 * margin), height * (1 - 2 * margin)
        self.frame = f"{left:g} {top:g} {wide:g} {tall:g}"
        self._defs: list[str] = []
        self._body: list[str] = []

    def _define(self, markup: str) -> str:
        name = f"d{len(self._defs)}"
        self._defs.append(markup.replace("ID", name, 1))
        return name

    def gradient(self, *stops: Stop, along: Vector = ACROSS) -> str:
        """Make a linear gradient over the shape's own box and return it as a fill."""
        x1, y1, x2, y2 = along
        name = self._define(
            f'<linearGradient id="ID" x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}">'
            f"{_stops(stops)}</linearGradient>"
        )
        return f"url(#{name})"

    def radial(self, *stops: Stop, cx: float = 0.5, cy: float = 0.5, r: float = 0.5) -> str:
        """Make a radial gradient over the shape's own box and return it as a fill."""
        name = self._define(
            f'<radialGradient id="ID" cx="{cx:g}" cy="{cy:g}" r="{r:g}">{_stops(stops)}</radialGradient>'
        )
        return f"url(#{name})"

    def turned(self, colour: str, depth: float = 0.3) -> str:
        """Light from the left on something round, with a little bounce on the far edge."""
        return self.gradient(
            (0, darker(colour, depth * 0.25), 1),
            (0.22, lighter(colour, 0.22), 1),
            (0.5, colour, 1),
            (0.9, darker(colour, depth), 1),
            (1, darker(colour, depth * 0.72), 1),
        )

    def matte(self, colour: str, depth: float = 0.14) -> str:
        """Light from the upper left on something flat."""
        return self.gradient(
            (0, lighter(colour, depth), 1),
            (0.55, colour, 1),
            (1, darker(colour, depth), 1),
            along=DIAGONAL,
        )

    def ball(self, colour: str, depth: float = 0.38) -> str:
        """Light from the upper left on a sphere."""
        return self.radial(
            (0, lighter(colour, 0.42), 1),
            (0.45, colour, 1),
            (1, darker(colour, depth), 1),
            cx=0.36,
            cy=0.3,
            r=0.78,
        )

    def path(self, d: str, fill: str, opacity: float = 1) -> None:
        """Paint a filled path."""
        self._add("path", f'd="{d}" fill="{fill}"', opacity)

    def line(self, d: str, colour: str, width: float, opacity: float = 1) -> None:
        """Draw an open path with round ends."""
        self._add(
            "path",
            f'd="{d}" fill="none" stroke="{colour}" stroke-width="{_n(width)}" '
            'stroke-linecap="round" stroke-linejoin="round"',
            opacity,
        )

    def ellipse(self, cx: float, cy: float, rx: float, ry: float, fill: str, opacity: float = 1) -> None:
        """Paint an ellipse around a centre."""
        where = f'cx="{_n(cx)}" cy="{_n(cy)}" rx="{_n(rx)}" ry="{_n(ry)}"'
        self._add("ellipse", f'{where} fill="{fill}"', opacity)

    def ring(self, cx: float, cy: float, rx: float, ry: float, colour: str, width: float = 6) -> None:
        """Draw the outline of an ellipse."""
        where = f'cx="{_n(cx)}" cy="{_n(cy)}" rx="{_n(rx)}" ry="{_n(ry)}"'
        outline = f'fill="none" stroke="{colour}" stroke-width="{_n(width)}"'
        self._add("ellipse", f"{where} {outline}", 1)

    def rect(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        fill: str,
        r: float = 0,
        opacity: float = 1,
    ) -> None:
        """Paint a rectangle, with rounded corners when ``r`` is given."""
        where = f'x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="{_n(h)}"'
        self._add("rect", where + (f' rx="{_n(r)}"' if r else "") + f' fill="{fill}"', opacity)

    def shadow(self, cx: float, cy: float, rx: float, ry: float, depth: float = 0.34) -> None:
        """Lay a soft shadow on the ground."""
        fill = self.radial((0, "#4a3424", depth), (0.45, "#4a3424", depth * 0.62), (1, "#4a3424", 0))
        self.ellipse(cx, cy, rx, ry, fill)

    def cast(self, d: str, dx: float = 16, dy: float = 22) -> None:
        """Throw the soft shadow of a flat shape on the surface behind it."""
        for step in (1.35, 1.0, 0.62, 0.3):
            with self.moved(f"translate({_n(dx * step)} {_n(dy * step)})"):
                self.path(d, "#4a3424", 0.065)

    @contextmanager
    def moved(self, transform: str) -> Iterator[None]:
        """Paint what follows under an SVG transform."""
        self._body.append(f'<g transform="{transform}">')
        yield
        self._body.append("</g>")

    @contextmanager
    def clipped(self, d: str) -> Iterator[None]:
        """Paint what follows only inside a path."""
        name = self._define(f'<clipPath id="ID"><path d="{d}"/></clipPath>')
        self._body.append(f'<g clip-path="url(#{name})">')
        yield
        self._body.append("</g>")

    def svg(self, title: str) -> str:
        """Return the finished drawing as one SVG document."""
        text = escape(title, quote=False)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{self.frame}" '
            f'width="{self.width}" height="{self.height}" role="img" aria-labelledby="t">'
            f'<title id="t">{text}</title><defs>{"".join(self._defs)}</defs>'
            f"{''.join(self._body)}</svg>\n"
        )

    def _add(self, kind: str, attributes: str, opacity: float) -> None:
        faded = f' opacity="{opacity:g}"' if opacity < 1 else ""
        self._body.append(f"<{kind} {attributes}{faded}/>")
