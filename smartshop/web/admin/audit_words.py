"""What the audit log says was done, in words; the log itself keeps short names, such as ``order.cancelled``."""

from collections.abc import Callable, Iterable

from smartshop.web.admin.speaking import _


def speaker() -> Callable[[str], str]:
    """What says an action in words: its name spelled out where there are none, as for one of an older shop."""
    known = words()
    return lambda action: known.get(action) or action.replace(".", ": ").replace("_", " ").capitalize()


def choices(actions: Iterable[str]) -> dict[str, str]:
    """Actions to choose from, by name, in the order of their words."""
    said = speaker()
    named = {action: said(action) for action in actions}
    return dict(sorted(named.items(), key=lambda pair: pair[1].casefold()))


def like(text: str) -> tuple[str, ...]:
    """The names of the actions whose words contain this text; none for no text."""
    sought = text.strip().casefold()
    return tuple(name for name, meant in words().items() if sought in meant.casefold()) if sought else ()


def words() -> dict[str, str]:
    """The words of every action, by its name."""
    return (
        _of_goods()
        | _of_stock()
        | _of_selling()
        | _of_orders()
        | _of_getting_in()
        | _of_people()
        | _of_the_shop()
    )


def _of_goods() -> dict[str, str]:
    return {
        "product.created": _("Product created"),
        "product.changed": _("Product changed"),
        "product.moved": _("Product given another address"),
        "product.deleted": _("Product deleted"),
        "product.related": _("Related products chosen"),
        "product.variants_added": _("Variants added"),
        "product.pictures_added": _("Pictures added"),
        "product.pictures_ordered": _("Pictures put into order"),
        "product.picture_described": _("Picture described"),
        "product.picture_removed": _("Picture removed"),
        "products.imported": _("Products imported from a file"),
        "category.created": _("Category created"),
        "category.changed": _("Category changed"),
        "category.moved": _("Category given another address"),
        "category.ordered": _("Categories put into order"),
        "category.removed": _("Category removed"),
        "review.published": _("Review published"),
        "review.rejected": _("Review rejected"),
        "review.pending": _("Review put back to be decided"),
        "page.created": _("Page of text created"),
        "page.changed": _("Page of text changed"),
        "page.ordered": _("Pages of text put into order"),
        "page.removed": _("Page of text removed"),
    }


def _of_stock() -> dict[str, str]:
    return {
        "stock.received": _("Stock received"),
        "stock.adjusted": _("Stock counted"),
        "stock.uncounted": _("Stock no longer counted"),
        "stock.marked": _("Level for low stock set"),
        "stock.imported": _("Stock imported from a file"),
    }


def _of_selling() -> dict[str, str]:
    return {
        "promotion.created": _("Promotion created"),
        "promotion.changed": _("Promotion changed"),
        "promotion.switched": _("Promotion switched on or off"),
        "promotion.codes_made": _("Coupon codes made"),
        "zone.added": _("Delivery zone added"),
        "zone.changed": _("Delivery zone changed"),
        "zone.removed": _("Delivery zone removed"),
        "delivery.added": _("Delivery added"),
        "delivery.changed": _("Delivery changed"),
        "delivery.removed": _("Delivery removed"),
        "tax.added": _("Tax area added"),
        "tax.changed": _("Tax area changed"),
        "tax.removed": _("Tax area removed"),
        "tax_class.added": _("Tax class added"),
        "tax_class.renamed": _("Tax class renamed"),
        "tax_class.removed": _("Tax class removed"),
    }


def _of_orders() -> dict[str, str]:
    return {
        "order.moved": _("Order moved on"),
        "order.captured": _("Payment received"),
        "order.shipped": _("Goods sent"),
        "order.cancelled": _("Order cancelled"),
        "order.returned": _("Goods taken back"),
        "order.credited": _("Price reduced"),
        "order.refunded": _("Money refunded"),
        "order.refund_failed": _("Refund refused"),
        "order.invoiced": _("Invoice or credit note issued"),
        "order.misreported": _("Another amount reported by the payment provider"),
        "order.report_looked_at": _("Report of the payment provider looked at"),
        "history.import": _("Order history imported"),
    }


def _of_getting_in() -> dict[str, str]:
    return {
        "sign_in.opened": _("Signed in"),
        "sign_in.refused": _("Sign-in refused"),
        "sign_in.confirmed": _("Password confirmed again"),
        "sign_in.not_confirmed": _("Wrong password when asked again"),
        "sign_in.ended": _("Sign-in ended"),
        "sign_in.others_ended": _("Other sign-ins ended"),
        "code.wrong": _("Wrong code typed"),
        "password.changed": _("Password changed"),
        "password.code_asked": _("Code for a new password asked for"),
        "password.code_withheld": _("Code for a new password not sent"),
        "password.reset": _("Password reset"),
        "two_factor.on": _("Two-factor sign-in switched on"),
        "two_factor.off": _("Two-factor sign-in switched off"),
        "recovery_code.used": _("Recovery code used"),
        "recovery_code.renewed": _("Recovery codes renewed"),
        "email.asked": _("Change of the e-mail address asked for"),
        "email.changed": _("E-mail address changed"),
        "email.undone": _("Change of the e-mail address undone"),
    }


def _of_people() -> dict[str, str]:
    return {
        "account.opened": _("Account opened"),
        "person.copied": _("Copy of personal data made"),
        "person.erased": _("Person erased"),
        "person.deactivated": _("Member of the team deactivated"),
        "person.reactivated": _("Member of the team reactivated"),
        "invitation.sent": _("Invitation sent"),
        "invitation.sent_again": _("Invitation sent again"),
        "invitation.revoked": _("Invitation revoked"),
        "invitation.accepted": _("Invitation accepted"),
        "roles.changed": _("Roles of a person changed"),
        "role.granted": _("Role granted"),
        "role.made": _("Role made"),
        "role.changed": _("Role changed"),
        "role.removed": _("Role removed"),
    }


def _of_the_shop() -> dict[str, str]:
    return {
        "email.worded": _("Words of an e-mail changed"),
        "email.reset": _("Words of an e-mail put back"),
        "email.resent": _("E-mail sent again"),
        "report.exported": _("Data downloaded"),
        "segments.changed": _("Table of segments changed"),
        "churn.bands_set": _("Bands of churn risk set"),
        "model.rolled_back": _("Model rolled back"),
        "model.released": _("Model released"),
        "demo.loaded": _("Demonstration shop loaded"),
    }
