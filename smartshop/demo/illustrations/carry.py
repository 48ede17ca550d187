"""Drawings of baskets, boxes, bags and umbrellas."""

from smartshop.demo.illustrations.colours import darker, ink_of, lighter
from smartshop.demo.illustrations.patterns import paint
from smartshop.demo.illustrations.shapes import Look, box, circle, leaf, on_sheet, on_table, on_wall, turned
from smartshop.demo.illustrations.sheet import Sheet
from smartshop.demo.illustrations.tableware import on_wall_rail


def weave(s: Sheet, d: str, area: tuple[float, float, float, float], colour: str, bow: float) -> None:
    """Paint basketwork inside a path."""
    x, y, w, h = area
    rows, columns = max(4, round(h / 26)), max(6, round(w / 30))
    with s.clipped(d):
        for row in range(rows + 3):
            top = y + row * h / rows
            for column in range(columns + 1):
                if (row + column) % 2:
                    continue
                t = (column + 0.5) / columns
                px, py = x + t * w, top + 4 * bow * t * (1 - t)
                s.line(
                    f"M{px - w / columns * 0.42:.0f} {py:.0f}q{w / columns * 0.42:.0f} 9 {w / columns * 0.84:.0f} 0",
                    lighter(colour, 0.32),
                    9,
                    0.75,
                )
            s.line(f"M{x} {top + 12}q{w / 2} {2 * bow} {w} 0", darker(colour, 0.4), 3, 0.4)


def basket(s: Sheet, look: Look) -> None:
    """Draw a belly basket with two handles; the lower part may be dipped in colour."""
    on_table(s, look)
    s.shadow(430, 838, 370, 54)
    s.line("M250 500C240 360 340 360 340 490M460 490C460 360 560 360 550 500", darker(look.a, 0.3), 22)
    s.line("M250 496C240 364 340 364 340 488M460 488C460 364 560 364 550 496", lighter(look.a, 0.2), 9)
    d = turned(400, [(500, 214), (560, 246), (660, 268), (770, 244), (830, 190)], 0.14)
    s.path(d, s.turned(look.a, 0.34))
    weave(s, d, (130, 500, 540, 350), look.a, 40)
    if look.pattern == "dip":
        with s.clipped(d):
            s.path("M100 690q300 80 600 0V900H100Z", s.turned(look.b, 0.3), 0.9)
    s.ellipse(400, 500, 214, 40, lighter(look.a, 0.15))
    s.ellipse(400, 504, 196, 31, darker(look.a, 0.55))
    s.path("M240 506Q270 430 350 470Q420 420 480 470Q540 450 560 506Q400 556 240 506Z", s.matte(look.c))
    s.line("M300 500q30 -40 60 -20M420 500q30 -40 70 -14", darker(look.c, 0.2), 5, 0.5)


def hamper(s: Sheet, look: Look) -> None:
    """Draw a lidded wicker hamper with leather straps; tall for laundry, low for a picnic."""
    on_table(s, look)
    top = 360 if look.shape == "tall" else 540
    x, w = (200, 400) if look.shape == "tall" else (120, 560)
    s.shadow(430, 838, w * 0.72, 50)
    body = box(x, top, w, 836 - top, 22)
    s.path(body, s.turned(look.a, 0.3))
    weave(s, body, (x, top + 10, w, 826 - top), look.a, 0)
    lid = box(x - 14, top - 66, w + 28, 84, 26)
    s.path(lid, s.turned(lighter(look.a, 0.06), 0.3))
    weave(s, lid, (x - 14, top - 60, w + 28, 76), look.a, 0)
    s.line(f"M{x} {top + 18}H{x + w}", darker(look.a, 0.5), 6, 0.6)
    for sx in (x + w * 0.2, x + w * 0.8):
        s.path(box(sx - 17, top - 60, 34, 190, 8), s.turned(look.c))
        s.path(box(sx - 24, top + 62, 48, 40, 6), s.matte("#c9a24e"))
        s.path(box(sx - 13, top + 71, 26, 22, 3), look.c)
    s.line(f"M{x + w * 0.4} {top - 62}q{w * 0.1} -74 {w * 0.2} 0", look.c, 18)
    s.line(f"M{x + w * 0.41} {top - 66}q{w * 0.09} -62 {w * 0.18} 0", lighter(look.c, 0.3), 4, 0.6)


