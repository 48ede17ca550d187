"""Drawings of pots, plants and garden tools."""

from smartshop.demo.illustrations.colours import darker, lighter
from smartshop.demo.illustrations.patterns import paint
from smartshop.demo.illustrations.shapes import Look, box, circle, leaf, on_sheet, on_table, on_wall, turned
from smartshop.demo.illustrations.sheet import Sheet

GREENS = ("#6b8a5e", "#86a274", "#567a55", "#9bb487", "#4c6d4c")


def plant(s: Sheet, x: float, y: float, kind: str, size: float = 1) -> None:
    """Draw a plant that grows from a point: fern, snake, cactus, olive or trailing."""
    if kind == "snake":
        for i, (dx, h, lean) in enumerate(
            ((-70, 250, -14), (60, 270, 12), (-28, 330, -5), (30, 350, 6), (0, 290, 0))
        ):
            d = leaf(x + dx * size, y + 10, h * size, -90 + lean, 0.16)
            s.path(d, GREENS[i % 3])
            s.path(leaf(x + dx * size, y + 10, h * 0.92 * size, -90 + lean, 0.06), "#c9cf9a", 0.7)
    elif kind == "cactus":
        s.path(box(x - 56 * size, y - 250 * size, 112 * size, 270 * size, 56 * size), s.turned("#6b8a5e"))
        s.line(f"M{x - 50 * size} {y - 90 * size}h{-50 * size}v{-80 * size}", "#6b8a5e", 48 * size)
        s.line(f"M{x + 50 * size} {y - 130 * size}h{44 * size}v{-60 * size}", "#5d7b53", 42 * size)
        for dx in (-30, 0, 30):
            s.line(f"M{x + dx * size} {y - 226 * size}v{220 * size}", "#4c6d4c", 4, 0.5)
        for turn in range(0, 360, 60):
            s.path(leaf(x, y - 252 * size, 34 * size, turn, 0.6), "#dd7f68")
        s.ellipse(x, y - 252 * size, 9, 9, "#f4d58a")
    elif kind == "olive":
        s.line(f"M{x} {y}q-14 {-120 * size} 6 {-210 * size}", "#7a5f45", 14 * size)
        for i in range(52):
            spin, reach = i * 137.5, (8 + 26 * (i % 6)) * size
            with s.moved(
                f"translate({x + 6:.0f} {y - 250 * size:.0f}) rotate({spin:.0f}) translate({reach:.0f} 0)"
            ):
                s.path(
                    leaf(0, 0, 64 * size, 12 - 24 * (i % 2), 0.3), ("#8b9c74", "#a5b38e", "#718562")[i % 3]
                )
    else:
        for i in range(13):
            lean_by, length = -172 + i * 13.6, (250 - abs(i - 6) * 10) * size
            s.path(leaf(x, y + 6, length, lean_by, 0.2 if kind == "fern" else 0.3), GREENS[i % 5])
            s.path(leaf(x, y + 6, length * 0.9, lean_by, 0.012), "#d7dfb6", 0.7)


def pot(s: Sheet, look: Look) -> None:
    """Draw a planted pot; the shape names the plant."""
    on_table(s, look)
    s.shadow(430, 840, 300, 50)
    plant(s, 400, 560, look.shape or "fern", 1.12)
    body = turned(400, [(560, 190), (620, 186), (740, 164), (832, 134)], 0.14)
    s.path(body, s.turned(look.a, 0.34))
    paint(s, body, (210, 560, 380, 280), look.pattern, (look.b, look.c), 28)
    s.path(turned(400, [(536, 200), (560, 204), (600, 200)], 0.14), s.turned(look.a, 0.3))
    s.ellipse(400, 536, 200, 30, lighter(look.a, 0.22))
    s.ellipse(400, 539, 184, 23, "#4b372a")
    plant(s, 400, 536, look.shape or "fern", 0.98)
    s.path("M236 640q-4 80 22 150q10 2 14 -6q-22 -70 -18 -144Z", "#ffffff", 0.26)


def hanging(s: Sheet, look: Look) -> None:
    """Draw a hanging planter in a macrame cradle with a trailing plant."""
    on_wall(s, look)
    s.line("M400 40L236 520M400 40L564 520M400 40V480", look.c, 8)
    s.path(circle(400, 60, 16), s.ball("#c79c68"))
    for i in range(9):
        turn = -168 + i * 19.5
        s.path(leaf(400, 520, 190 - abs(i - 4) * 8, turn, 0.3), GREENS[i % 5])
    body = turned(400, [(510, 186), (570, 184), (660, 140), (706, 80)], 0.2)
    s.cast(body, 22, 30)
    s.path(body, s.turned(look.a, 0.34))
    paint(s, body, (210, 510, 380, 200), look.pattern, (look.b, look.c), 26)
    s.ellipse(400, 510, 186, 26, lighter(look.a, 0.2))
    s.ellipse(400, 513, 172, 20, "#4b372a")
    for x, h, lean in ((250, 300, -26), (320, 190, -8), (520, 340, 30), (460, 210, 10)):
        s.line(f"M{x} 508q{lean} {h * 0.5} {lean * 0.6} {h}", GREENS[2], 5)
        for k in range(1, 7):
            px, py = x + lean * (k / 6) ** 0.5, 508 + h * k / 6
            s.path(leaf(px, py, 44, 40 if k % 2 else 140, 0.45), GREENS[k % 5])
    s.line("M236 520Q300 640 400 706M564 520Q500 640 400 706M400 706v90", look.c, 8)
    for i in range(5):
        s.line(f"M400 790q{i * 8 - 16} 30 {i * 12 - 24} 70", look.c, 5)


