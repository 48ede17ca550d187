"""Drawings of vases, prints, mirrors and small sculpture."""

from math import cos, pi, sin

from smartshop.demo.illustrations.colours import darker, lighter
from smartshop.demo.illustrations.garden import GREENS
from smartshop.demo.illustrations.patterns import paint
from smartshop.demo.illustrations.shapes import Look, box, circle, closed, leaf, on_table, on_wall, turned
from smartshop.demo.illustrations.sheet import DOWN, Sheet

Profile = list[tuple[float, float]]

PROFILES: dict[str, Profile] = {
    "": [(430, 60), (470, 54), (560, 130), (680, 176), (780, 146), (832, 96)],
    "tall": [(330, 84), (380, 70), (520, 104), (660, 124), (780, 108), (832, 92)],
    "round": [(520, 70), (548, 64), (600, 150), (690, 200), (780, 164), (832, 100)],
    "flared": [(380, 150), (460, 84), (600, 74), (720, 118), (800, 124), (832, 110)],
}


def stems(s: Sheet, x: float, y: float, kind: str, colour: str) -> None:
    """Draw cut stems: tulips, pampas, eucalyptus or daisies."""
    for i, (lean, tall) in enumerate(((-30, 250), (-14, 320), (2, 270), (17, 330), (34, 240))):
        turn, h = (lean - 90) * pi / 180, tall * min(1.0, (y - 215) / 330)
        tx, ty = x + cos(turn) * h, y + sin(turn) * h
        s.line(
            f"M{x + lean * 0.4:.0f} {y}Q{x + lean:.0f} {y - h * 0.5:.0f} {tx:.0f} {ty:.0f}", GREENS[i % 3], 7
        )
        if kind == "tulips":
            s.path(leaf(x + lean * 0.5, y, h * 0.62, lean * 1.7 - 90, 0.18), GREENS[i % 4])
            d = f"M{tx - 34:.0f} {ty + 10:.0f}q-8 -60 10 -84l14 24l10 -34l12 34l14 -24q18 24 8 84q-34 40 -68 0Z"
            s.path(d, s.ball((colour, lighter(colour, 0.2))[i % 2]))
        elif kind == "pampas":
            for k in range(16):
                side = 1 if k % 2 else -1
                px, py = tx + (x - tx) * k * 0.026, ty + (y - ty) * k * 0.026
                s.path(
                    leaf(px, py, 78 - k, lean - 90 + side * (16 + k * 2), 0.16),
                    ("#e6d3ad", "#d8bf8f", "#efe2c6")[k % 3],
                )
        elif kind == "eucalyptus":
            for k in range(1, 9):
                px, py = x + (tx - x) * (0.28 + k * 0.09), y + (ty - y) * (0.28 + k * 0.09)
                with s.moved(f"rotate({lean} {px:.0f} {py:.0f})"):
                    s.ellipse(px + 24, py, 24, 18, ("#8fa99a", "#a9bdae")[k % 2])
                    s.ellipse(px - 24, py + 8, 24, 18, ("#9db4a4", "#7f9b8b")[k % 2])
        else:
            for petal in range(0, 360, 36):
                s.path(leaf(tx, ty, 52, petal, 0.42), lighter(colour, 0.15 * (i % 2)))
            s.ellipse(tx, ty, 17, 17, "#d9a441")
            s.path(leaf(x + (tx - x) * 0.5, y + (ty - y) * 0.5, 64, lean - 40), GREENS[i % 4])


def vase(s: Sheet, look: Look) -> None:
    """Draw a vase; the shape is ``profile:stems``."""
    on_table(s, look)
    kind, _, flowers = look.shape.partition(":")
    profile = PROFILES[kind]
    s.shadow(430, 838, 250, 46)
    top, mouth = profile[0]
    s.ellipse(400, top, mouth, mouth * 0.2, darker(look.a, 0.5))
    if flowers:
        stems(s, 400, top + 6, flowers, look.c)
    body = turned(400, profile, 0.16)
    wide = max(r for _, r in profile)
    area = (400 - wide, top + 20, 2 * wide, 812 - top)
    with s.clipped(f"M0 0H800V1000H0Z{circle(400, top, mouth, mouth * 0.2)}"):
        s.path(body, s.turned(look.a, 0.36))
        paint(s, body, area, look.pattern, (look.b, look.c), wide * 0.14)
    s.path(
        f"M{400 - mouth} {top}a{mouth} {mouth * 0.2} 0 0 0 {2 * mouth} 0v8a{mouth} {mouth * 0.2} 0 0 1 {-2 * mouth} 0Z",
        lighter(look.a, 0.32),
    )
    s.path(f"M{400 - wide * 0.72} 640q-10 70 20 120q10 2 13 -6q-20 -54 -14 -114Z", "#ffffff", 0.32)


