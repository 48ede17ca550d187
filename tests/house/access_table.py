"""Who may open which route: written out by hand, so that a change of access is a change here too."""

from dataclasses import dataclass, field

EVERYBODY = frozenset(
    {
        "anonymous",
        "customer",
        "another customer",
        "support",
        "catalog_manager",
        "analyst",
        "marketer",
        "admin",
    }
)
SIGNED_IN = EVERYBODY - {"anonymous"}
OWNER = EVERYBODY - {
    "anonymous",
    "another customer",
    "support",
    "catalog_manager",
    "analyst",
    "marketer",
    "admin",
}
ADMIN = frozenset({"admin"})
SUPPORT = ADMIN | {"support"}
MODERATORS = ADMIN | {"support", "catalog_manager"}
KEEPERS = ADMIN | {"catalog_manager"}
ANALYSTS = ADMIN | {"analyst", "marketer"}
BACK_OFFICE = ADMIN | {"support", "catalog_manager", "analyst", "marketer"}
CUSTOMER_READERS = ADMIN | {"support", "analyst", "marketer"}
ORDER_READERS = ADMIN | {"support", "analyst"}
PROMOTERS = ADMIN | {"marketer"}
PROMOTION_READERS = PROMOTERS | {"analyst", "support"}
MAIL_WRITERS = ADMIN | {"marketer"}
MODEL_READERS = ADMIN | {"analyst"}


@dataclass(frozen=True)
class Route:
    """``who`` gets in. Names in braces are filled from the fixture shop. ``refusal`` is what others see."""

    method: str
    address: str
    who: frozenset[str]
    form: dict[str, str] = field(default_factory=dict)
    refusal: int = 403
    """403 where the role does not suffice, 404 where the thing belongs to somebody else."""


