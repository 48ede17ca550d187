"""Drawings of toys."""

from smartshop.demo.illustrations.colours import darker, lighter
from smartshop.demo.illustrations.patterns import paint
from smartshop.demo.illustrations.shapes import (
    Look,
    box,
    circle,
    closed,
    on_sheet,
    on_table,
    on_wall,
    star,
    turned,
)
from smartshop.demo.illustrations.sheet import Sheet


def _face(s: Sheet, cx: float, cy: float, nose: str) -> None:
    for dx in (-44, 44):
        s.ellipse(cx + dx, cy, 9, 11, "#3a2c24")
        s.ellipse(cx + dx - 3, cy - 4, 3, 3, "#ffffff")
        s.ellipse(cx + dx * 1.7, cy + 34, 22, 14, "#e08f80", 0.4)
    s.path(f"M{cx - 15} {cy + 20}h30q2 18 -15 22q-17 -4 -15 -22Z", nose)
    s.line(f"M{cx} {cy + 42}v12q-14 16 -28 4m28 -4q14 16 28 4", "#3a2c24", 4, 0.8)


def _limbs(s: Sheet, colour: str) -> None:
    s.path(closed([(250, 560), (210, 650), (236, 700), (290, 660), (310, 590)]), s.ball(colour))
    s.path(closed([(550, 560), (590, 650), (564, 700), (510, 660), (490, 590)]), s.ball(colour))
    s.path(circle(400, 660, 150, 166), s.ball(colour))
    s.path(circle(400, 686, 88, 104), lighter(colour, 0.4), 0.7)
    for cx in (292, 508):
        s.path(circle(cx, 790, 74, 54), s.ball(colour))
        s.path(circle(cx, 800, 40, 28), lighter(colour, 0.45), 0.8)


def bunny(s: Sheet, look: Look) -> None:
    """Draw a soft bunny with long ears and a ribbon."""
    on_table(s, look)
    s.shadow(430, 838, 320, 46)
    for cx, lean in ((330, -10), (470, 12)):
        with s.moved(f"rotate({lean} {cx} 380)"):
            s.path(circle(cx, 260, 50, 140), s.ball(look.a))
            s.path(circle(cx, 270, 26, 104), look.b)
    _limbs(s, look.a)
    s.path(circle(400, 450, 146, 126), s.ball(look.a))
    _face(s, 400, 444, look.b)
    s.path(
        "M400 566q-60 -50 -100 -20q-10 50 20 60q50 4 80 -40q30 44 80 40q30 -10 20 -60q-40 -30 -100 20Z",
        s.ball(look.c),
    )
    s.path(circle(400, 570, 18), darker(look.c, 0.2))


def bear(s: Sheet, look: Look) -> None:
    """Draw a soft bear in a knitted jumper."""
    on_table(s, look)
    s.shadow(430, 838, 320, 46)
    for cx in (292, 508):
        s.path(circle(cx, 320, 62), s.ball(look.a))
        s.path(circle(cx, 326, 34), lighter(look.a, 0.4))
    _limbs(s, look.a)
    jumper = closed(
        [(290, 540), (400, 524), (510, 540), (552, 640), (536, 740), (400, 768), (264, 740), (248, 640)]
    )
    s.path(jumper, s.ball(look.b, 0.26))
    paint(s, jumper, (240, 520, 320, 250), look.pattern, (look.c, lighter(look.b, 0.4)), 14)
    s.path(circle(400, 430, 160, 142), s.ball(look.a))
    s.path(circle(400, 474, 70, 56), lighter(look.a, 0.42))
    _face(s, 400, 420, "#3a2c24")


def blocks(s: Sheet, look: Look) -> None:
    """Draw a tower of wooden blocks."""
    on_table(s, look)
    s.shadow(420, 838, 340, 46)
    tones = ((170, 650, look.a), (404, 650, look.b), (286, 466, look.c))
    for i, (x, y, colour) in enumerate(tones):
        s.path(f"M{x} {y}l40 -40h186l-40 40Z", lighter("#e2c79d", 0.3))
        s.path(f"M{x + 186} {y}l40 -40v184l-40 40Z", darker("#d2ae7c", 0.12))
        s.path(box(x, y, 186, 184), s.matte("#e2c79d"))
        s.path(box(x + 18, y + 18, 150, 148, 12), s.matte(colour))
        cx, cy = x + 93, y + 92
        if i == 0:
            s.path(star(cx, cy, 56, 25), lighter(colour, 0.65))
        elif i == 1:
            s.path(circle(cx, cy, 46), lighter(colour, 0.6))
        else:
            s.path(f"M{cx - 48} {cy + 42}L{cx} {cy - 48}L{cx + 48} {cy + 42}Z", lighter(colour, 0.65))
    s.path("M290 424h220L400 290Z", s.turned(look.a, 0.24))
    s.path("M400 290L510 424l40 -30Z", darker(look.a, 0.25))


