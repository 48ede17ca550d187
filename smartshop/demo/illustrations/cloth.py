"""Drawings of cushions, throws, rugs and towels."""

from smartshop.demo.illustrations.colours import darker, lighter
from smartshop.demo.illustrations.patterns import paint
from smartshop.demo.illustrations.shapes import Look, box, circle, on_sheet, on_table, on_wall, turned
from smartshop.demo.illustrations.sheet import Sheet


def cushion(s: Sheet, look: Look) -> None:
    """Draw a plump square cushion; the shape may be a long bolster."""
    on_table(s, look, 730)
    s.shadow(420, 842, 370, 50)
    if look.shape == "long":
        d = "M70 500Q90 470 140 484Q400 440 660 484Q710 470 730 500Q700 660 730 820Q710 850 660 836Q400 872 140 836Q90 850 70 820Q100 660 70 500Z"
        area = (60.0, 460.0, 680.0, 400.0)
    else:
        d = "M120 300Q130 262 176 276Q400 232 624 276Q670 262 680 300Q640 560 684 800Q680 850 626 838Q400 870 174 838Q120 850 116 800Q160 560 120 300Z"
        area = (110.0, 250.0, 580.0, 610.0)
    s.path(d, s.matte(look.a, 0.2))
    paint(s, d, area, look.pattern, (look.b, look.c), 20)
    x, y, w, h = area
    with s.clipped(d):
        puff = s.radial(
            (0, "#fffaf0", 0.34), (0.55, "#fffaf0", 0.05), (1, "#2a1f18", 0.26), cx=0.4, cy=0.38, r=0.72
        )
        s.rect(x, y, w, h, puff)
        for cx, cy, dx, dy in ((x, y, 1, 1), (x + w, y, -1, 1), (x, y + h, 1, -1), (x + w, y + h, -1, -1)):
            s.line(
                f"M{cx + 26 * dx} {cy + 40 * dy}q{70 * dx} {30 * dy} {96 * dx} {110 * dy}", "#2a1f18", 7, 0.1
            )
    s.line(d, darker(look.c, 0.05) if look.pattern != "plain" else lighter(look.a, 0.3), 7)


def throw(s: Sheet, look: Look) -> None:
    """Draw a folded throw with a fringe, on a stool."""
    on_table(s, look)
    s.shadow(420, 846, 320, 40)
    for x in (236, 540):
        s.path(f"M{x} 690h26l{-10 if x < 400 else 22} 150h-22Z", s.turned("#a97d4d"))
    s.path(box(190, 640, 420, 60, 22), s.turned("#c79c68"))
    for i, y in enumerate((560, 486, 412)):
        d = f"M170 {y + 40}Q166 {y} 210 {y}H580Q636 {y} 634 {y + 44}Q632 {y + 86} 586 {y + 86}H176Z"
        s.path(d, s.turned(darker(look.a, 0.05 * i), 0.2))
        paint(s, d, (160, y, 480, 90), look.pattern, (look.b, look.c), 6)
        s.line(f"M180 {y + 84}H586", darker(look.a, 0.35), 4, 0.4)
    drape = "M236 410H470Q490 560 476 772H244Q226 560 236 410Z"
    s.path(drape, s.turned(lighter(look.a, 0.06), 0.16))
    paint(s, drape, (226, 400, 260, 380), look.pattern, (look.b, look.c), 0)
    for x in (300, 400):
        s.path(f"M{x} 414q20 180 -4 356h30q12 -180 -4 -356Z", "#2a1f18", 0.08)
    for i in range(16):
        x = 248 + i * 15
        s.line(f"M{x} 770q{4 - i % 3 * 4} 24 {-2 + i % 2 * 4} 48", lighter(look.a, 0.2), 6)


def rug(s: Sheet, look: Look) -> None:
    """Draw a flat-woven rug from above, with fringed ends."""
    on_sheet(s, look)
    d = box(170, 130, 460, 740, 4) if look.shape != "round" else circle(400, 500, 300)
    s.cast(d, 12, 16)
    if look.shape == "round":
        for i in range(9):
            r = 300 - i * 34
            s.path(circle(400, 500, r), (look.a, look.b, look.a, look.c)[i % 4])
            s.ring(400, 500, r - 9, r - 9, darker(look.a, 0.25), 2)
        s.path(d, s.radial((0, "#fffaf0", 0.2), (1, "#2a1f18", 0.14)))
        return
    for i in range(31):
        x = 178 + i * 14.8
        s.line(f"M{x} 132v-36M{x} 868v36", lighter(look.a, 0.5), 5)
    s.path(d, s.matte(look.a, 0.12))
    s.path(box(192, 156, 416, 688), look.b)
    s.path(box(204, 170, 392, 660), s.matte(look.a, 0.12))
    paint(s, box(204, 170, 392, 660), (204, 170, 392, 660), look.pattern, (look.b, look.c), 0)
    with s.clipped(d):
        for y in range(134, 870, 9):
            s.rect(170, y, 460, 2, "#2a1f18", opacity=0.06)


