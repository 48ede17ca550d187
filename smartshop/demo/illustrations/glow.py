"""Drawings of candles and soap."""

from smartshop.demo.illustrations.colours import darker, ink_of, lighter
from smartshop.demo.illustrations.patterns import paint
from smartshop.demo.illustrations.shapes import (
    Look,
    box,
    circle,
    leaf,
    on_sheet,
    on_table,
    turned,
)
from smartshop.demo.illustrations.sheet import Sheet
from smartshop.demo.illustrations.tableware import gloss


def flame(s: Sheet, x: float, y: float, size: float = 1) -> None:
    """Draw a flame and its halo above a wick."""
    halo = s.radial((0, "#ffe2a0", 0.75), (0.4, "#ffdc94", 0.3), (1, "#ffdc94", 0))
    s.ellipse(x, y - 40 * size, 170 * size, 170 * size, halo)
    s.line(f"M{x} {y + 6}v{-22 * size}", "#3b2a20", 5)
    outer = f"M{x} {y - 96 * size}q{44 * size} {66 * size} 0 {84 * size}"
    s.path(f"{outer}q{-44 * size} {-18 * size} 0 {-84 * size}Z", "#f3a63c")
    inner = f"M{x} {y - 62 * size}q{22 * size} {38 * size} 0 {46 * size}"
    s.path(f"{inner}q{-22 * size} {-10 * size} 0 {-46 * size}Z", "#fff1c4")


def label(s: Sheet, x: float, y: float, w: float, h: float, look: Look) -> None:
    """Draw a printed paper label with a small emblem and two lines."""
    s.path(box(x, y, w, h, 6), s.turned(lighter(look.b, 0.35), 0.12))
    ink = ink_of(look.b)
    cx = x + w / 2
    for turn in (-130, -90, -50):
        s.path(leaf(cx, y + h * 0.46, h * 0.26, turn), look.c)
    s.line(f"M{cx - w * 0.26} {y + h * 0.62}h{w * 0.52}", ink, 6, 0.85)
    s.line(f"M{cx - w * 0.16} {y + h * 0.77}h{w * 0.32}", ink, 3, 0.6)


def candle(s: Sheet, look: Look) -> None:
    """Draw a poured candle in a tumbler, lit."""
    on_table(s, look)
    s.shadow(430, 838, 290, 48)
    body = turned(400, [(470, 176), (600, 178), (780, 174), (832, 160)], 0.14)
    s.path(body, s.turned(look.a))
    paint(s, body, (220, 470, 360, 370), look.pattern, (look.b, look.c), 24)
    s.ellipse(400, 470, 176, 30, lighter(look.a, 0.35))
    s.ellipse(400, 474, 162, 24, s.radial((0, "#fff6de", 1), (1, darker(look.b, 0.16), 1)))
    flame(s, 400, 462)
    gloss(s, 254, 540, 220, 2)
    label(s, 310, 590, 180, 160, look)


def pillar(s: Sheet, look: Look) -> None:
    """Draw three pillar candles of different heights."""
    on_table(s, look)
    columns = ((560, 520, 84, look.b), (270, 600, 98, look.c), (420, 380, 104, look.a))
    for cx, top, r, colour in columns:
        foot = 830 if cx == 420 else 806
        s.shadow(cx + 34, foot + 4, r * 1.7, 30)
        body = turned(cx, [(top, r), (top + 60, r), (foot - 40, r), (foot, r - 2)], 0.2)
        s.path(body, s.turned(colour, 0.24))
        inks = (lighter(colour, 0.4), darker(colour, 0.2))
        paint(s, body, (cx - r, top, 2 * r, foot - top), look.pattern, inks, 14)
        s.ellipse(cx, top, r, r * 0.22, s.radial((0, "#fff2cf", 1), (1, lighter(colour, 0.3), 1)))
        s.path(f"M{cx - r * 0.5} {top + 8}q8 70 16 90q14 6 16 -20l-4 -66Z", lighter(colour, 0.25))
        flame(s, cx, top - 2, 0.8)