ROUTES: dict[str, tuple[Route, ...]] = {
    "machine.alive": (Route("GET", "/healthz", EVERYBODY),),
    "machine.ready": (Route("GET", "/readyz", EVERYBODY),),
    "machine.stripe": (Route("POST", "/webhooks/stripe", EVERYBODY),),
    "shop.home": (Route("GET", "/", EVERYBODY),),
    "shop.category": (Route("GET", "/c/{category}", EVERYBODY),),
    "shop.product": (Route("GET", "/p/{product}", EVERYBODY),),
    "shop.recently_viewed": (Route("GET", "/recent", EVERYBODY),),
    "shop.wish_later": (Route("GET", "/wishes/{product_id}", SIGNED_IN, refusal=302),),
    "shop.change_wishes": (Route("POST", "/wishes", SIGNED_IN, {"save": "{product_id}"}),),
    "shop.shared_wishlist": (Route("GET", "/wishlists/no-such-link", EVERYBODY),),
    "shop.review": (Route("GET", "/p/{product}/review", OWNER),),
    "shop.write_review": (Route("POST", "/p/{product}/review", OWNER, {"rating": "5"}),),
    "shop.search": (Route("GET", "/search?q=mug", EVERYBODY),),
    "shop.suggest": (Route("GET", "/search/suggest?q=mug", EVERYBODY),),
    "shop.robots": (Route("GET", "/robots.txt", EVERYBODY),),
    "shop.sitemap": (Route("GET", "/sitemap.xml", EVERYBODY),),
    "shop.sitemap_part": (Route("GET", "/sitemap-0.xml", EVERYBODY),),
    "shop.tell_me": (Route("POST", "/p/{product}/tell-me", EVERYBODY, {"variant_id": "{variant}"}),),
    "shop.ask_to_forget": (Route("GET", "/stock-notices/forget", EVERYBODY),),
    "shop.forget_me": (Route("POST", "/stock-notices/forget", EVERYBODY),),
    "shop.media": (Route("GET", "/media/{picture}", EVERYBODY),),
    "shop.cart": (Route("GET", "/cart", EVERYBODY),),
    "shop.add_to_cart": (
        Route("POST", "/cart/add", EVERYBODY, {"variant_id": "{variant}", "quantity": "1"}),
    ),
    "shop.change_cart": (Route("POST", "/cart/lines/{variant}", EVERYBODY, {"quantity": "2"}),),
    "shop.cart_code": (Route("POST", "/cart/code", EVERYBODY, {"code": "TEN"}),),
    "shop.choose_country": (Route("POST", "/cart/country", EVERYBODY, {"country": "FR"}),),
    "shop.checkout": (Route("GET", "/checkout", EVERYBODY),),
    "shop.place_order": (Route("POST", "/checkout", EVERYBODY),),
    "shop.update_checkout": (Route("POST", "/checkout/update", EVERYBODY),),
    "shop.pay": (
        Route("GET", "/checkout/pay/{guest_order}", EVERYBODY),
        Route("GET", "/checkout/pay/{order}", OWNER, refusal=404),
    ),
    "shop.paid": (
        Route("GET", "/checkout/paid/{guest_order}", EVERYBODY),
        Route("GET", "/checkout/paid/{order}", OWNER, refusal=404),
    ),
    "shop.left": (
        Route("GET", "/checkout/left/{guest_order}", EVERYBODY),
        Route("GET", "/checkout/left/{order}", OWNER, refusal=404),
    ),
    "shop.order": (
        Route("GET", "/orders/{guest_order}", EVERYBODY),
        Route("GET", "/orders/{order}", OWNER, refusal=404),
    ),
    "shop.order_document": (Route("GET", "/orders/{order}/documents/INV-000001.pdf", OWNER, refusal=404),),
    "shop.reorder": (Route("POST", "/orders/{order}/reorder", OWNER, refusal=404),),
    "shop.find_order": (Route("GET", "/find-order", EVERYBODY),),
    "shop.look_up_order": (Route("POST", "/find-order", EVERYBODY),),
    "account.addresses": (Route("GET", "/account/addresses", SIGNED_IN),),
    "account.new_address": (Route("GET", "/account/addresses/new", SIGNED_IN),),
    "account.keep_address": (Route("POST", "/account/addresses/new", SIGNED_IN),),
    "account.address": (Route("GET", "/account/addresses/{address}", OWNER, refusal=404),),
    "account.change_address": (Route("POST", "/account/addresses/{address}", OWNER, refusal=404),),
    "account.remove_address": (Route("POST", "/account/addresses/{address}/delete", OWNER, refusal=404),),
    "account.wishlist": (Route("GET", "/account/wishlist", SIGNED_IN),),
    "account.wish_to_cart": (
        Route("POST", "/account/wishlist/{product_id}/cart", SIGNED_IN, {"variant_id": "{variant}"}),
    ),
    "account.share_wishlist": (Route("POST", "/account/wishlist/link", SIGNED_IN, {"share": "yes"}),),
    "account.sign_up": (Route("GET", "/sign-up", EVERYBODY),),
    "account.create_account": (Route("POST", "/sign-up", EVERYBODY),),
    "account.enter_sign_up_code": (Route("GET", "/sign-up/code", EVERYBODY),),
    "account.finish_sign_up": (Route("POST", "/sign-up/code", EVERYBODY),),
    "account.send_sign_up_code": (Route("POST", "/sign-up/send-again", EVERYBODY),),
    "account.sign_in": (Route("GET", "/sign-in", EVERYBODY),),
    "account.open_session": (Route("POST", "/sign-in", EVERYBODY),),
    "account.second_step": (Route("GET", "/sign-in/code", EVERYBODY),),
    "account.finish_sign_in": (Route("POST", "/sign-in/code", EVERYBODY),),
    "account.details": (Route("GET", "/account/details", SIGNED_IN),),
    "account.change_name": (Route("POST", "/account/details", SIGNED_IN, {"name": "Ada"}),),
    "account.change_password": (Route("POST", "/account/details/password", SIGNED_IN),),
    "account.change_email": (Route("POST", "/account/details/email", SIGNED_IN),),
    "account.confirm_email": (Route("GET", "/account/details/email/code", SIGNED_IN),),
    "account.finish_email": (Route("POST", "/account/details/email/code", SIGNED_IN),),
    "account.undo_email": (Route("GET", "/account/email-change/0/0", EVERYBODY),),
    "account.confirm_undo_email": (Route("POST", "/account/email-change/0/0", EVERYBODY),),
    "account.security": (Route("GET", "/account/security", SIGNED_IN),),
    "account.end_sign_in": (Route("POST", "/account/security/sign-ins/{sign_in}/end", OWNER, refusal=404),),
    "account.end_other_sign_ins": (Route("POST", "/account/security/sign-ins/end-others", SIGNED_IN),),
    "account.two_factor": (Route("GET", "/account/security/two-factor", SIGNED_IN),),
    "account.begin_two_factor": (Route("POST", "/account/security/two-factor/begin", SIGNED_IN),),
    "account.confirm_two_factor": (Route("POST", "/account/security/two-factor", SIGNED_IN),),
    "account.renew_recovery_codes": (Route("POST", "/account/security/recovery-codes", SIGNED_IN),),
    "account.turn_off_two_factor": (Route("POST", "/account/security/two-factor/off", SIGNED_IN),),
    "account.forgot": (Route("GET", "/forgot", EVERYBODY),),
    "account.ask_for_code": (Route("POST", "/forgot", EVERYBODY),),
    "account.reset": (Route("GET", "/reset", EVERYBODY),),
    "account.reset_password": (Route("POST", "/reset", EVERYBODY),),
    "account.sign_out": (Route("POST", "/sign-out", EVERYBODY),),
    "account.overview": (Route("GET", "/account", SIGNED_IN),),
    "account.orders": (Route("GET", "/account/orders", SIGNED_IN),),
    "admin.dashboard": (Route("GET", "/admin/", ANALYSTS),),
    "admin.segments": (Route("GET", "/admin/segments", ANALYSTS),),
    "admin.churn": (Route("GET", "/admin/churn", ANALYSTS),),
    "admin.clv": (Route("GET", "/admin/clv", ANALYSTS),),
    "admin.reports": (Route("GET", "/admin/reports", ANALYSTS),),
    "admin.report": (Route("GET", "/admin/reports/customers.csv", ANALYSTS),),
    "admin.customers": (Route("GET", "/admin/customers", CUSTOMER_READERS),),
    "admin.customer": (Route("GET", "/admin/customers/{person}", CUSTOMER_READERS),),
    "admin.orders": (Route("GET", "/admin/orders", ORDER_READERS),),
    "admin.order": (Route("GET", "/admin/orders/{order}", ORDER_READERS),),
    "admin.capture_order": (Route("POST", "/admin/orders/{order}/capture", SUPPORT),),
    "admin.ship_order": (Route("POST", "/admin/orders/{order}/ship", SUPPORT),),
    "admin.cancel_order": (Route("POST", "/admin/orders/{order}/cancel", SUPPORT, {"reason": "asked for"}),),
    "admin.take_back_order": (Route("POST", "/admin/orders/{order}/return", SUPPORT),),
    "admin.credit_order": (Route("POST", "/admin/orders/{order}/credit", SUPPORT),),
    "admin.refund_order": (Route("POST", "/admin/orders/{order}/refund", SUPPORT),),
    "admin.invoice_order": (Route("POST", "/admin/orders/{order}/invoice", SUPPORT),),
    "admin.order_document": (Route("GET", "/admin/orders/{order}/documents/INV-000001.pdf", SUPPORT),),
    "admin.packing_slip": (Route("GET", "/admin/orders/{order}/packing-slip.pdf", SUPPORT),),
    "admin.products": (Route("GET", "/admin/products", BACK_OFFICE),),
    "admin.new_product": (Route("GET", "/admin/products/new", KEEPERS),),
    "admin.create_product": (Route("POST", "/admin/products/new", KEEPERS),),
    "admin.product": (Route("GET", "/admin/products/{product_id}", KEEPERS),),
    "admin.change_product": (Route("POST", "/admin/products/{product_id}", KEEPERS),),
    "admin.pictures_of": (Route("GET", "/admin/products/{product_id}/pictures", KEEPERS),),
    "admin.add_pictures": (Route("POST", "/admin/products/{product_id}/pictures", KEEPERS),),
    "admin.describe_picture": (Route("POST", "/admin/products/{product_id}/pictures/1", KEEPERS),),
    "admin.move_picture": (Route("POST", "/admin/products/{product_id}/pictures/1/move", KEEPERS),),
    "admin.remove_picture": (Route("POST", "/admin/products/{product_id}/pictures/1/remove", KEEPERS),),
    "admin.related_products": (Route("GET", "/admin/products/{product_id}/related", KEEPERS),),
    "admin.change_related": (
        Route("POST", "/admin/products/{product_id}/related", KEEPERS, {"add": "4711"}),
    ),
    "admin.categories": (Route("GET", "/admin/categories", KEEPERS),),
    "admin.new_category": (Route("GET", "/admin/categories/new", KEEPERS),),
    "admin.create_category": (Route("POST", "/admin/categories/new", KEEPERS),),
    "admin.category": (Route("GET", "/admin/categories/1", KEEPERS),),
    "admin.change_category": (Route("POST", "/admin/categories/1", KEEPERS),),
    "admin.move_category": (Route("POST", "/admin/categories/1/move", KEEPERS),),
    "admin.remove_category": (Route("POST", "/admin/categories/1/remove", KEEPERS),),
    "admin.stock": (Route("GET", "/admin/products/{product_id}/stock", KEEPERS),),
    "admin.receive_stock": (
        Route("POST", "/admin/products/{product_id}/stock/{variant}/receive", KEEPERS, {"quantity": "1"}),
    ),
    "admin.adjust_stock": (
        Route("POST", "/admin/products/{product_id}/stock/{variant}/adjust", KEEPERS, {"counted": "1"}),
    ),
    "admin.stop_counting_stock": (
        Route(
            "POST", "/admin/products/{product_id}/stock/{variant}/stop-counting", KEEPERS, {"reason": "why"}
        ),
    ),
    "admin.reviews": (Route("GET", "/admin/reviews", MODERATORS),),
    "admin.decide_reviews": (Route("POST", "/admin/reviews", MODERATORS, {"decision": "published"}),),
    "admin.set_status_of_many": (Route("POST", "/admin/products/many/status", KEEPERS),),
    "admin.set_category_of_many": (Route("POST", "/admin/products/many/category", KEEPERS),),
    "admin.change_many_prices": (Route("POST", "/admin/products/many/prices", KEEPERS),),
    "admin.export_many_products": (Route("POST", "/admin/products/many/export", KEEPERS),),
    "admin.send_many_orders": (Route("POST", "/admin/orders/many/send", SUPPORT),),
    "admin.many_packing_slips": (Route("POST", "/admin/orders/many/packing-slips", SUPPORT),),
    "admin.export_many_orders": (Route("POST", "/admin/orders/many/export", SUPPORT),),
    "admin.mark_low_stock": (
        Route("POST", "/admin/products/{product_id}/stock/{variant}/low", KEEPERS, {"low_at": "4"}),
    ),
    "admin.stock_levels": (Route("GET", "/admin/stock", KEEPERS),),
    "admin.import_products": (Route("GET", "/admin/products/import", KEEPERS),),
    "admin.upload_products": (Route("POST", "/admin/products/import", KEEPERS),),
    "admin.products_sheet": (Route("GET", "/admin/products/import/1", KEEPERS),),
    "admin.apply_products": (Route("POST", "/admin/products/import/1", KEEPERS),),
    "admin.rejected_products": (Route("GET", "/admin/products/import/1/rejected.csv", KEEPERS),),
    "admin.export_products": (Route("GET", "/admin/products/export.csv", KEEPERS),),
    "admin.import_stock": (Route("GET", "/admin/stock/import", KEEPERS),),
    "admin.upload_stock": (Route("POST", "/admin/stock/import", KEEPERS),),
    "admin.stock_sheet_file": (Route("GET", "/admin/stock/import/1", KEEPERS),),
    "admin.apply_stock": (Route("POST", "/admin/stock/import/1", KEEPERS),),
    "admin.rejected_stock": (Route("GET", "/admin/stock/import/1/rejected.csv", KEEPERS),),
    "admin.export_stock": (Route("GET", "/admin/stock/export.csv", KEEPERS),),
    "admin.taxes": (Route("GET", "/admin/tax", ADMIN),),
    "admin.new_tax": (Route("GET", "/admin/tax/new", ADMIN),),
    "admin.add_tax": (Route("POST", "/admin/tax/new", ADMIN),),
    "admin.tax": (Route("GET", "/admin/tax/1", ADMIN),),
    "admin.change_tax": (Route("POST", "/admin/tax/1", ADMIN),),
    "admin.remove_tax": (Route("POST", "/admin/tax/1/delete", ADMIN),),
    "admin.add_tax_class": (Route("POST", "/admin/tax/classes", ADMIN),),
    "admin.rename_tax_class": (Route("POST", "/admin/tax/classes/zero", ADMIN),),
    "admin.remove_tax_class": (Route("POST", "/admin/tax/classes/standard/delete", ADMIN),),
    "admin.shipping": (Route("GET", "/admin/shipping", ADMIN),),
    "admin.new_zone": (Route("GET", "/admin/shipping/zones/new", ADMIN),),
    "admin.add_zone": (Route("POST", "/admin/shipping/zones/new", ADMIN),),
    "admin.zone": (Route("GET", "/admin/shipping/zones/1", ADMIN),),
    "admin.change_zone": (Route("POST", "/admin/shipping/zones/1", ADMIN),),
    "admin.new_method": (Route("GET", "/admin/shipping/zones/1/new", ADMIN),),
    "admin.add_method": (Route("POST", "/admin/shipping/zones/1/new", ADMIN),),
    "admin.method": (Route("GET", "/admin/shipping/methods/1", ADMIN),),
    "admin.change_method": (Route("POST", "/admin/shipping/methods/1", ADMIN),),
    "admin.remove_method": (Route("POST", "/admin/shipping/methods/2/delete", ADMIN),),
    "admin.remove_zone": (Route("POST", "/admin/shipping/zones/1/delete", ADMIN),),
    "admin.searches": (Route("GET", "/admin/searches", ANALYSTS),),
    "admin.activity": (Route("GET", "/admin/activity", SUPPORT),),
    "admin.models": (Route("GET", "/admin/models", MODEL_READERS),),
    "admin.roll_back": (Route("POST", "/admin/models/churn/rollback", ADMIN),),
    "admin.promotions": (Route("GET", "/admin/promotions", PROMOTION_READERS),),
    "admin.new_promotion": (Route("GET", "/admin/promotions/new", PROMOTERS),),
    "admin.create_promotion": (Route("POST", "/admin/promotions/new", PROMOTERS),),
    "admin.promotion": (Route("GET", "/admin/promotions/1", PROMOTERS),),
    "admin.change_promotion": (Route("POST", "/admin/promotions/1", PROMOTERS),),
    "admin.switch_promotion": (Route("POST", "/admin/promotions/1/switch", PROMOTERS),),
    "admin.make_codes": (Route("POST", "/admin/promotions/1/codes", PROMOTERS),),
    "admin.promotion_codes": (Route("GET", "/admin/promotions/1/codes.csv", PROMOTERS),),
    "admin.emails": (Route("GET", "/admin/emails", MAIL_WRITERS),),
    "admin.resend_email": (Route("POST", "/admin/emails/1/resend", MAIL_WRITERS),),
    "admin.email_words": (Route("GET", "/admin/emails/words/welcome", MAIL_WRITERS),),
    "admin.word_email": (Route("POST", "/admin/emails/words/welcome", MAIL_WRITERS),),
    "admin.reset_email": (Route("POST", "/admin/emails/words/welcome/reset", MAIL_WRITERS),),
    "admin.jobs": (Route("GET", "/admin/jobs", ADMIN),),
}