def budvases(s: Sheet, look: Look) -> None:
    """Draw three bud vases, one flower each."""
    on_table(s, look)
    rows = ((220, 812, look.b, 0.8), (590, 806, look.c, 0.9), (400, 836, look.a, 1.1))
    for i, (cx, foot, colour, k) in enumerate(rows):
        s.shadow(cx + 24, foot, 130 * k, 26)
        s.line(f"M{cx} {foot - 250 * k}q{-20 + 20 * i} {-120 * k} {10 - 14 * i} {-220 * k}", GREENS[i], 6)
        fx, fy = cx + 10 - 14 * i, foot - 470 * k
        for turn in range(0, 360, 45):
            s.path(leaf(fx, fy, 62 * k, turn, 0.5), (look.c, "#e3b5a4", "#f6f1e7")[i])
        s.ellipse(fx, fy, 17 * k, 17 * k, "#cf9a33")
        s.path(leaf(cx - 4, foot - 330 * k, 80 * k, -30 if i else 210), GREENS[i + 1])
        profile = [(-290.0, 34.0), (-262.0, 28.0), (-180.0, 40.0), (-90.0, 90.0), (-24.0, 84.0), (0.0, 60.0)]
        body = turned(cx, [(foot + y * k, r * k) for y, r in profile], 0.18)
        s.path(body, s.turned(colour, 0.36))
        paint(
            s,
            body,
            (cx - 90 * k, foot - 290 * k, 180 * k, 290 * k),
            look.pattern if i == 2 else "plain",
            (look.b, look.c),
            12,
        )
        s.ellipse(cx, foot - 290 * k, 34 * k, 7 * k, darker(colour, 0.45))
        s.path(f"M{cx - 62 * k:.0f} {foot - 100 * k:.0f}q-8 30 6 60l10 -2q-10 -28 -4 -58Z", "#ffffff", 0.35)


def _scene(s: Sheet, look: Look) -> None:
    x, y, w, h = 250, 260, 300, 420
    if look.shape == "hills":
        s.ellipse(x + w * 0.68, y + 110, 54, 54, look.c)
        for k, (top, colour) in enumerate(
            ((230, lighter(look.a, 0.35)), (290, look.a), (350, darker(look.a, 0.28)))
        ):
            s.path(
                f"M{x} {y + top}C{x + 90} {y + top - 120} {x + 170 - 30 * k} {y + top + 50} {x + w} {y + top - 60 + 20 * k}V{y + h}H{x}Z",
                colour,
            )
    elif look.shape == "botanical":
        s.line(f"M400 {y + h - 30}Q388 {y + 220} 404 {y + 50}", darker(look.a, 0.2), 6)
        for k in range(7):
            py = y + h - 80 - k * 48
            s.path(leaf(398, py, 120 - k * 8, -34), look.a)
            s.path(leaf(398, py, 120 - k * 8, 214), lighter(look.a, 0.2))
        s.path(leaf(404, y + 66, 50, -90), look.c)
    elif look.shape == "hare":
        s.ellipse(400, y + 120, 84, 84, look.c)
        s.path(
            closed(
                [
                    (330, 600),
                    (340, 520),
                    (390, 470),
                    (408, 430),
                    (440, 420),
                    (462, 446),
                    (450, 480),
                    (470, 540),
                    (490, 610),
                    (410, 636),
                ]
            ),
            darker(look.a, 0.1),
        )
        s.path(leaf(424, 434, 100, -100, 0.24), darker(look.a, 0.1))
        s.path(leaf(440, 432, 96, -74, 0.24), look.a)
        s.ellipse(446, 446, 4, 5, "#fbf6ea")
        for k in range(16):
            s.path(leaf(256 + k * 19, 680, 60 + k * 29 % 50, -96 + k * 13 % 20, 0.1), look.b)
    else:
        for cx, cy, r, colour in ((360, 400, 92, look.a), (450, 470, 78, look.c), (370, 560, 64, look.b)):
            s.path(circle(cx, cy, r), colour)
        s.path("M300 620a100 100 0 0 1 200 0Z", darker(look.a, 0.2))
        s.line("M290 300Q420 340 520 300", look.c, 8)


def print_(s: Sheet, look: Look) -> None:
    """Draw a framed print; the shape names the picture."""
    on_wall(s, look)
    frame = box(160, 160, 480, 640, 4)
    s.cast(frame, 22, 30)
    s.path(frame, s.matte("#c79c68", 0.24))
    s.path(box(182, 182, 436, 596), darker("#c79c68", 0.4))
    s.path(box(188, 188, 424, 584), "#fcf8ef")
    paper = box(250, 260, 300, 420)
    s.path(paper, s.gradient((0, lighter(look.b, 0.65), 1), (1, lighter(look.b, 0.35), 1), along=DOWN))
    with s.clipped(paper):
        _scene(s, look)
    s.path("M188 188h150L188 520Z", "#ffffff", 0.26)
    s.path("M380 188h60L188 740v-130Z", "#ffffff", 0.16)


