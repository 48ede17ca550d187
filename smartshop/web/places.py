"""Countries an order can go to, by their ISO 3166 code (names from CLDR)."""

from functools import cache

from babel import Locale

NOT_COUNTRIES = frozenset(
    {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "DG", "EA", "IC", "TA", "CQ"}
)
COUNTRY_CODES: frozenset[str] = frozenset(
    code
    for code in map(str, Locale("en").territories)
    if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES
)


class Countries(tuple[tuple[str, str], ...]):
    """(code, name) of countries; made once, and looked up by what it is, not by all that is in it."""

    __slots__ = ()

    def __hash__(self) -> int:
        return id(self)


@cache
def countries(home: str, locale: str = "en") -> Countries:
    """(code, name) of every country, the home market first, then by name."""
    names = Locale.parse(locale).territories
    return Countries(
        sorted(((code, names[code]) for code in COUNTRY_CODES), key=lambda item: (item[0] != home, item[1]))
    )


def country_name(code: str, locale: str = "en") -> str:
    """The name behind a code; what is no code is a name already."""
    return str(Locale.parse(locale).territories[code]) if code in COUNTRY_CODES else code