def crate(s: Sheet, look: Look) -> None:
    """Draw a slatted wooden crate."""
    on_table(s, look)
    s.shadow(430, 838, 380, 50)
    s.path(box(150, 520, 500, 300), darker(look.a, 0.6))
    for i, y in enumerate((520, 626, 732)):
        slat = box(120, y, 560, 92, 6)
        s.path(slat, s.turned(lighter(look.a, 0.05 * i), 0.18))
        for k in range(3):
            s.line(f"M{136} {y + 22 + k * 24}q180 {12 - 8 * k} 300 0t230 0", darker(look.a, 0.4), 2, 0.3)
    for x in (120, 634):
        s.path(box(x, 510, 46, 326, 4), s.turned(darker(look.a, 0.12), 0.2))
        for y in (566, 672, 778):
            s.path(circle(x + 23, y, 6), darker(look.a, 0.6))
    s.path(box(330, 548, 140, 36, 18), darker(look.a, 0.65))
    s.line("M300 674h200M330 700h140", ink_of(look.a), 8, 0.5)
    s.path("M190 520Q220 430 300 470Q360 400 440 468Q520 420 610 520Z", s.matte(look.b))
    s.line("M260 508q40 -40 90 -20M420 500q60 -40 110 0", darker(look.b, 0.2), 5, 0.5)


def tote(s: Sheet, look: Look) -> None:
    """Draw a canvas tote with long handles."""
    on_wall_rail(s, look)
    s.line("M300 430C296 130 504 130 500 430", darker(look.c, 0.1), 24)
    s.line("M296 430C292 136 508 136 496 430", lighter(look.c, 0.2), 4, 0.6)
    d = "M200 420Q400 436 600 420L622 820Q624 850 594 852H206Q176 850 178 820Z"
    s.cast(d)
    s.path(d, s.matte(look.a))
    paint(s, d, (180, 420, 440, 430), look.pattern, (look.b, look.c), 10)
    for x in (250, 470):
        s.path(f"M{x} 430q30 200 -10 416h44q26 -210 -10 -416Z", "#2a1f18", 0.06)
    for x in (286, 486):
        s.path(box(x, 412, 28, 84), s.turned(look.c))
        s.line(f"M{x + 6} 476l16 14m0 -14l-16 14", lighter(look.c, 0.6), 3)
    s.line("M202 440Q400 456 598 440", darker(look.a, 0.3), 3, 0.5)


def umbrella(s: Sheet, look: Look) -> None:
    """Draw an open umbrella."""
    on_wall(s, look)
    s.line("M400 440V800q0 50 -46 50t-46 -44", look.c, 22)
    s.line("M394 440V800", lighter(look.c, 0.4), 5, 0.6)
    d = (
        "M80 520C90 300 240 170 400 170S710 300 720 520Q670 470 613 520Q560 460 507 520"
        "Q453 460 400 520Q347 460 293 520Q240 460 187 520Q130 470 80 520Z"
    )
    s.cast(d, 20, 30)
    s.path(d, s.ball(look.a, 0.26))
    paint(s, d, (80, 170, 640, 360), look.pattern, (look.b, look.c), 0)
    panels = "M400 172C260 240 200 380 187 520M400 172C330 260 300 380 293 520M400 172V520"
    with s.clipped(d):
        s.path("M400 172C330 260 300 380 293 520L400 540Z", "#fffaf0", 0.14)
        s.path("M400 172C540 240 600 380 613 520L740 540Q700 200 400 172Z", "#2a1f18", 0.12)
    s.line(
        panels + "M400 172C470 260 500 380 507 520M400 172C540 240 600 380 613 520",
        darker(look.a, 0.3),
        4,
        0.7,
    )
    s.line("M400 170V134", look.c, 12)


def pouch(s: Sheet, look: Look) -> None:
    """Draw a zipped pouch with a tassel."""
    on_sheet(s, look)
    d = "M150 400Q150 370 184 366Q400 340 616 366Q650 370 650 400Q690 560 650 690Q640 730 590 736Q400 756 210 736Q160 730 150 690Q110 560 150 400Z"
    s.cast(d)
    s.path(d, s.matte(look.a, 0.18))
    paint(s, d, (120, 400, 560, 350), look.pattern, (look.b, look.c), 12)
    with s.clipped(d):
        s.rect(
            110, 340, 580, 420, s.radial((0, "#fffaf0", 0.3), (1, "#2a1f18", 0.18), cx=0.36, cy=0.36, r=0.75)
        )
    s.line("M160 404Q400 376 640 404", darker(look.c, 0.3), 20)
    s.line("M160 404Q400 376 640 404", "#d9bf7c", 7)
    for i in range(36):
        s.rect(176 + i * 12.6, 392 - 12 * (1 - ((i - 18) / 18) ** 2), 5, 14, "#a9853a", opacity=0.6)
    s.path(box(606, 388, 44, 28, 6), s.matte("#c9a24e"))
    for i in range(7):
        s.line(f"M640 420q{14 + i * 5} 50 {i * 9 - 6} 116", (look.c, lighter(look.c, 0.3))[i % 2], 6)
    s.path(box(630, 414, 30, 26, 8), look.c)