def mirror(s: Sheet, look: Look) -> None:
    """Draw a wall mirror, round or arched."""
    on_wall(s, look)
    if look.shape == "arch":
        outer = "M190 840V400a210 210 0 0 1 420 0V840Z"
        inner = "M214 816V402a186 186 0 0 1 372 0V816Z"
    else:
        outer, inner = circle(400, 490, 286), circle(400, 490, 252)
    s.cast(outer, 22, 30)
    s.path(outer, s.matte(look.a, 0.28))
    s.path(inner, s.gradient((0, "#e9f0ee", 1), (0.5, "#c9d7d5", 1), (1, "#e2e6df", 1), along=(0, 0, 1, 1)))
    with s.clipped(inner):
        s.path("M120 700L480 180h120L150 860Z", "#ffffff", 0.5)
        s.path("M300 860L700 280v60L360 880Z", "#ffffff", 0.34)
        s.path("M500 900Q540 700 620 640L700 900Z", "#8fa38f", 0.35)
        for i in range(6):
            s.path(leaf(600, 800, 190, -160 + i * 24, 0.2), "#7d957d", 0.4)
    s.line(inner, darker(look.a, 0.4), 4, 0.6)


def photoframe(s: Sheet, look: Look) -> None:
    """Draw two standing photo frames."""
    on_table(s, look)
    for x, y, w, h, colour in ((370, 330, 320, 420, look.b), (130, 450, 320, 390, look.a)):
        s.shadow(x + w / 2 + 40, y + h, w * 0.7, 34)
        s.path(box(x, y, w, h, 8), s.matte(colour, 0.24))
        s.path(box(x + 34, y + 34, w - 68, h - 68), "#fcf8ef")
        art = box(x + 58, y + 58, w - 116, h - 116)
        s.path(art, s.gradient((0, "#bcd3dc", 1), (0.6, "#f3e3cf", 1), (1, "#e6d3b4", 1), along=DOWN))
        with s.clipped(art):
            s.path(f"M{x} {y + h - 150}q{w / 3} -80 {w / 2} -20t{w / 2} -30V{y + h}H{x}Z", "#8ea27f")
            s.path(f"M{x} {y + h - 110}q{w / 3} -40 {w / 2} 0t{w / 2} -10V{y + h}H{x}Z", "#6d8566")
            if colour == look.a:
                for px in (x + 130, x + 186):
                    s.ellipse(px, y + h - 176, 20, 22, "#7a5236")
                    s.path(
                        f"M{px - 34} {y + h - 60}q0 -94 34 -96q34 2 34 96Z",
                        look.c if px == x + 130 else "#56779a",
                    )
        s.path(f"M{x + 34} {y + 34}h110L{x + 34} {y + 200}Z", "#ffffff", 0.3)


def sculpture(s: Sheet, look: Look) -> None:
    """Draw a small sculpture: a chain, stacked arches or a bird."""
    on_table(s, look)
    s.shadow(430, 838, 280, 46)
    if look.shape == "arches":
        for r, colour in ((250, look.a), (180, look.b), (112, look.c)):
            d = f"M{400 - r} 832V{800 - r}a{r} {r} 0 0 1 {2 * r} 0V832h-58V{800 - r}a{r - 58} {r - 58} 0 0 0 {-2 * (r - 58)} 0V832Z"
            s.path(d, s.turned(colour, 0.26))
        return
    if look.shape == "bird":
        s.path(box(270, 786, 260, 48, 10), s.turned("#7a5236"))
        s.line("M400 790V680", "#c9a24e", 9)
        d = "M180 560Q220 420 370 430Q420 360 500 372Q560 384 566 440L640 462L560 490Q560 640 400 690Q300 700 250 610L110 600Z"
        s.path(d, s.ball(look.a))
        s.path("M250 560Q330 470 460 500Q440 630 330 640Q270 630 250 560Z", darker(look.a, 0.18), 0.8)
        s.line("M270 570Q350 500 440 520M290 600Q360 540 430 550", lighter(look.a, 0.35), 5, 0.7)
        s.path("M566 440L640 462L560 490Z", look.c)
        s.path(circle(520, 430, 9), "#2a2320")
        return
    for cx, cy, colour in ((310, 680, look.b), (480, 600, look.a)):
        s.ring(cx, cy, 118, 118, darker(colour, 0.3), 74)
        s.ring(cx - 3, cy - 4, 118, 118, colour, 62)
        s.ring(cx - 12, cy - 14, 118, 118, lighter(colour, 0.3), 16)
