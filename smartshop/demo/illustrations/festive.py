"""Drawings for the Christmas shelf."""

from math import cos, pi, sin

from smartshop.demo.illustrations.colours import darker, lighter
from smartshop.demo.illustrations.glow import flame
from smartshop.demo.illustrations.patterns import paint
from smartshop.demo.illustrations.shapes import (
    Look,
    box,
    circle,
    leaf,
    on_sheet,
    on_table,
    on_wall,
    star,
    turned,
)
from smartshop.demo.illustrations.sheet import Sheet


def _bauble(s: Sheet, look: Look, at: tuple[float, float], size: float, colour: str) -> None:
    cx, cy = at
    s.line(f"M{cx} 0V{cy - size - 30}", "#b88f5e", 5)
    shape = circle(cx, cy, size)
    if look.shape == "drop":
        profile = [(cy - size * 1.2, size * 0.16), (cy - size * 0.5, size * 0.62), (cy, size * 0.86)]
        shape = turned(cx, [*profile, (cy + size * 0.6, size * 0.5), (cy + size * 1.5, 3)], 0.2)
    s.cast(shape, 24, 34)
    s.path(shape, s.ball(colour))
    inks = (look.b, look.c) if colour == look.a else (look.a, look.c)
    paint(s, shape, (cx - size, cy - size * 0.6, 2 * size, size * 1.4), look.pattern, inks, size * 0.2)
    s.path(
        shape,
        s.radial((0, "#ffffff", 0.3), (0.5, "#ffffff", 0), (1, "#2a1f18", 0.3), cx=0.34, cy=0.28, r=0.76),
    )
    top = cy - size * (1.2 if look.shape == "drop" else 1)
    s.path(box(cx - 24, top - 26, 48, 36, 6), s.turned("#c9a24e"))
    s.ring(cx, top - 36, 13, 13, "#c9a24e", 5)
    s.path(
        f"M{cx - size * 0.56} {cy - size * 0.34}q{size * 0.1} -{size * 0.3} {size * 0.36} -{size * 0.36}q-{size * 0.2} {size * 0.16} -{size * 0.24} {size * 0.4}Z",
        "#ffffff",
        0.55,
    )


def bauble(s: Sheet, look: Look) -> None:
    """Draw one large bauble, or a trio when the shape says so."""
    on_wall(s, look)
    if look.shape == "trio":
        _bauble(s, look, (230, 400), 116, look.b)
        _bauble(s, look, (570, 480), 124, look.c)
        _bauble(s, look, (390, 660), 146, look.a)
        return
    _bauble(s, look, (400, 530), 210, look.a)
    s.path("M400 286q-90 -80 -150 -30q0 70 150 40Zq90 -80 150 -30q0 70 -150 40Z", s.ball(look.c))
    s.path("M400 286q90 -80 150 -30q0 70 -150 40Z", s.ball(look.c))
    s.path(circle(400, 290, 22), darker(look.c, 0.2))


def wreath(s: Sheet, look: Look) -> None:
    """Draw a door wreath with a ribbon."""
    on_wall(s, look)
    with s.moved("translate(18 28)"):
        s.ring(400, 480, 214, 214, "#d9c7ae", 120)
    s.ring(400, 480, 214, 214, "#7a5f45", 34)
    tones = (look.a, lighter(look.a, 0.22), darker(look.a, 0.2), lighter(look.a, 0.4))
    for i in range(132):
        turn = i * 137.508 * pi / 180
        r = 186 + i * 29 % 60
        x, y = 400 + r * cos(turn), 480 + r * sin(turn)
        lean = turn * 180 / pi + 70 + (i % 3) * 26
        if look.shape == "round":
            s.ellipse(x, y, 30 - i % 3 * 4, 24, tones[i % 4], 0.95)
        else:
            s.path(leaf(x, y, 92 - i % 4 * 8, lean, 0.46), tones[i % 4])
    for i in range(26):
        turn = i * 0.618 * 2 * pi
        r = 180 + i * 41 % 70
        x, y = 400 + r * cos(turn), 480 + r * sin(turn)
        s.path(circle(round(x), round(y), 13), s.ball(look.b))
    for sx in (-1, 1):
        s.path(
            f"M400 700q{sx * 40} 90 {sx * 70} 210l{sx * 20} -30l{sx * 32} 12q{-sx * 30} -120 {-sx * 110} -200Z",
            s.turned(look.c),
        )
        s.path(f"M400 694q{sx * 60} -110 {sx * 140} -70q{sx * 20} 90 {-sx * 140} 76Z", s.ball(look.c))
    s.path(circle(400, 696, 26), s.ball(darker(look.c, 0.15)))