def wateringcan(s: Sheet, look: Look) -> None:
    """Draw a long-spouted watering can."""
    on_table(s, look)
    s.shadow(420, 838, 330, 48)
    s.line("M560 560C740 520 720 800 552 770", darker(look.a, 0.2), 24)
    s.line("M340 500C350 340 560 350 570 520", look.a, 22)
    s.line("M344 500C356 352 548 360 562 510", lighter(look.a, 0.4), 5, 0.6)
    s.path("M320 780L96 470l28 -16L330 660Z", s.turned(look.a, 0.2))
    with s.moved("rotate(-38 104 456)"):
        s.ellipse(104, 440, 60, 22, s.matte(look.c))
        for i in range(5):
            s.ellipse(72 + i * 16, 438, 4, 3, darker(look.c, 0.6))
    body = turned(440, [(510, 150), (530, 154), (700, 168), (832, 176)], 0.12)
    s.path(body, s.turned(look.a, 0.36))
    paint(s, body, (262, 510, 356, 330), look.pattern, (look.b, look.c), 26)
    s.ellipse(440, 510, 150, 26, darker(look.a, 0.4))
    s.path("M300 508a140 26 0 0 1 150 -24l-20 30Z", lighter(look.a, 0.3))
    s.path("M304 580q-10 100 -6 190q12 4 16 -4q-4 -90 8 -186Z", "#ffffff", 0.34)


def trowel(s: Sheet, look: Look) -> None:
    """Draw a trowel and hand fork laid side by side."""
    on_sheet(s, look)
    for x, lean in ((300, -8), (510, 7)):
        with s.moved(f"rotate({lean} {x} 500)"):
            s.cast(box(x - 30, 130, 60, 290, 30))
            s.path(box(x - 30, 130, 60, 290, 30), s.turned(look.a, 0.24))
            for y in (360, 376, 392):
                s.rect(x - 29, y, 58, 6, look.b, opacity=0.8)
            s.line(f"M{x} 130C{x - 40} 60 {x + 40} 60 {x} 130", look.c, 7)
            s.rect(x - 14, 416, 28, 120, s.turned("#a9aeb0"))
            if x == 300:
                blade = f"M{x - 74} 560Q{x} 500 {x + 74} 560Q{x + 84} 740 {x} 880Q{x - 84} 740 {x - 74} 560Z"
                s.cast(blade)
                s.path(blade, s.turned("#b7bcbd", 0.34))
                s.path(f"M{x} 540Q{x + 22} 700 {x} 850Q{x - 22} 700 {x} 540Z", "#2a1f18", 0.12)
            else:
                tines = f"M{x - 64} 850V610Q{x - 64} 560 {x} 548Q{x + 64} 560 {x + 64} 610V850M{x} 550V866"
                with s.moved("translate(14 20)"):
                    s.line(tines, "#4a3424", 24, 0.16)
                s.line(tines, "#a1a6a8", 24)
                s.line(tines, "#d5d9d9", 6, 0.8)


def birdhouse(s: Sheet, look: Look) -> None:
    """Draw a bird house on a wall with a small bird at the door."""
    on_wall(s, look)
    d = "M230 430L400 250L570 430V800H230Z"
    s.cast(d, 26, 34)
    s.path(d, s.turned(look.a, 0.16))
    for x in (315, 400, 485):
        s.line(f"M{x} 400V800", darker(look.a, 0.3), 3, 0.4)
    s.path("M400 200L182 432l34 32L400 270l184 194l34 -32Z", s.turned(look.b, 0.24))
    s.path(circle(400, 520, 68), lighter(look.a, 0.3))
    s.path(circle(400, 520, 58), "#3c2c22")
    s.rect(320, 640, 160, 16, s.turned(look.c), 8)
    s.path("M340 640Q330 560 400 552Q452 548 456 600L520 622L450 640Z", s.ball("#7fa0b5"))
    s.path("M360 640Q360 596 410 592L404 640Z", "#e8a06a")
    s.path(circle(426, 582, 7), "#2a2320")
    s.path("M456 592l28 10l-28 8Z", "#d9a441")
    s.rect(210, 796, 380, 26, s.turned(darker(look.b, 0.1)), 6)


