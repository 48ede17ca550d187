"""Drawings of notebooks, cards, pencils and paper."""

from smartshop.demo.illustrations.colours import darker, ink_of, lighter
from smartshop.demo.illustrations.patterns import paint
from smartshop.demo.illustrations.shapes import Look, box, circle, leaf, on_sheet, on_table, on_wall, turned
from smartshop.demo.illustrations.sheet import Sheet


def notebook(s: Sheet, look: Look) -> None:
    """Draw a notebook with an elastic band, or spiral bound."""
    on_sheet(s, look)
    with s.moved("rotate(-7 400 500)"):
        s.cast(box(176, 186, 460, 640, 18), 22, 26)
        s.path(box(188, 196, 452, 632, 14), "#f7f0e2")
        for i in range(4):
            s.line(f"M{634 - i * 3} 210V816", "#cdbfa6", 1.5, 0.8)
        cover = box(172, 180, 456, 636, 18)
        s.path(cover, s.matte(look.a, 0.12))
        paint(s, cover, (172, 180, 456, 636), look.pattern, (look.b, look.c))
        if look.shape == "spiral":
            for i in range(20):
                y = 204 + i * 31
                s.path(circle(206, y, 8), "#fbf6ea")
                s.line(f"M206 {y}C160 {y - 26} 146 {y + 8} 182 {y + 10}", "#8f8a82", 6)
        else:
            s.rect(172, 180, 58, 636, darker(look.a, 0.14), 16, 0.9)
            s.rect(566, 180, 18, 636, s.turned(look.c))
        s.path(box(300, 300, 210, 120, 8), "#fbf6ea", 0.95)
        s.line("M334 344h142M356 376h98", "#5b4c3c", 6, 0.75)
        s.path("M440 816v70l18 -18l18 18v-70Z", look.c)


def cards(s: Sheet, look: Look) -> None:
    """Draw a fan of greeting cards with an envelope."""
    on_sheet(s, look)
    with s.moved("rotate(9 400 560)"):
        env = box(150, 470, 520, 340, 8)
        s.cast(env)
        s.path(env, s.matte(look.c, 0.1))
        s.path("M150 478L410 670L670 478Z", darker(look.c, 0.08))
        s.line("M154 480L410 668L666 480", darker(look.c, 0.3), 3, 0.5)
    for lean, x, colour, kind in ((-12, 320, look.b, "plain"), (3, 440, look.a, look.pattern)):
        with s.moved(f"rotate({lean} {x} 430)"):
            d = box(x - 150, 180, 300, 420, 8)
            s.cast(d)
            s.path(d, s.matte(lighter(colour, 0.1), 0.08))
            inks = (look.c, look.b) if colour == look.a else (look.a, look.c)
            paint(s, d, (x - 150, 180, 300, 420), kind, inks)
            s.path(circle(x, 380, 84, 62), "#fbf6ea", 0.95)
            s.line(f"M{x - 46} 372q16 -22 30 0t30 0t30 0M{x - 30} 402h60", "#5b4c3c", 5, 0.8)
            s.line(f"M{x - 147} 186V594", "#2a1f18", 3, 0.12)


def pencils(s: Sheet, look: Look) -> None:
    """Draw six pencils in a row above their printed box."""
    on_sheet(s, look)
    tones = (look.a, look.b, look.c, lighter(look.a, 0.4), darker(look.b, 0.25), lighter(look.c, 0.35))
    for i, colour in enumerate(tones):
        x, top = 214 + i * 66, 190 + (i * 37 % 50)
        s.cast(f"M{x} {top + 70}l24 -70l24 70V660h-48Z", 8, 12)
        s.path(f"M{x} {top + 74}L{x + 24} {top}L{x + 48} {top + 74}Z", s.turned("#e6c79a"))
        s.path(f"M{x + 15} {top + 26}L{x + 24} {top}L{x + 33} {top + 26}Z", darker(colour, 0.2))
        s.rect(x, top + 72, 16, 600 - top, lighter(colour, 0.18))
        s.rect(x + 16, top + 72, 16, 600 - top, colour)
        s.rect(x + 32, top + 72, 16, 600 - top, darker(colour, 0.2))
    case = box(180, 560, 440, 280, 14)
    s.cast(case)
    s.path(case, s.matte(look.a, 0.12))
    paint(s, case, (180, 560, 440, 280), look.pattern, (look.b, look.c))
    s.path(box(270, 640, 260, 116, 58), "#fbf6ea")
    s.line("M320 686q20 -22 40 0t40 0t40 0M350 720h100", "#5b4c3c", 6, 0.8)