def tapers(s: Sheet, look: Look) -> None:
    """Draw tapers in turned holders."""
    on_table(s, look)
    rows = ((250, 330, look.a), (560, 300, look.b), (405, 190, look.a))
    for i, (cx, top, colour) in enumerate(rows):
        foot = 800 + (i == 2) * 34
        s.shadow(cx + 26, foot, 130, 26)
        profile: list[tuple[float, float]] = [(foot - 200, 34), (foot - 170, 24), (foot - 110, 40)]
        holder = turned(cx, [*profile, (foot - 70, 20), (foot - 26, 74), (foot, 86)], 0.2)
        s.path(f"M{cx - 15} {top}h30l8 {foot - 190 - top}h-46Z", s.turned(colour, 0.22))
        s.path(holder, s.turned(look.c, 0.42))
        s.line(f"M{cx - 22} {foot - 150}q-10 60 4 80", "#ffffff", 5, 0.45)
        flame(s, cx, top, 0.72)


def diffuser(s: Sheet, look: Look) -> None:
    """Draw a reed diffuser bottle."""
    on_table(s, look)
    s.shadow(430, 838, 260, 46)
    for dx in (-150, -86, -24, 46, 104, 160):
        s.line(f"M{400 - dx * 0.18:.0f} 470L{400 + dx} {200 + abs(dx) * 0.3:.0f}", "#b88f5e", 9)
        s.line(f"M{398 - dx * 0.18:.0f} 470L{398 + dx} {200 + abs(dx) * 0.3:.0f}", "#dfbf90", 3)
    profile: list[tuple[float, float]] = [(440, 50), (500, 52), (560, 110), (640, 160)]
    body = turned(400, [*profile, (760, 164), (830, 140)])
    s.path(body, s.turned(look.a, 0.42))
    with s.clipped(body):
        s.path("M200 640q100 22 200 0t200 0V880H200Z", darker(look.a, 0.3), 0.5)
    gloss(s, 268, 610, 160, 4)
    s.path(turned(400, [(428, 58), (448, 60), (478, 56)], 0.2), s.turned(look.c))
    s.ellipse(400, 430, 56, 10, darker(look.c, 0.45))
    label(s, 316, 650, 168, 130, look)


def soap(s: Sheet, look: Look) -> None:
    """Draw two bars of soap, one in its paper band, on a dish."""
    on_table(s, look, 560)
    s.shadow(430, 800, 360, 54)
    s.path(turned(400, [(720, 300), (760, 280), (800, 220)], 0.1), s.turned(look.c))
    s.ellipse(400, 720, 300, 54, s.matte(lighter(look.c, 0.1)))
    for y, colour, lean in ((560, look.b, 4), (430, look.a, -4)):
        with s.moved(f"rotate({lean} 400 {y + 70})"):
            s.path(box(190, y + 16, 420, 140, 40), darker(colour, 0.24))
            s.path(box(190, y, 420, 132, 40), s.turned(colour, 0.16))
            inks = (darker(colour, 0.22), lighter(colour, 0.4))
            paint(s, box(190, y, 420, 132, 40), (190, y, 420, 132), look.pattern, inks)
            s.line(f"M236 {y + 26}q160 -14 330 0", "#ffffff", 9, 0.45)
    with s.moved("rotate(-4 400 500)"):
        s.path(box(318, 426, 164, 162, 3), s.turned(lighter(look.b, 0.5), 0.1))
        for turn in (-140, -90, -40):
            s.path(leaf(400, 500, 44, turn), look.c)
        s.line("M356 526h88M372 550h56", ink_of(look.b), 5, 0.8)