def paperstar(s: Sheet, look: Look) -> None:
    """Draw a folded paper star that glows."""
    on_wall(s, look)
    s.ellipse(400, 500, 460, 460, s.radial((0, "#ffe6a8", 0.8), (1, "#ffe6a8", 0)))
    s.line("M400 0V190", "#8a7a68", 6)
    outer, inner, points = 320.0, 140.0, 7
    for i in range(points):
        a = 2 * pi * i / points - pi / 2
        left, right = a - pi / points, a + pi / points
        tip = f"{400 + outer * cos(a):.0f} {500 + outer * sin(a):.0f}"
        low = f"{400 + inner * cos(left):.0f} {500 + inner * sin(left):.0f}"
        high = f"{400 + inner * cos(right):.0f} {500 + inner * sin(right):.0f}"
        s.path(f"M400 500L{low}L{tip}Z", lighter(look.a, 0.3))
        s.path(f"M400 500L{high}L{tip}Z", darker(look.a, 0.1))
        for k in (0.45, 0.62, 0.78):
            x, y = 400 + outer * k * cos(a), 500 + outer * k * sin(a)
            s.path(circle(round(x), round(y), round(12 - 8 * k)), "#fff3cf")
    s.ellipse(400, 500, 130, 130, s.radial((0, "#fff6d8", 0.9), (1, "#fff6d8", 0)))


def crackers(s: Sheet, look: Look) -> None:
    """Draw three crackers tied with ribbon."""
    on_sheet(s, look)
    for i, (y, lean, colour) in enumerate(((300, -10, look.a), (510, 6, look.b), (710, -5, look.c))):
        with s.moved(f"rotate({lean} 400 {y})"):
            d = f"M90 {y - 70}L110 {y}L90 {y + 70}Q170 {y + 50} 200 {y + 24}Q226 {y + 76} 260 {y + 76}H540Q574 {y + 76} 600 {y + 24}Q630 {y + 50} 710 {y + 70}L690 {y}L710 {y - 70}Q630 {y - 50} 600 {y - 24}Q574 {y - 76} 540 {y - 76}H260Q226 {y - 76} 200 {y - 24}Q170 {y - 50} 90 {y - 70}Z"
            s.cast(d)
            s.path(
                d,
                s.gradient(
                    (0, lighter(colour, 0.25), 1),
                    (0.4, colour, 1),
                    (1, darker(colour, 0.25), 1),
                    along=(0, 0, 0, 1),
                ),
            )
            kind = look.pattern if i == 0 else ("stripes", "stars")[i - 1]
            paint(
                s, box(262, y - 76, 276, 152), (262, y - 76, 276, 152), kind, (lighter(colour, 0.6), look.b)
            )
            for x in (200, 600):
                s.line(f"M{x} {y - 26}v52", "#c9a24e", 13)
                s.line(f"M{x} {y}q-30 50 -10 90M{x} {y}q30 50 24 84", "#c9a24e", 6)
            s.path(circle(400, y, 48), "#fbf6ea")
            s.path(star(400, y, 32, 14), "#c9a24e")


def stocking(s: Sheet, look: Look) -> None:
    """Draw a knitted stocking on a hook."""
    on_wall(s, look)
    s.line("M330 260Q310 200 350 196", look.c, 10)
    s.path(circle(350, 190, 16), s.ball("#c9a24e"))
    d = "M300 300H520L530 560Q560 600 610 640Q680 700 640 770Q590 840 500 800Q420 770 350 720Q300 690 306 620Z"
    s.cast(d, 24, 32)
    s.path(d, s.matte(look.a, 0.18))
    paint(s, d, (290, 300, 370, 520), look.pattern, (look.b, look.c), 8)
    with s.clipped(d):
        s.path("M540 580Q700 600 720 860L560 850Q500 740 540 580Z", look.c)
        s.path("M290 600Q340 590 380 640Q390 720 330 760L270 700Z", look.c)
        for x in range(300, 680, 16):
            s.line(f"M{x} 290V840", "#2a1f18", 2, 0.07)
    cuff = box(280, 250, 262, 100, 30)
    s.path(cuff, s.turned(lighter(look.b, 0.3), 0.16))
    for x in range(300, 540, 18):
        s.line(f"M{x} 262v76", "#2a1f18", 3, 0.1)