def backpack(s: Sheet, look: Look) -> None:
    """Draw a roll-top backpack."""
    on_table(s, look)
    s.shadow(430, 840, 300, 48)
    s.line("M350 240C350 150 450 150 450 240", look.c, 20)
    d = "M236 330Q236 230 330 226H470Q564 230 564 330L590 770Q590 836 526 838H274Q210 836 210 770Z"
    s.path(d, s.turned(look.a, 0.28))
    paint(s, d, (210, 230, 380, 610), look.pattern, (look.b, look.c), 0)
    flap = "M228 318Q232 222 330 218H470Q568 222 572 318L580 470Q400 520 220 470Z"
    s.path(flap, s.turned(lighter(look.a, 0.08), 0.24))
    s.line("M220 466Q400 516 580 466", darker(look.a, 0.4), 4, 0.6)
    for x in (300, 470):
        s.path(box(x, 226, 30, 330, 6), s.turned(look.c))
        s.path(box(x - 8, 506, 46, 40, 6), s.matte("#c9a24e"))
    pocket = "M266 590H534L546 760Q546 796 510 798H290Q254 796 254 760Z"
    s.path(pocket, s.turned(darker(look.a, 0.06), 0.2))
    s.line("M262 640Q400 664 538 640", darker(look.a, 0.4), 4, 0.6)
    s.path("M250 300q-24 220 -22 460h22q-4 -240 22 -460Z", "#ffffff", 0.18)


def hooks(s: Sheet, look: Look) -> None:
    """Draw a rail of hooks with things hung on it."""
    on_wall(s, look)
    rail = box(100, 330, 600, 110, 16)
    s.cast(rail)
    s.path(rail, s.turned(look.a, 0.16))
    for k in range(3):
        s.line(f"M116 {356 + k * 28}q200 {14 - 10 * k} 340 0t230 0", darker(look.a, 0.4), 2, 0.3)
    for i in range(5):
        x = 160 + i * 120
        s.path(circle(x, 376, 20), s.ball(look.b))
        s.line(f"M{x} 380V460q0 30 26 30t26 -28", darker(look.b, 0.1), 14)
        s.line(f"M{x - 3} 386V456", lighter(look.b, 0.5), 4, 0.7)
        s.path(circle(x + 52, 460, 11), s.ball(look.b))
    s.line("M180 480q-30 90 10 130q40 -40 10 -130", "#6f5a40", 7)
    s.path(leaf(190, 600, 180, 84, 0.5), "#8d9a6d")
    s.path(leaf(190, 600, 150, 112, 0.4), "#a3af86")
    s.line("M424 486v60", "#5a4a3c", 6)
    s.path(circle(424, 590, 50), look.c)
    s.path(circle(424, 590, 26), "#efe4d4")


def wirebasket(s: Sheet, look: Look) -> None:
    """Draw a wire basket with a wooden rim and fruit in it."""
    on_table(s, look)
    s.shadow(430, 838, 330, 50)
    for x, y, r, colour in (
        (310, 590, 74, "#c8553d"),
        (440, 560, 84, "#d9a441"),
        (540, 620, 66, "#8a9a5b"),
        (370, 660, 80, "#d98a3d"),
    ):
        s.path(circle(x, y, r), s.ball(colour))
        s.line(f"M{x} {y - r + 8}q6 -20 18 -24", "#5b4630", 6)
    d = turned(400, [(600, 290), (700, 268), (790, 210), (828, 160)], 0.14)
    s.path(d, "#fffaf0", 0.12)
    for i in range(-6, 7):
        s.line(
            f"M{400 + i * 47} {600 + 40 * (1 - (i / 6) ** 2):.0f}Q{400 + i * 44} 740 {400 + i * 26} 836",
            look.a,
            7,
        )
    for y, r in ((690, 272), (770, 226)):
        s.line(f"M{400 - r} {y}q{r} {r * 0.26:.0f} {2 * r} 0", look.a, 7)
    s.line("M160 832q240 40 480 0" if look.shape == "wide" else "M240 828q160 40 320 0", look.a, 10)
    rim_path = "M104 596q296 96 592 0v26q-296 98 -592 0Z"
    s.path(rim_path, s.turned(look.c, 0.26))


def boxes(s: Sheet, look: Look) -> None:
    """Draw a stack of lidded storage boxes with label frames."""
    on_table(s, look)
    s.shadow(430, 838, 370, 48)
    rows = ((150, 640, 500, 196, look.a), (190, 450, 420, 176, look.b), (230, 290, 340, 148, look.c))
    for x, y, w, h, colour in rows:
        body = box(x, y, w, h, 6)
        s.path(body, s.turned(colour, 0.2))
        paint(s, body, (x, y, w, h), look.pattern if colour == look.a else "plain", (look.b, look.c))
        s.path(box(x - 10, y, w + 20, 56, 6), s.turned(darker(colour, 0.06), 0.2))
        s.line(f"M{x - 6} {y + 58}h{w + 12}", "#2a1f18", 4, 0.18)
        cx = x + w / 2
        s.path(box(cx - 50, y + 78, 100, 50, 5), s.matte("#c9a24e"))
        s.path(box(cx - 42, y + 85, 84, 36, 2), "#fbf6ea")
        s.line(f"M{cx - 26} {y + 103}h52", "#6b5a48", 4, 0.7)