def bottle(s: Sheet, look: Look) -> None:
    """Draw a pump bottle of hand wash."""
    on_table(s, look)
    s.shadow(430, 838, 270, 46)
    s.line("M400 330V260M400 262H300q-26 0 -26 30", "#3d3a36", 22)
    s.path(turned(400, [(318, 30), (340, 62), (400, 64)], 0.2), s.turned("#4a4641"))
    profile: list[tuple[float, float]] = [(398, 60), (430, 130), (480, 158), (700, 160)]
    body = turned(400, [*profile, (810, 156), (834, 140)])
    s.path(body, s.turned(look.a, 0.42))
    gloss(s, 264, 500, 270, 0)
    label(s, 286, 540, 228, 210, look)


def tin(s: Sheet, look: Look) -> None:
    """Draw a round printed tin with its lid on."""
    on_table(s, look)
    s.shadow(430, 826, 340, 50)
    body = turned(400, [(520, 252), (600, 252), (780, 250), (820, 246)], 0.14)
    s.path(body, s.turned(look.a, 0.34))
    paint(s, body, (148, 560, 504, 280), look.pattern, (look.b, look.c), 40)
    lid = turned(400, [(450, 260), (480, 262), (548, 260)], 0.14)
    s.path(lid, s.turned(darker(look.a, 0.1), 0.3))
    s.ellipse(400, 450, 260, 46, s.matte(lighter(look.a, 0.12), 0.2))
    s.ring(400, 450, 214, 36, look.b, 4)
    for turn in range(0, 360, 45):
        with s.moved("translate(400 450) scale(1 0.18)"):
            s.path(leaf(0, 0, 150, turn, 0.3), look.b)
    gloss(s, 184, 580, 170, 2)


def tealight(s: Sheet, look: Look) -> None:
    """Draw two cut-out tealight houses, glowing."""
    on_table(s, look)
    for x, top, w, colour in ((430, 420, 220, look.b), (170, 500, 250, look.a)):
        foot = 830 if x < 400 else 800
        s.shadow(x + w / 2 + 40, foot, w * 0.85, 34)
        d = f"M{x} {top + 110}L{x + w / 2} {top}L{x + w} {top + 110}V{foot}H{x}Z"
        s.path(d, s.turned(colour, 0.2))
        s.path(f"M{x - 18} {top + 122}L{x + w / 2} {top - 18}", colour)
        roof = f"M{x - 14} {top + 118}L{x + w / 2} {top - 8}L{x + w + 14} {top + 118}"
        s.line(roof, darker(colour, 0.25), 20)
        glow = s.radial((0, "#fff0bf", 1), (1, "#eda845", 1), cy=0.75, r=0.8)
        for column in range(3):
            for row in range(2 if top > 450 else 3):
                wx, wy = x + w * (0.16 + 0.26 * column), top + 150 + row * 92
                s.path(f"M{wx} {wy + 66}v-40q{w * 0.08} -30 {w * 0.16} 0v40Z", glow)
        s.ellipse(x + w / 2, foot - 60, w * 0.8, 100, s.radial((0, "#ffd98c", 0.5), (1, "#ffd98c", 0)))


def brush(s: Sheet, look: Look) -> None:
    """Draw a long-handled bath brush from above."""
    on_sheet(s, look)
    with s.moved("rotate(34 400 500)"):
        d = "M372 60q28 -26 56 0q20 200 4 400q88 60 78 250q-6 200 -110 206q-104 -6 -110 -206q-10 -190 78 -250q-16 -200 4 -400Z"
        s.cast(d)
        for i in range(26):
            y = 520 + i * 15
            s.line(f"M300 {y}h-34M500 {y}h34", look.b, 6, 0.9)
        s.path(d, s.turned(look.a, 0.26))
        s.path(circle(400, 700, 66, 150), darker(look.a, 0.14), 0.5)
        s.path(circle(400, 96, 12), darker(look.a, 0.6))
        s.line("M398 90C360 40 470 20 408 86", look.c, 8)
