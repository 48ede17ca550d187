"""Drawings of what stands in a kitchen and on a table."""

from smartshop.demo.illustrations.colours import darker, ink_of, lighter
from smartshop.demo.illustrations.patterns import paint
from smartshop.demo.illustrations.shapes import (
    Look,
    box,
    circle,
    leaf,
    on_sheet,
    on_table,
    on_wall,
    turned,
)
from smartshop.demo.illustrations.sheet import DOWN, Sheet


def rim(s: Sheet, cx: float, y: float, r: float, colour: str, depth: float = 0.16) -> None:
    """Draw the open mouth of a vessel."""
    s.ellipse(cx, y, r, r * depth, lighter(colour, 0.3))
    inside = s.gradient((0, darker(colour, 0.42), 1), (1, darker(colour, 0.12), 1))
    s.ellipse(cx, y + 2, r - 10, r * depth - 5, inside)


def gloss(s: Sheet, x: float, y: float, h: float, lean: float = 0) -> None:
    """Draw the window's reflection on a glaze."""
    d = f"M{x} {y}q-18 {h / 2} {lean} {h}q10 4 16 -4q-14 {-h / 2} {-lean} {-h + 6}q-8 -8 -16 -2Z"
    s.path(d, "#ffffff", 0.34)


def mug(s: Sheet, look: Look) -> None:
    """Draw a straight mug with a pulled handle."""
    on_table(s, look)
    s.shadow(450, 838, 330, 52)
    colour = look.a
    handle = "M545 500C690 470 700 700 545 712"
    s.line(handle, darker(colour, 0.22), 54)
    s.line("M545 496C680 470 690 694 545 706", colour, 42)
    s.line("M560 490C660 478 676 600 652 640", lighter(colour, 0.35), 8, 0.7)
    body = turned(370, [(410, 196), (500, 200), (640, 198), (770, 184), (828, 160)])
    s.path(body, s.turned(colour))
    paint(s, body, (160, 400, 420, 440), look.pattern, (look.b, look.c), 34)
    with s.clipped(body):
        s.path("M500 380H600V880H420Q540 700 500 380Z", "#2a1f18", 0.1)
    gloss(s, 226, 480, 220, 8)
    rim(s, 370, 410, 196, colour, 0.17)
    s.ellipse(370, 420, 172, 22, "#5d3b26")
    s.ellipse(330, 416, 90, 9, "#8a5f40", 0.6)


def cups(s: Sheet, look: Look) -> None:
    """Draw a pair of small cups on saucers."""
    on_table(s, look)
    for cx, foot, colour in ((520, 720, look.b), (290, 830, look.a)):
        s.shadow(cx + 40, foot + 24, 260, 42)
        s.ellipse(cx, foot + 12, 208, 40, darker(colour, 0.25))
        s.ellipse(cx, foot, 208, 40, s.matte(colour))
        s.ellipse(cx, foot - 3, 120, 20, darker(colour, 0.14))
        s.line(f"M{cx + 110} {foot - 180}c110 -14 96 128 -18 124", darker(colour, 0.12), 24)
        profile = [(-235.0, 132.0), (-150.0, 128.0), (-60.0, 98.0), (-4.0, 66.0)]
        body = turned(cx, [(foot + y, r) for y, r in profile])
        s.path(body, s.turned(colour))
        inks = (look.c, darker(look.c, 0.2))
        paint(s, body, (cx - 140, foot - 230, 280, 230), look.pattern, inks, 20)
        gloss(s, cx - 92, foot - 196, 110, 14)
        rim(s, cx, foot - 235, 132, colour, 0.17)
        s.ellipse(cx, foot - 229, 114, 14, "#4a2c1c")


def bowl(s: Sheet, look: Look) -> None:
    """Draw a deep footed bowl."""
    on_table(s, look)
    s.shadow(430, 832, 330, 54)
    s.path(turned(400, [(770, 120), (826, 128)]), s.turned(darker(look.a, 0.12)))
    body = turned(400, [(520, 290), (600, 276), (690, 226), (770, 150), (794, 124)])
    s.path(body, s.turned(look.a))
    paint(s, body, (110, 500, 580, 300), look.pattern, (look.b, look.c), 50)
    gloss(s, 182, 586, 120, 50)
    s.ellipse(400, 520, 290, 58, lighter(look.a, 0.32))
    inside = s.gradient((0, darker(look.b, 0.34), 1), (1, darker(look.b, 0.04), 1), along=DOWN)
    s.ellipse(400, 524, 274, 49, inside)


