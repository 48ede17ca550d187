"""Drawings of lamps and clocks."""

from math import cos, pi, sin

from smartshop.demo.illustrations.colours import darker, ink_of, lighter
from smartshop.demo.illustrations.glow import flame
from smartshop.demo.illustrations.patterns import paint
from smartshop.demo.illustrations.shapes import Look, box, circle, on_table, on_wall, turned
from smartshop.demo.illustrations.sheet import DOWN, Sheet
from smartshop.demo.illustrations.tableware import gloss


def lamp(s: Sheet, look: Look) -> None:
    """Draw a table lamp; the shape is classic, mushroom or rattan."""
    on_table(s, look)
    s.ellipse(400, 380, 420, 400, s.radial((0, "#ffedc0", 0.75), (1, "#ffedc0", 0)))
    s.shadow(430, 838, 260, 44)
    if look.shape == "mushroom":
        s.path(turned(400, [(440, 60), (600, 56), (760, 90), (832, 150)]), s.turned(look.a))
        cap = "M140 470Q150 210 400 204Q650 210 660 470Q540 512 400 512Q260 512 140 470Z"
        s.path(cap, s.gradient((0, lighter(look.b, 0.3), 1), (1, "#fbe3ae", 1), along=DOWN))
        s.path(cap, s.turned(look.b, 0.16), 0.4)
        s.path("M140 470Q270 440 400 440Q530 440 660 470Q540 512 400 512Q260 512 140 470Z", "#fff4d4")
        return
    profile: list[tuple[float, float]] = [(500, 26), (560, 60), (660, 136), (750, 130)]
    foot = turned(400, [*profile, (800, 84), (832, 100)])
    s.path(foot, s.turned(look.a, 0.36))
    paint(s, foot, (260, 500, 280, 340), look.pattern, (look.c, look.b), 20)
    gloss(s, 300, 640, 90, 6)
    s.line("M400 470v50", look.c, 18)
    shade = "M290 200H510L604 486Q400 520 196 486Z"
    s.path(shade, s.gradient((0, darker(look.b, 0.06), 1), (0.6, "#fbeac4", 1), (1, look.b, 1), along=DOWN))
    s.path(shade, s.turned(look.b, 0.2), 0.45)
    if look.shape == "rattan":
        with s.clipped(shade):
            for i in range(-8, 18):
                s.line(f"M{150 + i * 34} 520L{260 + i * 26} 180", "#8a6434", 5, 0.5)
                s.line(f"M{250 + i * 34} 520L{140 + i * 30} 180", "#8a6434", 5, 0.5)
    s.line("M196 486Q400 520 604 486", darker(look.b, 0.2), 5, 0.6)


def desklamp(s: Sheet, look: Look) -> None:
    """Draw an articulated desk lamp."""
    on_table(s, look)
    s.path("M250 470L60 840H560L420 420Z", "#fff3cf", 0.5)
    s.shadow(570, 838, 230, 40)
    s.path(turned(560, [(790, 130), (806, 140), (832, 140)], 0.2), s.turned(look.a))
    s.ellipse(560, 790, 130, 24, lighter(look.a, 0.25))
    s.line("M560 786L640 520L420 330", darker(look.c, 0.15), 18)
    s.line("M556 780L634 520L420 332", lighter(look.c, 0.3), 5)
    for x, y in ((640, 520), (424, 332)):
        s.path(circle(x, y, 22), s.ball(look.c))
    with s.moved("rotate(-38 350 400)"):
        s.ellipse(340, 520, 134, 34, "#fff0bd")
        s.path(turned(340, [(300, 40), (340, 62), (430, 100), (520, 134)], 0.26), s.turned(look.a))
        s.path("M290 350q-26 70 -44 150q10 6 20 2q20 -90 42 -148Z", "#ffffff", 0.3)


def pendant(s: Sheet, look: Look) -> None:
    """Draw a pendant shade; dome or woven."""
    on_wall(s, look)
    s.ellipse(400, 700, 400, 330, s.radial((0, "#ffedc0", 0.9), (1, "#ffedc0", 0)))
    s.line("M400 0V330", "#5a4a3c", 7)
    s.path(turned(400, [(310, 22), (340, 34), (380, 40)], 0.2), s.turned(look.c))
    if look.shape == "woven":
        d = turned(400, [(370, 60), (420, 190), (540, 262), (660, 200), (700, 150)], 0.2)
        s.path(d, s.ball(look.a))
        with s.clipped(d):
            for i in range(-9, 10):
                s.line(f"M400 340Q{400 + i * 64} 540 {400 + i * 22} 740", darker(look.a, 0.4), 6, 0.55)
            for y in range(400, 720, 42):
                s.line(f"M120 {y}q280 60 560 0", lighter(look.a, 0.3), 7, 0.6)
        s.ellipse(400, 700, 150, 28, "#fff0c2")
        return
    d = turned(400, [(370, 50), (410, 150), (500, 250), (610, 290)], 0.16)
    s.path(d, s.turned(look.a, 0.36))
    s.ellipse(400, 610, 290, 48, darker(look.b, 0.1))
    s.ellipse(400, 616, 270, 38, s.radial((0, "#fff8df", 1), (1, "#f4cf86", 1)))
    s.path("M226 480q60 -90 130 -92q-70 40 -106 120Z", "#ffffff", 0.32)