def pouf(s: Sheet, look: Look) -> None:
    """Draw a knitted pouf."""
    on_table(s, look)
    s.shadow(430, 838, 360, 54)
    d = turned(400, [(500, 150), (540, 246), (660, 300), (770, 272), (826, 190)], 0.16)
    s.path(d, s.turned(look.a, 0.34))
    with s.clipped(d):
        for i in range(-7, 8):
            for row in range(9):
                y = 506 + row * 38
                x = 400 + i * (30 + 14 * min(row, 8 - row) * 0.75)
                s.line(f"M{x - 14} {y}q14 26 14 34q0 -10 14 -34", lighter(look.a, 0.25), 8, 0.5)
                s.line(f"M{x - 14} {y + 8}q14 26 14 34q0 -10 14 -34", darker(look.a, 0.35), 4, 0.32)
    s.ellipse(400, 504, 152, 30, s.matte(lighter(look.a, 0.12)))
    for i in range(4):
        s.ring(400, 504, 140 - i * 38, 27 - i * 7.4, darker(look.a, 0.25), 4)
    s.ellipse(400, 504, 14, 5, darker(look.a, 0.4))


def hottie(s: Sheet, look: Look) -> None:
    """Draw a hot water bottle in a knitted cover."""
    on_sheet(s, look)
    with s.moved("rotate(-9 400 500)"):
        s.path(box(346, 120, 108, 92, 16), s.turned("#5b5148"))
        d = (
            "M336 196Q400 176 464 196Q470 250 458 284Q600 300 612 420V780Q612 880 510 884H290"
            "Q188 880 188 780V420Q200 300 342 284Q330 250 336 196Z"
        )
        s.cast(d)
        s.path(d, s.matte(look.a, 0.16))
        paint(s, d, (188, 330, 424, 560), look.pattern, (look.b, look.c), 10)
        with s.clipped(d):
            for x in range(196, 620, 24):
                s.line(f"M{x} 180V900", "#2a1f18", 3, 0.09)
            s.rect(
                180,
                170,
                460,
                730,
                s.radial((0, "#fffaf0", 0.3), (1, "#2a1f18", 0.16), cx=0.36, cy=0.4, r=0.7),
            )
        s.line("M340 262Q400 284 460 262", look.c, 12)
        s.line("M400 276q-30 60 -60 76M400 276q26 60 50 84", look.c, 9)
        s.path(circle(338, 358, 20), s.ball(look.c))
        s.path(circle(452, 366, 20), s.ball(look.c))


def towels(s: Sheet, look: Look) -> None:
    """Draw a stack of folded towels."""
    on_table(s, look)
    s.shadow(420, 838, 380, 46)
    for i, colour in enumerate((look.a, look.b, look.c, look.a)):
        y = 740 - i * 104
        shrink = i * 10
        d = (
            f"M{150 + shrink} {y + 96}Q{128 + shrink} {y + 46} {160 + shrink} {y}"
            f"H{600 - shrink}Q{668 - shrink} {y + 4} {664 - shrink} {y + 50}Q{666 - shrink} {y + 96} {600 - shrink} {y + 98}Z"
        )
        s.path(d, s.turned(colour, 0.2))
        s.line(f"M{150 + shrink} {y + 50}H{590 - shrink}q46 2 60 -24", darker(colour, 0.3), 5, 0.45)
        for x in (520, 540, 556):
            s.rect(x - shrink, y + 3, 7, 92, lighter(colour, 0.45), opacity=0.6)
        s.line(f"M{176 + shrink} {y + 12}H{560 - shrink}", "#ffffff", 6, 0.35)
    s.line("M400 428Q360 360 390 300", "#6f7a52", 6)
    for dx, dy, turn in ((0, 90, 200), (4, 70, -20), (-4, 40, 210), (0, 20, -40), (-6, -6, -80)):
        with s.moved(f"translate({388 + dx} {320 + dy}) rotate({turn})"):
            s.path("M0 0Q22 -22 66 0Q22 22 0 0Z", "#8d9a6d")


def quilt(s: Sheet, look: Look) -> None:
    """Draw a patchwork quilt hung on a wall rail."""
    on_wall(s, look)
    d = box(170, 190, 460, 640, 8)
    s.path(box(120, 168, 560, 22, 11), s.turned("#a97d4d"))
    s.cast(d)
    s.path(d, look.b)
    step = 460 / 4
    for row in range(6):
        for column in range(4):
            x, y = 170 + column * step, 190 + row * 640 / 6
            colour = (look.a, look.c, lighter(look.a, 0.45), darker(look.c, 0.12))[(row * 3 + column) % 4]
            h = 640 / 6
            s.path(f"M{x} {y}h{step}L{x} {y + h}Z", colour)
            if (row + column) % 2:
                s.path(f"M{x + step} {y}v{h}h{-step}Z", lighter(colour, 0.5))
            s.line(f"M{x + 8} {y + 8}h{step - 16}v{h - 16}h{16 - step}Z", "#fffaf0", 1.5, 0.6)
    with s.clipped(d):
        for x in (240, 420, 560):
            s.path(f"M{x} 180q26 330 -8 660h40q20 -330 -12 -660Z", "#2a1f18", 0.06)