def plate(s: Sheet, look: Look) -> None:
    """Draw a plate seen from above, with a sprig laid beside it."""
    on_sheet(s, look)
    s.cast(circle(400, 500, 318), 18, 26)
    s.path(circle(400, 500, 318), s.matte(look.a, 0.2))
    ring = f"{circle(400, 500, 306)}"
    paint(s, ring, (94, 194, 612, 612), look.pattern, (look.b, look.c), 0)
    s.ring(400, 500, 310, 310, lighter(look.a, 0.5), 5)
    s.path(circle(404, 506, 212), darker(look.a, 0.14), 0.6)
    s.path(circle(400, 500, 208), s.radial((0, lighter(look.a, 0.4), 1), (1, look.a, 1), cx=0.35))
    s.line("M190 360A258 258 0 0 1 330 252", "#ffffff", 12, 0.55)
    s.line("M470 610Q420 500 330 420", "#6f7a52", 5)
    for i in range(6):
        x, y = 460 - i * 23, 588 - i * 29
        s.path(leaf(x, y, 62 - i * 4, -150 + i * 3), "#7d8b62")
        s.path(leaf(x, y, 62 - i * 4, -62), "#93a077")


def teapot(s: Sheet, look: Look) -> None:
    """Draw a round teapot with a knobbed lid."""
    on_table(s, look)
    s.shadow(430, 836, 360, 52)
    colour = look.a
    s.line("M560 560C720 500 740 760 560 748", darker(colour, 0.2), 40)
    s.line("M560 556C706 506 724 744 560 742", colour, 28)
    spout = "M236 700C140 680 158 560 82 520q-10 -16 12 -22l40 -6C216 520 214 590 290 610Z"
    s.path(spout, s.turned(colour, 0.2))
    s.ellipse(110, 506, 32, 10, darker(colour, 0.5))
    body = turned(400, [(500, 104), (560, 190), (660, 236), (760, 204), (826, 124)])
    s.path(body, s.turned(colour))
    paint(s, body, (160, 490, 480, 350), look.pattern, (look.b, look.c), 30)
    gloss(s, 226, 590, 150, 16)
    s.path(turned(400, [(452, 34), (474, 84), (508, 112)], 0.2), s.turned(lighter(colour, 0.06)))
    s.path(circle(400, 430, 32), s.ball(look.c))


def kettle(s: Sheet, look: Look) -> None:
    """Draw a stovetop kettle with a bail handle."""
    on_table(s, look)
    s.shadow(430, 836, 360, 50)
    s.line("M236 560C230 270 570 270 564 560", darker(look.c, 0.2), 30)
    s.line("M300 382Q400 320 500 382", look.c, 40)
    s.line("M318 366Q400 318 470 352", lighter(look.c, 0.4), 6, 0.7)
    s.path("M210 700C120 670 140 600 70 560l44 -40C200 560 210 600 300 610Z", s.turned(look.a, 0.2))
    body = turned(400, [(540, 150), (580, 208), (700, 246), (800, 238), (832, 220)], 0.1)
    s.path(body, s.turned(look.a, 0.4))
    paint(s, body, (150, 530, 500, 310), look.pattern, (look.b, look.c), 30)
    gloss(s, 214, 620, 150, 0)
    s.path("M520 600q60 100 30 220h36q30 -130 -24 -210Z", "#ffffff", 0.16)
    s.path(turned(400, [(502, 26), (520, 90), (548, 152)], 0.16), s.turned(look.a, 0.3))
    s.path(turned(400, [(462, 24), (484, 32), (506, 16)], 0.2), s.turned(look.c))


def jug(s: Sheet, look: Look) -> None:
    """Draw a milk jug with a lip and a loop handle."""
    on_table(s, look)
    s.shadow(440, 838, 310, 50)
    s.line("M520 420C690 400 690 650 545 690", darker(look.a, 0.2), 42)
    s.line("M520 416C676 402 676 636 545 680", look.a, 30)
    profile: list[tuple[float, float]] = [(350, 128), (430, 120), (540, 158), (680, 192)]
    body = turned(390, [*profile, (780, 176), (830, 140)])
    s.path(body, s.turned(look.a))
    s.path("M270 420Q256 360 214 340Q240 322 300 334L350 420Z", s.turned(look.a, 0.12))
    paint(s, body, (190, 430, 400, 410), look.pattern, (look.b, look.c), 30)
    gloss(s, 246, 560, 190, 10)
    s.path("M214 340Q300 312 400 330Q500 330 518 350Q470 378 390 376Q290 376 214 340Z", look.a)
    s.path(
        "M244 341Q310 326 400 338Q480 340 502 350Q460 368 390 366Q300 364 244 341Z",
        darker(look.a, 0.35),
    )


def jar(s: Sheet, look: Look) -> None:
    """Draw a storage jar with a wooden lid and a label."""
    on_table(s, look)
    s.shadow(440, 838, 310, 50)
    body = turned(400, [(380, 176), (420, 188), (620, 190), (800, 186), (832, 170)])
    s.path(body, s.turned(look.a))
    paint(s, body, (200, 380, 400, 460), look.pattern, (look.b, look.c), 24)
    gloss(s, 246, 470, 250, 2)
    s.path(turned(400, [(296, 172), (310, 182), (376, 184), (392, 180)], 0.14), s.turned(look.c))
    for y in (322, 344, 362):
        s.line(f"M{222} {y}q180 34 356 0", darker(look.c, 0.3), 2, 0.35)
    s.ellipse(400, 298, 172, 26, s.matte(lighter(look.c, 0.2)))
    s.path(turned(400, [(252, 36), (268, 44), (290, 30)], 0.3), s.turned(look.c))
    s.path(box(310, 560, 180, 110, 12), lighter(look.b, 0.4), 0.95)
    s.line("M345 600q20 -22 36 0t36 0t36 0", ink_of(look.b), 5)
    s.line("M360 636h80", ink_of(look.b), 3, 0.6)