def giftwrap(s: Sheet, look: Look) -> None:
    """Draw three rolls of wrapping paper tied with ribbon."""
    on_sheet(s, look)
    rolls = ((-14, 250, look.b, "plain"), (12, 540, look.c, "dots"), (-2, 400, look.a, look.pattern))
    for lean, x, colour, kind in rolls:
        with s.moved(f"rotate({lean} {x} 520)"):
            d = box(x - 72, 150, 144, 700, 10)
            s.cast(d)
            s.path(d, s.turned(colour, 0.26))
            inks = (look.b, look.c) if kind == look.pattern else (lighter(colour, 0.5), look.b)
            paint(s, d, (x - 72, 150, 144, 700), kind, inks)
            s.path(
                d,
                s.gradient(
                    (0, "#ffffff", 0), (0.25, "#ffffff", 0.3), (0.5, "#ffffff", 0), (1, "#2a1f18", 0.3)
                ),
            )
            s.ellipse(x, 152, 70, 15, "#fbf3e4")
            s.ring(x, 152, 40, 8, "#c9b694", 4)
    s.path("M150 520Q400 580 650 500v44Q400 624 150 566Z", s.turned(darker(look.c, 0.25), 0.2))
    for sx in (-1, 1):
        s.path(
            f"M400 556q{sx * 60} -110 {sx * 130} -60q{sx * 20} 60 {-sx * 130} 66Z",
            s.ball(darker(look.c, 0.2)),
        )
        s.path(
            f"M400 560q{sx * 40} 80 {sx * 84} 130l{sx * 8} -34l{sx * 30} 4q{-sx * 50} -50 {-sx * 100} -108Z",
            darker(look.c, 0.3),
        )
    s.path(circle(400, 558, 24), s.ball(darker(look.c, 0.3)))


def calendar(s: Sheet, look: Look) -> None:
    """Draw a wall calendar with an illustrated half."""
    on_wall(s, look)
    d = box(170, 190, 460, 640, 6)
    s.cast(d)
    s.path(d, "#fdf9f0")
    art = box(190, 210, 420, 300)
    s.path(art, s.matte(lighter(look.a, 0.45)))
    with s.clipped(art):
        s.ellipse(500, 300, 50, 50, look.c)
        s.path("M180 430Q300 320 420 420T640 380V520H180Z", look.a)
        s.path("M180 470Q320 390 460 470T640 440V520H180Z", darker(look.a, 0.25))
        for x in (250, 300, 540):
            s.line(f"M{x} 470v-50", "#6b4a38", 7)
            s.ellipse(x, 396, 24, 40, look.b)
    for row in range(5):
        for column in range(7):
            x, y = 212 + column * 57, 590 + row * 46
            hot = (row, column) == (2, 4)
            s.rect(x, y, 34, 24, look.c if hot else "#d9ccb6", 5, 1 if hot else 0.75)
    s.line("M214 550h150", ink_of("#fdf9f0"), 12, 0.7)
    for i in range(14):
        s.line(f"M{204 + i * 30} 176v30", "#7f7a72", 7)
    s.line("M340 180Q400 90 460 180", "#7f7a72", 5)
    s.path(circle(400, 128, 9), "#5b5148")