def lantern(s: Sheet, look: Look) -> None:
    """Draw a glazed metal lantern with a candle inside."""
    on_table(s, look)
    s.shadow(430, 842, 290, 46)
    s.line("M320 250C310 120 490 120 480 250", look.a, 12)
    s.path("M260 350L400 226L540 350Z", s.turned(look.a))
    s.path(box(364, 214, 72, 40, 10), s.turned(look.a))
    s.path(box(250, 350, 300, 440), "#fdf3da", 0.65)
    s.path(turned(400, [(620, 62), (700, 62), (786, 62)], 0.2), s.turned(look.b, 0.2))
    s.ellipse(400, 620, 62, 12, "#fff2cf")
    flame(s, 400, 616)
    s.path("M290 360h70L290 620Z", "#ffffff", 0.5)
    for x in (240, 386, 536):
        s.rect(x, 350, 24, 440, s.turned(look.a))
    s.rect(240, 480, 320, 14, look.a)
    s.path(box(228, 336, 344, 34, 6), s.turned(look.a))
    s.path(box(220, 784, 360, 52, 8), s.turned(look.a))


def stringlights(s: Sheet, look: Look) -> None:
    """Draw two swags of festoon lights."""
    on_wall(s, look)
    for top, sag, count in ((180, 210, 6), (430, 250, 7)):
        s.line(f"M-20 {top}Q400 {top + 2 * sag} 820 {top}", look.a, 7)
        for i in range(1, count):
            t = i / count
            x, y = -20 + 840 * t, top + 4 * sag * t * (1 - t)
            s.ellipse(x, y + 84, 130, 130, s.radial((0, "#ffdf95", 0.7), (1, "#ffdf95", 0)))
            s.rect(x - 15, y - 2, 30, 44, s.turned(look.a), 6)
            bulb = circle(x, y + 82, 40, 48)
            s.path(bulb, s.radial((0, "#fffbe8", 1), (0.6, "#ffe3a0", 1), (1, look.c, 1)))
            s.line(f"M{x - 12} {y + 92}q6 -30 12 0t12 0", "#c97b22", 4)


def clock(s: Sheet, look: Look) -> None:
    """Draw a wall clock; the shape may be station, with numerals as bars."""
    on_wall(s, look)
    s.cast(circle(400, 490, 286), 20, 30)
    s.path(circle(400, 490, 286), s.matte(look.c, 0.26))
    s.path(circle(402, 494, 250), darker(look.c, 0.35))
    s.path(circle(400, 490, 246), s.matte(look.a, 0.1))
    ink = ink_of(look.a)
    for hour in range(12):
        turn = pi * hour / 6
        long = hour % 3 == 0
        inner = 188 if long else 206
        x, y = sin(turn), -cos(turn)
        mark = f"M{400 + inner * x:.1f} {490 + inner * y:.1f}L{400 + 224 * x:.1f} {490 + 224 * y:.1f}"
        if look.shape == "dots":
            s.ellipse(400 + 206 * x, 490 + 206 * y, 15 if long else 8, 15 if long else 8, look.b)
        else:
            s.line(mark, ink, 13 if long else 6)
    s.line("M400 490L294 396", ink, 15)
    s.line("M400 490L486 310", ink, 10)
    s.line("M400 540L400 330", look.b, 4)
    s.path(circle(400, 490, 17), look.b)
    s.path("M220 340A246 246 0 0 1 420 246L300 420Z", "#ffffff", 0.16)


def alarm(s: Sheet, look: Look) -> None:
    """Draw a twin-bell alarm clock."""
    on_table(s, look)
    s.shadow(430, 836, 280, 44)
    s.line("M270 760L230 826M530 760L570 826", look.c, 26)
    s.line("M340 330Q400 250 460 330", look.c, 12)
    for x, lean in ((276, -32), (524, 32)):
        with s.moved(f"rotate({lean} {x} 370)"):
            s.path(f"M{x - 82} 400a82 78 0 0 1 164 0Z", s.turned(look.c, 0.36))
            s.path(circle(x, 318, 14), s.ball(look.c))
    s.path(circle(400, 590, 230), s.ball(look.a, 0.3))
    s.path(circle(400, 590, 186), darker(look.a, 0.3))
    s.path(circle(400, 590, 182), s.matte(look.b, 0.1))
    ink = ink_of(look.b)
    for hour in range(12):
        dx, dy = sin(pi * hour / 6), -cos(pi * hour / 6)
        s.line(f"M{400 + 144 * dx:.1f} {590 + 144 * dy:.1f}l{16 * dx:.1f} {16 * dy:.1f}", ink, 8)
    s.line("M400 590V470", ink, 9)
    s.line("M400 590L486 640", ink, 13)
    s.path(circle(400, 590, 14), look.c)
    s.path("M240 490a190 190 0 0 1 110 -90q-70 40 -92 110Z", "#ffffff", 0.35)


def moonlight(s: Sheet, look: Look) -> None:
    """Draw a moon night light on a wooden cradle."""
    on_table(s, look)
    s.ellipse(400, 520, 400, 400, s.radial((0, "#fff0c6", 0.95), (1, "#fff0c6", 0)))
    s.shadow(430, 838, 260, 44)
    s.path(
        circle(400, 530, 236),
        s.radial((0, "#fffdf2", 1), (0.7, look.a, 1), (1, darker(look.a, 0.2), 1), cx=0.4, cy=0.36, r=0.7),
    )
    craters = ((330, 450, 50), (470, 420, 28), (450, 580, 66), (300, 610, 34), (540, 520, 24), (390, 690, 30))
    for x, y, r in craters:
        s.ellipse(x, y, r, r * 0.9, darker(look.a, 0.22), 0.35)
        s.ellipse(x + 4, y + 5, r * 0.82, r * 0.74, lighter(look.a, 0.2), 0.5)
    s.path("M270 736Q400 810 530 736L560 832H240Z", s.turned(look.c, 0.28))
    s.line("M274 740Q400 812 526 740", lighter(look.c, 0.4), 5, 0.7)