def board(s: Sheet, look: Look) -> None:
    """Draw a handled serving board from above."""
    on_sheet(s, look)
    d = (
        "M352 120q48 -40 96 0q22 60 16 140Q640 290 640 420V760Q640 900 500 900H300"
        "Q160 900 160 760V420Q160 290 336 260q-6 -80 16 -140Z"
    )
    if look.shape == "round":
        d = "M358 110q42 -34 84 0l14 160A300 300 0 1 1 344 270Z"
    s.cast(d)
    s.path(d, s.matte(look.a, 0.16))
    with s.clipped(d):
        for i in range(13):
            x = 120 + i * 46
            grain = f"M{x} 60q{30 + i % 4 * 12} 300 {-10 + i % 3 * 14} 520t{20 - i % 5 * 9} 400"
            s.line(grain, darker(look.a, 0.35), 3 + i % 3, 0.22)
    s.path(circle(400, 170, 22), darker(look.a, 0.55))
    s.line("M392 190q-30 40 10 80", look.b, 7)
    s.line("M408 190q30 50 -6 80", look.b, 7)


def teatowel(s: Sheet, look: Look) -> None:
    """Draw a tea towel hung from a peg rail."""
    on_wall_rail(s, look)
    d = "M250 262Q400 226 550 262L572 860Q400 884 228 860Z"
    s.cast(d)
    s.path(d, s.matte(look.a))
    paint(s, d, (220, 240, 360, 640), look.pattern, (look.b, look.c), 6)
    for x, lean in ((330, -14), (420, 6), (500, 16)):
        s.path(f"M{x} 250q14 300 {lean} 620h26q16 -330 -12 -622Z", "#2a1f18", 0.07)
    s.path("M286 256q14 300 -6 608h-30q14 -310 16 -606Z", "#ffffff", 0.2)
    s.line("M232 842Q400 866 568 842", darker(look.a, 0.2), 3, 0.5)
    s.line("M396 240v-44q4 -14 12 0v44", look.c, 7)


def on_wall_rail(s: Sheet, look: Look) -> None:
    """Paint the wall with a wooden peg rail."""
    on_wall(s, look)
    s.cast(box(120, 150, 560, 56, 12), 6, 12)
    s.path(box(120, 150, 560, 56, 12), s.matte("#c79c68"))
    for x in (200, 400, 600):
        s.path(circle(x + 5, 186, 20), "#4a3424", 0.2)
        s.path(circle(x, 178, 20), s.ball("#b98a55"))


def apron(s: Sheet, look: Look) -> None:
    """Draw a bib apron hung from a peg rail."""
    on_wall_rail(s, look)
    s.line("M318 330Q330 200 400 190Q470 200 482 330", look.c, 12)
    d = "M306 320H494Q500 440 590 500L604 820Q604 860 570 862H230Q196 860 196 820L210 500Q300 440 306 320Z"
    s.cast(d)
    s.path(d, s.matte(look.a))
    paint(s, d, (190, 320, 420, 550), look.pattern, (look.b, look.c), 0)
    for x in (290, 480):
        s.path(f"M{x} 520q20 180 -6 340h34q14 -180 -16 -340Z", "#2a1f18", 0.07)
    s.line("M210 508C150 560 190 640 150 700", look.c, 10)
    s.line("M590 508C650 560 610 650 654 690", look.c, 10)
    pocket = box(290, 590, 220, 150, 18)
    s.path(pocket, darker(look.a, 0.08))
    s.line("M290 602v120q0 18 18 18h184q18 0 18 -18V602M400 600v136", lighter(look.a, 0.35), 3)
    s.line("M292 596h216", lighter(look.a, 0.4), 4)


def tray(s: Sheet, look: Look) -> None:
    """Draw a round tray from above with a patterned centre."""
    on_sheet(s, look)
    for cx in (118, 682):
        s.path(box(cx - 46, 440, 92, 120, 40), s.matte(darker(look.c, 0.12)))
        s.path(box(cx - 18, 466, 36, 68, 18), darker(look.c, 0.5), 0.5)
    s.cast(circle(400, 500, 312), 18, 26)
    s.path(circle(400, 500, 312), s.matte(look.c, 0.22))
    s.path(circle(400, 500, 282), darker(look.c, 0.3))
    well = circle(404, 506, 276)
    s.path(well, s.matte(look.a))
    paint(s, well, (124, 226, 560, 560), look.pattern, (look.b, darker(look.a, 0.25)), 0)
    s.line("M150 420A262 262 0 0 1 300 258", "#ffffff", 10, 0.4)