def feeder(s: Sheet, look: Look) -> None:
    """Draw a glass seed feeder under a roof, hung from a cord."""
    on_wall(s, look)
    s.line("M400 0V260", "#6f5a40", 7)
    s.path("M400 230L196 372Q400 420 604 372Z", s.turned(look.a, 0.34))
    s.path(circle(400, 232, 16), s.ball(look.c))
    tube = turned(400, [(380, 112), (560, 112), (760, 112)], 0.16)
    s.cast(tube, 24, 30)
    s.path(tube, "#eaf0ea", 0.85)
    with s.clipped(tube):
        s.rect(280, 520, 240, 270, "#caa367")
        for i in range(90):
            px, py = 284 + 0.7549 * i % 1 * 230, 522 + 0.5698 * i % 1 * 250
            s.ellipse(px, py, 10, 6, ("#b5884b", "#e0bf86", "#5d4a36")[i % 3])
    s.path("M312 396q-6 180 0 350h18q-6 -170 0 -350Z", "#ffffff", 0.6)
    s.path(turned(400, [(748, 190), (770, 196), (800, 160)], 0.2), s.turned(look.a, 0.34))
    s.ellipse(400, 748, 190, 26, "#caa367")
    for x in (250, 550):
        s.line(f"M{x - 40} 826h80", look.c, 10)


def twine(s: Sheet, look: Look) -> None:
    """Draw a spool of twine and a pair of snips' worth of thread."""
    on_table(s, look)
    s.shadow(430, 838, 300, 48)
    s.path(turned(400, [(790, 200), (812, 204), (834, 200)], 0.16), s.turned("#c79c68"))
    core = turned(400, [(470, 170), (620, 182), (790, 170)], 0.16)
    s.path(core, s.turned(look.a, 0.32))
    with s.clipped(core):
        for i in range(28):
            y = 450 + i * 14
            s.line(
                f"M210 {y + 22}Q400 {y + 64 - i % 2 * 30} 590 {y - 6 + i % 3 * 10}",
                (darker(look.a, 0.3), lighter(look.a, 0.4), look.b)[i % 3],
                5,
                0.55,
            )
    s.path(turned(400, [(440, 204), (458, 206), (480, 202)], 0.16), s.turned("#c79c68"))
    s.ellipse(400, 440, 204, 34, s.matte("#d5ae7c"))
    s.ellipse(400, 440, 40, 10, "#5d432e")
    s.line("M566 700C700 720 640 800 730 830", darker(look.a, 0.1), 7)


def trough(s: Sheet, look: Look) -> None:
    """Draw a windowsill trough with three herbs."""
    on_table(s, look)
    s.shadow(430, 838, 400, 46)
    with s.moved("translate(60 126) scale(0.85)"):
        for k, x in enumerate((230, 400, 570)):
            for i in range(22):
                turn, reach = -90 + (i - 11) * 9, 90 + (i * 53 % 130)
                with s.moved(f"rotate({turn} {x} 640) translate(0 {0})"):
                    s.line(f"M{x} 640h{reach}", GREENS[(i + k) % 5], 4, 0.8)
                    s.path(
                        leaf(x + reach - 10, 640, 46 - 10 * k, 30 - 60 * (i % 2), 0.5 - 0.14 * k),
                        GREENS[(i + k) % 5],
                    )
        d = box(120, 640, 560, 194, 14)
        s.path(d, s.turned(look.a, 0.22))
        paint(s, d, (120, 640, 560, 194), look.pattern, (look.b, look.c), 0)
        s.path(box(106, 622, 588, 44, 12), s.turned(darker(look.a, 0.06), 0.2))
        for x, mark in ((230, 54), (400, 40), (570, 60)):
            s.path(box(x - 56, 706, 112, 66, 8), lighter(look.b, 0.4))
            s.line(f"M{x - mark / 2} 740h{mark}", "#5b4c3c", 6, 0.8)


def seeds(s: Sheet, look: Look) -> None:
    """Draw three fanned seed packets."""
    on_sheet(s, look)
    with s.moved("translate(62 80) scale(0.845)"):
        for i, (lean, x, colour) in enumerate(((-16, 260, look.b), (14, 540, look.c), (-2, 400, look.a))):
            with s.moved(f"rotate({lean} {x} 560)"):
                d = box(x - 150, 280, 300, 440, 8)
                s.cast(d)
                s.path(d, s.matte(lighter(colour, 0.2), 0.12))
                s.rect(x - 150, 280, 300, 62, colour)
                s.line(f"M{x - 150} 342h300", "#fffaf0", 3, 0.7)
                s.path(box(x - 118, 372, 236, 250, 10), "#fbf5e8")
                s.line(f"M{x} 604V480", "#6b8a5e", 8)
                s.path(leaf(x, 580, 70, -30), "#86a274")
                s.path(leaf(x, 560, 70, 210), "#6b8a5e")
                petal = ("#dd7f68", "#d9a441", "#b3a0bf")[i]
                for turn in range(0, 360, 45):
                    s.path(leaf(x, 470, 74, turn, 0.5), petal)
                s.ellipse(x, 470, 24, 24, "#7a5236")
                s.line(f"M{x - 80} 656h160M{x - 46} 682h92", "#5b4c3c", 7, 0.75)