def train(s: Sheet, look: Look) -> None:
    """Draw a wooden train with one wagon."""
    on_table(s, look)
    s.shadow(400, 824, 400, 44)
    s.line("M300 720h120", "#7a5236", 16)
    s.path(box(80, 590, 240, 150, 14), s.turned(look.c, 0.2))
    for x in (110, 180, 250):
        s.path(circle(x + 20, 580, 40), s.ball((look.a, look.b, "#d9a441")[x % 3]))
    s.path(box(80, 610, 240, 130, 14), s.turned(look.c, 0.2))
    s.path(box(400, 560, 250, 180, 60), s.turned(look.a, 0.24))
    s.path(box(400, 440, 130, 300, 14), s.turned(look.b, 0.2))
    s.path(box(384, 416, 162, 40, 14), s.turned(darker(look.a, 0.1)))
    s.path(box(424, 486, 82, 90, 10), "#fbf3e0")
    s.path(turned(596, [(450, 44), (480, 40), (566, 30)], 0.2), s.turned(look.c))
    s.path(circle(606, 390, 26), "#fbf6ea", 0.9)
    s.path(circle(640, 340, 36), "#fbf6ea", 0.7)
    s.path("M650 690l66 60h-90Z", darker(look.b, 0.1))
    for x, r in ((140, 52), (262, 52), (452, 58), (588, 58)):
        s.path(circle(x, 768, r), s.ball("#c79c68"))
        s.path(circle(x, 768, r * 0.62), darker(look.a, 0.1))
        s.path(circle(x, 768, 12), "#f0dcb8")


def rings(s: Sheet, look: Look) -> None:
    """Draw a stacking ring tower."""
    on_table(s, look)
    s.shadow(430, 838, 310, 48)
    s.rect(384, 270, 32, 540, s.turned("#c79c68"), 14)
    s.path(turned(400, [(790, 220), (810, 226), (834, 210)], 0.16), s.turned("#d2ae7c"))
    tones = (look.a, look.b, look.c, lighter(look.a, 0.4), "#d9a441", lighter(look.c, 0.3))
    for i, colour in enumerate(tones):
        r, y = 200 - i * 24, 740 - i * 78
        s.path(box(400 - r, y - 34, 2 * r, 80, 38), s.turned(colour, 0.3))
        s.line(f"M{400 - r * 0.7} {y - 18}h{r * 0.6}", "#ffffff", 8, 0.4)
    s.path(circle(400, 272, 52), s.ball(look.b))


def puzzle(s: Sheet, look: Look) -> None:
    """Draw a wooden puzzle of a country scene."""
    on_sheet(s, look)
    d = box(130, 230, 540, 540, 20)
    s.cast(d)
    s.path(d, s.matte("#e2c79d"))
    inner = box(160, 260, 480, 480, 8)
    s.path(inner, lighter("#a9c4d6", 0.3))
    with s.clipped(inner):
        s.ellipse(540, 350, 56, 56, look.c)
        s.path("M160 560Q300 440 420 540T660 500V740H160Z", lighter(look.a, 0.2))
        s.path("M160 640Q320 540 480 640T660 600V740H160Z", look.a)
        s.path("M250 600v-110l70 -56l70 56v110Z", look.b)
        s.path("M230 500l90 -76l90 76Z", "#a8502f")
        s.rect(302, 540, 38, 60, "#7a5236")
        for x, y in ((500, 560), (560, 580), (460, 640)):
            s.rect(x - 5, y, 10, 40, "#7a5236")
            s.ellipse(x, y - 20, 34, 44, darker(look.a, 0.3))
    for i in range(1, 4):
        t = 260 + i * 120
        knob = "q0 -8 -10 -18q-6 -26 20 -26t20 26q-10 10 -10 18h50"
        row = f"M160 {t}" + f"h50{knob}" * 4
        with s.clipped(inner):
            s.line(row, "#5d432e", 3, 0.55)
            with s.moved("rotate(90 400 500)"):
                s.line(row, "#5d432e", 3, 0.55)
    with s.moved("rotate(18 640 800)"):
        piece = "M580 760h40q-14 -40 16 -44q34 2 18 44h42v44q40 -16 44 18q-2 32 -44 16v46h-116Z"
        s.cast(piece, 10, 14)
        s.path(piece, s.matte(look.a))