def trees(s: Sheet, look: Look) -> None:
    """Draw three turned wooden trees."""
    on_table(s, look)
    for cx, foot, k, colour in ((220, 800, 0.78, look.b), (590, 806, 0.9, look.c), (400, 836, 1.15, look.a)):
        s.shadow(cx + 30, foot, 150 * k, 28)
        s.rect(cx - 18 * k, foot - 90 * k, 36 * k, 84 * k, s.turned("#a97d4d"))
        s.path(turned(cx, [(foot - 18, 76 * k), (foot, 78 * k)], 0.2), s.turned("#c79c68"))
        for step in range(4):
            y, r = foot - (90 + step * 92) * k, (150 - step * 32) * k
            d = turned(cx, [(y - 130 * k, 4), (y - 60 * k, r * 0.5), (y, r)], 0.24)
            s.path(d, s.turned(colour, 0.36))
            s.line(
                f"M{cx - r * 0.96:.0f} {y:.0f}a{r * 0.96:.0f} {r * 0.24:.0f} 0 0 0 {r * 1.92:.0f} 0",
                lighter(colour, 0.45),
                4,
                0.6,
            )
        s.path(star(cx, foot - 510 * k, 30 * k, 13 * k), "#d9a441")


def snowglobe(s: Sheet, look: Look) -> None:
    """Draw a snow globe with a cottage in it."""
    on_table(s, look)
    s.shadow(430, 840, 290, 46)
    globe = circle(400, 510, 236)
    s.path(globe, s.radial((0, "#f3f8f8", 1), (1, "#b9d0d6", 1), cx=0.4, cy=0.35, r=0.8))
    with s.clipped(globe):
        s.path("M140 640Q300 580 420 620T680 610V780H140Z", "#fdfbf6")
        s.path("M330 630v-110l76 -60l76 60v110Z", look.a)
        s.path("M310 526l96 -82l96 82l-20 12l-76 -62l-76 62Z", "#fdfbf6")
        s.rect(390, 566, 38, 64, "#7a5236")
        s.rect(350, 540, 28, 30, "#ffe0a0")
        s.rect(438, 540, 28, 30, "#ffe0a0")
        for cx, k in ((256, 1), (560, 0.8)):
            for step in range(3):
                y, r = 640 - step * 46 * k, (66 - step * 16) * k
                s.path(
                    f"M{cx - r} {y}L{cx} {y - 90 * k}L{cx + r} {y}Z", ("#3f6b4d", "#4f7d5c", "#5f8f6c")[step]
                )
        for i in range(60):
            s.ellipse(
                180 + 0.7549 * i % 1 * 440, 300 + 0.5698 * i % 1 * 360, 3 + i % 4, 3 + i % 4, "#ffffff", 0.9
            )
    s.path("M226 420q50 -110 150 -128q-90 50 -120 150q-24 10 -30 -22Z", "#ffffff", 0.6)
    s.path(turned(400, [(716, 180), (740, 200), (834, 226)], 0.14), s.turned(look.b, 0.34))
    s.path(turned(400, [(712, 186), (742, 190)], 0.14), s.turned(look.c))


def advent(s: Sheet, look: Look) -> None:
    """Draw four advent candles in a low ring of greenery."""
    on_table(s, look)
    s.shadow(420, 838, 390, 54)
    for x, y, lit in ((300, 660, False), (500, 660, True), (220, 720, True), (580, 720, False)):
        s.path(turned(x, [(y - 280, 44), (y - 100, 44), (y + 40, 44)], 0.2), s.turned(look.a, 0.26))
        s.ellipse(x, y - 280, 44, 10, lighter(look.a, 0.4))
        if lit:
            flame(s, x, y - 282, 0.75)
        else:
            s.line(f"M{x} {y - 280}v-24", "#3b2a20", 5)
    for i in range(120):
        turn = i * 137.508 * pi / 180
        px, py = 400 + (236 + i % 5 * 16) * cos(turn), 750 + (52 + i % 4 * 8) * sin(turn)
        tones = (look.b, lighter(look.b, 0.25), darker(look.b, 0.2))
        s.path(leaf(px, py, 66, turn * 57.3 + 60 + i % 3 * 40, 0.28), tones[i % 3])
    for i in range(18):
        turn = i * 0.618 * 2 * pi
        s.path(circle(round(400 + 256 * cos(turn)), round(752 + 60 * sin(turn)), 12), s.ball(look.c))
