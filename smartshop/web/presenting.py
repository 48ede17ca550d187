"""How templates show money, dates and numbers, and what every page knows. Nothing else formats them."""

from collections.abc import Hashable, Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_compact_decimal, format_currency, format_decimal, format_percent
from flask import Flask, request, url_for
from flask.globals import _cv_app
from sqlalchemy.exc import SQLAlchemyError

from smartshop.catalog.queries import browsing
from smartshop.catalog.queries.browsing import CategoryLink
from smartshop.catalog.rules import pictures
from smartshop.content import queries as content
from smartshop.content.queries import PageLink
from smartshop.identity.queries.sign_ins import SignedIn
from smartshop.kernel.config import Settings
from smartshop.kernel.money import to_major
from smartshop.pricing.rules import tax
from smartshop.web import basket, drawing, lately, places
from smartshop.web.drawing import locale_name
from smartshop.web.signing import current_person

MOST_NUMBERS = 5000
FRONT = frozenset({"shop", "account", None})


def settings() -> Settings:
    """The settings this app was made with."""
    made_with: Settings = _cv_app.get().app.config["SETTINGS"]
    return made_with


def money(minor: int | None, currency: str | None = None, *, short: bool = False) -> str:
    """``1234`` → ``£12.34``; short: no decimals from a thousand up. None is a dash."""
    if minor is None:
        return "–"
    unit = currency or settings().currency
    return _amount(minor, unit, short and _is_large(minor, unit), locale_name())


def amounts(minors: Iterable[int], currency: str | None = None) -> tuple[str, ...]:
    """Amounts that stand together, in one precision: without decimals when any is a thousand or more."""
    asked, unit = tuple(minors), currency or settings().currency
    is_whole = any(_is_large(minor, unit) for minor in asked)
    return tuple(_amount(minor, unit, is_whole, locale_name()) for minor in asked)


def _is_large(minor: int, unit: str) -> bool:
    return abs(to_major(minor, unit)) >= 1000


@lru_cache(MOST_NUMBERS)
def _amount(minor: int, unit: str, is_whole: bool, locale: str) -> str:  # noqa: FBT001
    major = to_major(minor, unit)
    if is_whole:
        return format_currency(major, unit, format="¤#,##0", locale=locale, currency_digits=False)
    return format_currency(major, unit, locale=locale)


def decimal(minor: int, currency: str | None = None) -> str:
    """``1234`` → ``12.34``, for machines."""
    return str(to_major(minor, currency or settings().currency))


def day(value: date | datetime | None, style: str = "medium") -> str:
    """``12 Mar 2026``; None is a dash."""
    return "–" if value is None else format_date(value, style, locale=locale_name())


def moment(value: datetime | None, style: str = "medium") -> str:
    """``12 Mar 2026, 14:05`` in UTC; None is a dash."""
    return (
        "–"
        if value is None
        else format_datetime(value, "d MMM y, HH:mm" if style == "medium" else style, locale=locale_name())
    )


def number(value: float | None, digits: int = 0) -> str:
    """Thousands grouped, rounded to ``digits`` decimals; None is a dash."""
    return "–" if value is None else _decimal(round(value, digits), digits, locale_name())


@lru_cache(MOST_NUMBERS)
def _decimal(value: float, digits: int, locale: str) -> str:
    return format_decimal(value, format="#,##0" + ("." + "0" * digits if digits else ""), locale=locale)


def compact(value: float | None) -> str:
    """``12,345`` → ``12K``."""
    return (
        "–" if value is None else str(format_compact_decimal(value, locale=locale_name(), fraction_digits=1))
    )


def percent(share: float | None, digits: int = 0) -> str:
    """A share of 1 as a percentage; None is a dash."""
    if share is None:
        return "–"
    return format_percent(
        share, format="0" + ("." + "0" * digits if digits else "") + "%", locale=locale_name()
    )


def page_url(page_number: int) -> str:
    """This page's address with another ``page`` in it."""
    values: dict[str, Any] = {
        **(request.view_args or {}),
        **request.args.to_dict(flat=False),
        "page": page_number,
    }
    return url_for(request.endpoint or "shop.home", **values)


def _shop_front() -> dict[str, Any]:
    """What the header of shop and account pages shows; a page without it is better than no page."""
    try:
        return {
            "cart_count": basket.count(),
            "nav_categories": lately.made("navigation", _navigation),
        }
    except SQLAlchemyError:
        return {"cart_count": 0, "nav_categories": ()}


def _navigation() -> tuple[CategoryLink, ...]:
    return tuple(browsing.categories())


def footer_pages() -> tuple[PageLink, ...]:
    """The pages of text that the foot of a shop page leads to; none while the database cannot say."""
    try:
        return lately.made("footer pages", content.in_footer)
    except SQLAlchemyError:
        return ()


def surroundings() -> tuple[Hashable, ...]:
    """What a page of the shop has around it for somebody who is not signed in."""
    return (*_shop_front().values(), footer_pages())


def recognised() -> SignedIn | None:
    """Who is signed in; nobody while the database cannot say, so that an error page still shows."""
    try:
        return current_person()
    except SQLAlchemyError:
        return None


def install(app: Flask) -> None:
    drawing.install(app)
    app.jinja_env.filters.update(
        money=money,
        amounts=amounts,
        decimal=decimal,
        date=day,
        datetime=moment,
        number=number,
        compact=compact,
        percent=percent,
        picture_sizes=pictures.sizes,
        country_name=places.country_name,
    )
    app.jinja_env.globals.update(
        page_url=page_url, footer_pages=footer_pages, country_name=places.country_name, tax_label=tax.label
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def _everywhere() -> dict[str, Any]:
        made_with = settings()
        return {
            "current_person": recognised(),
            "shop_name": made_with.shop_name,
            "currency": made_with.currency,
            "base_url": made_with.base_url.rstrip("/"),
            **(_shop_front() if request.blueprint in FRONT else {}),
        }