def penpot(s: Sheet, look: Look) -> None:
    """Draw a desk pot with pencils, a ruler and scissors."""
    on_table(s, look)
    s.shadow(430, 838, 260, 46)
    s.path("M470 590L560 190l52 12L540 600Z", s.turned("#e2c79d"))
    for i in range(9):
        s.line(f"M{574 - i * 8} {226 + i * 36}l24 5", "#8a6434", 3, 0.7)
    for x, lean, colour in ((300, -14, look.b), (350, -5, look.c), (420, 4, look.a), (392, -1, "#cf6f4f")):
        with s.moved(f"rotate({lean} {x} 600)"):
            s.path(f"M{x - 18} 300L{x} 236L{x + 18} 300Z", "#e6c79a")
            s.path(f"M{x - 7} 262L{x} 236L{x + 7} 262Z", darker(colour, 0.3))
            s.rect(x - 18, 298, 36, 320, s.turned(colour), 0)
    d = turned(400, [(540, 150), (700, 152), (832, 148)], 0.16)
    s.path(d, s.turned(look.a, 0.34))
    paint(s, d, (248, 540, 304, 300), look.pattern, (look.b, look.c), 24)
    s.path("M250 540a150 26 0 0 0 300 0v14a150 26 0 0 1 -300 0Z", lighter(look.a, 0.3))
    s.path("M276 610q-6 100 0 180q10 4 16 -2q-6 -80 2 -172Z", "#ffffff", 0.3)


def tapes(s: Sheet, look: Look) -> None:
    """Draw a stack of washi tape rolls and one that unrolls."""
    on_table(s, look)
    s.shadow(400, 838, 360, 46)
    tones = (look.a, look.b, look.c, darker(look.a, 0.2), lighter(look.c, 0.3))
    for i, colour in enumerate(tones):
        y = 780 - i * 66
        d = turned(330, [(y - 30, 150), (y + 36, 150)], 0.2)
        s.path(d, s.turned(colour, 0.3))
        kind = ("dots", "stripes", "check", "zigzag", "plain")[i]
        paint(s, d, (180, y - 30, 300, 70), kind, (lighter(colour, 0.55), darker(colour, 0.3)), 18)
        s.ellipse(330, y - 30, 150, 30, lighter(colour, 0.25))
    s.ellipse(330, 486, 104, 20, "#d9c6a4")
    s.ellipse(330, 490, 88, 15, "#6b563f")
    s.path("M540 826Q490 700 590 690Q690 700 660 800L720 826l-20 22Q620 840 600 800Z", s.turned(look.c, 0.24))
    s.path(circle(590, 760, 84), s.ball(look.c))
    s.path(circle(590, 760, 56), "#d9c6a4")
    s.path(circle(590, 760, 44), lighter("#efe4d4", 0.2))


def letterset(s: Sheet, look: Look) -> None:
    """Draw writing paper, an envelope and a sprig."""
    on_sheet(s, look)
    with s.moved("rotate(-6 330 420)"):
        sheet = box(170, 150, 360, 500, 4)
        s.cast(sheet)
        s.path(sheet, s.matte(lighter(look.a, 0.5), 0.05))
        s.line("M176 156h348v488h-348Z", look.a, 8, 0.8)
        for i in range(8):
            s.line(f"M220 {250 + i * 44}h{250 - i * 37 % 90}", "#6b5a48", 3, 0.35)
    with s.moved("rotate(7 480 640)"):
        d = box(260, 500, 400, 280, 6)
        s.cast(d)
        s.path(d, s.matte(look.a, 0.1))
        s.path("M260 504L460 660L660 504Z", darker(look.a, 0.1))
        s.path("M260 504L460 640L660 504V500H260Z", look.b)
        paint(s, "M260 504L460 640L660 504V500H260Z", (260, 500, 400, 140), look.pattern, (look.c, look.a))
        s.path(circle(460, 640, 36), s.ball(look.c))
        s.path(leaf(460, 664, 46, -90, 0.4), darker(look.c, 0.3))
    for i in range(7):
        s.path(leaf(150 + i * 12, 860 - i * 34, 66, -20), "#8d9a6d")
        s.path(leaf(150 + i * 12, 860 - i * 34, 66, -130), "#a3af86")
    s.line("M146 880Q180 760 236 640", "#6f7a52", 5)
