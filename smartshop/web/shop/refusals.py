"""Saying why a coupon code takes nothing off."""

from flask_babel import gettext as _
from flask_babel import ngettext

from smartshop.pricing.rules.eligibility import Refusal, Why
from smartshop.web.presenting import day, money


def told(refusal: Refusal) -> str:
    """Why a code takes nothing off, and what would help; nothing about anybody else's orders."""
    code = refusal.code
    if refusal.why is Why.TOO_LITTLE:
        missing = money(refusal.missing_minor)
        return str(_("Add %(missing)s of what %(code)s is for, and it counts.", missing=missing, code=code))
    if refusal.why is Why.TOO_FEW:
        pieces = ngettext(
            "Add %(num)d more piece of what %(code)s is for, and it counts.",
            "Add %(num)d more pieces of what %(code)s is for, and it counts.",
            refusal.missing_quantity,
            code=code,
        )
        return str(pieces)
    at = day(refusal.at) if refusal.at else ""
    words: dict[Why, str] = {
        Why.UNKNOWN: _("We do not know the code %(code)s. Check how it is spelt.", code=code),
        Why.ENDED: _("The code %(code)s ended on %(day)s.", code=code, day=at),
        Why.NOT_YET: _("The code %(code)s begins to count on %(day)s.", code=code, day=at),
        Why.USED_UP: _("The code %(code)s has been used as often as it can be.", code=code),
        Why.NOT_FOR_YOU: _("The code %(code)s cannot be used for this order.", code=code),
        Why.NOTHING_COVERED: _(
            "Nothing in your cart is what %(code)s is for. It waits here for you.", code=code
        ),
        Why.OTHERS_SAVE_MORE: _(
            "The offers in your cart save you more than %(code)s, so we use those.", code=code
        ),
        Why.NOTHING_TO_SAVE: _("There is nothing in your cart that %(code)s could take off.", code=code),
    }
    return words[refusal.why]
