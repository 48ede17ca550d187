"""The translation functions, typed: what flask-babel returns is a str."""

import flask_babel


def _(text: str, **facts: object) -> str:
    return str(flask_babel.gettext(text, **facts))


def ngettext(one: str, many: str, count: int, **facts: object) -> str:
    """``one`` or ``many`` by ``count``, which the text may show as ``%(num)s``."""
    return str(flask_babel.ngettext(one, many, count, **facts))