def kite(s: Sheet, look: Look) -> None:
    """Draw a diamond kite with a bowed tail."""
    on_wall(s, look)
    d = "M420 110L640 370L360 720L170 350Z"
    s.cast(d, 30, 40)
    s.path("M420 110L640 370L386 360Z", look.a)
    s.path("M420 110L170 350L386 360Z", lighter(look.a, 0.2))
    s.path("M640 370L360 720L386 360Z", look.b)
    s.path("M170 350L360 720L386 360Z", look.c)
    s.path(star(392, 300, 56, 24), "#fbf6ea", 0.85)
    s.line("M420 110L360 720M170 350Q390 372 640 370", "#7a5236", 6)
    tail = "M360 720Q280 780 380 830T330 960"
    s.line(tail, "#6b5a48", 5)
    for x, y, colour in ((318, 770, look.a), (372, 836, look.c), (330, 902, look.b)):
        s.path(f"M{x} {y}l-44 -24v48ZM{x} {y}l44 -24v48Z", colour)


def boat(s: Sheet, look: Look) -> None:
    """Draw a wooden sailing boat."""
    on_table(s, look)
    s.shadow(420, 832, 350, 40)
    s.line("M400 180V690", "#a97d4d", 18)
    s.path("M416 200Q640 400 630 640H416Z", s.turned(look.b, 0.16))
    sail = "M384 250Q220 440 190 640H384Z"
    s.path(sail, s.turned(look.c, 0.16))
    paint(s, sail, (190, 250, 200, 390), look.pattern, (look.a, look.b), 10)
    s.path("M400 180l90 26l-90 30Z", look.a)
    s.path("M110 680H690Q660 816 560 826H240Q140 816 110 680Z", s.turned(look.a, 0.3))
    s.path("M110 680H690l-10 40H120Z", lighter(look.a, 0.32))
    for x in (300, 400, 500):
        s.path(circle(x, 764, 20), lighter(look.b, 0.4))
    s.path(circle(530, 372, 30), look.a)


def duck(s: Sheet, look: Look) -> None:
    """Draw a pull-along duck on wheels."""
    on_table(s, look)
    s.shadow(400, 836, 350, 44)
    s.line("M600 770Q720 790 690 680T760 560", "#b88f5e", 6)
    s.path(box(170, 740, 440, 44, 16), s.turned("#c79c68"))
    d = "M180 560Q220 620 300 590Q330 520 420 500Q370 440 410 372Q470 310 550 350Q600 380 596 440Q590 480 560 500Q620 560 590 660Q560 740 420 744H330Q200 740 180 560Z"
    s.path(d, s.ball(look.a))
    s.path("M300 620Q380 540 500 590Q480 690 380 690Q320 680 300 620Z", look.b)
    s.line("M330 630Q400 580 470 606M350 660Q400 620 450 640", darker(look.b, 0.25), 5, 0.6)
    s.path("M590 410L680 430Q670 462 590 456Z", look.c)
    s.path(circle(520, 410, 13), "#3a2c24")
    s.path(circle(516, 405, 4), "#ffffff")
    s.path("M416 488Q500 520 570 488l-4 26Q490 546 420 512Z", look.c)
    for x in (250, 530):
        s.path(circle(x, 784, 54), s.ball(look.c))
        s.path(circle(x, 784, 22), "#f0dcb8")


def bunting(s: Sheet, look: Look) -> None:
    """Draw two swags of bunting."""
    on_wall(s, look)
    tones = (look.a, look.b, look.c)
    for top, sag, count in ((240, 150, 6), (560, 130, 7)):
        s.line(f"M-20 {top}Q400 {top + 2 * sag} 820 {top}", "#b88f5e", 8)
        for i in range(count):
            t = (i + 0.5) / count
            x, y = -20 + 840 * t, top + 4 * sag * t * (1 - t)
            slope = 4 * sag * (1 - 2 * t) / 840 * 57
            with s.moved(f"rotate({slope:.1f} {x:.0f} {y:.0f})"):
                d = f"M{x - 58:.0f} {y:.0f}h116l-58 150Z"
                if look.shape == "felt":
                    d = circle(round(x), round(y + 40), 44)
                s.cast(d, 10, 14)
                colour = tones[i % 3]
                s.path(d, s.matte(colour))
                kind = (look.pattern, "plain", "dots")[i % 3] if look.shape != "felt" else "plain"
                paint(s, d, (x - 58, y, 116, 150), kind, (lighter(colour, 0.6), look.b))


def abacus(s: Sheet, look: Look) -> None:
    """Draw a bead abacus."""
    on_table(s, look)
    s.shadow(420, 838, 340, 44)
    for x in (140, 624):
        s.path(box(x, 300, 36, 530, 16), s.turned("#c79c68"))
        s.path(box(x - 26, 800, 88, 36, 14), s.turned("#a97d4d"))
    tones = (look.a, look.b, look.c, "#d9a441", lighter(look.a, 0.35))
    for i, colour in enumerate(tones):
        y = 370 + i * 92
        s.line(f"M176 {y}H624", "#8f8a82", 6)
        left = 3 + i * 2 % 5
        for k in range(8):
            x = 206 + k * 44 if k < left else 594 - (7 - k) * 44
            s.path(circle(x, y, 23, 34), s.ball(colour))
