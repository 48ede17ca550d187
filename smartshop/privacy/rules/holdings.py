"""Every table that holds something of a person: what it is called when it is handed out, and what an erasure does to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Fate(StrEnum):
    DELETED = "deleted"
    BLANKED = "kept without the person"
    KEPT = "kept"


@dataclass(frozen=True)
class Holding:
    """``exported_as`` is empty for what is not handed out; ``why`` then says why, and why anything is kept."""

    exported_as: str
    fate: Fate
    why: str = ""


OPENS = "a secret, or the fingerprint of one, which says nothing about the person"
BOOKS = "the books: goods, amounts, dates and country"

HOLDINGS: Mapping[str, Holding] = {
    "people": Holding("profile", Fate.DELETED),
    "consents": Holding("choices", Fate.DELETED),
    "role_assignments": Holding("", Fate.DELETED, "staff leave the team before they are erased"),
    "invitations": Holding("invitations", Fate.DELETED),
    "invitation_roles": Holding("", Fate.DELETED, "which roles an invitation gives"),
    "sign_ins": Holding("sign_ins", Fate.DELETED),
    "pending_sign_ins": Holding("", Fate.DELETED, OPENS),
    "known_devices": Holding("known_devices", Fate.DELETED),
    "two_factors": Holding("two_factors", Fate.DELETED),
    "recovery_codes": Holding("", Fate.DELETED, OPENS),
    "one_time_codes": Holding("", Fate.DELETED, OPENS),
    "addresses": Holding("addresses", Fate.DELETED),
    "emails": Holding("emails", Fate.DELETED),
    "reviews": Holding("reviews", Fate.BLANKED, "signed Former customer, or deleted, as the person says"),
    "wishes": Holding("wishlist", Fate.DELETED),
    "wish_list_links": Holding("", Fate.DELETED, OPENS),
    "stock_wishes": Holding("stock_notices", Fate.DELETED),
    "search_misses": Holding("", Fate.DELETED, "counts of words without persons; those that name the person"),
    "promotion_uses": Holding("promotions", Fate.BLANKED, "that an offer was used counts against its limit"),
    "audience_members": Holding("segments", Fate.DELETED),
    "payment_attempts": Holding("payments", Fate.BLANKED, BOOKS),
    "refunds": Holding("refunds", Fate.BLANKED, BOOKS),
    "webhook_events": Holding(
        "", Fate.KEPT, "the provider's numbers of what it reported, and nothing that it says of a person"
    ),
    "events": Holding("events", Fate.DELETED),
    "carts": Holding("carts", Fate.DELETED),
    "cart_lines": Holding("cart_lines", Fate.DELETED),
    "saved_lines": Holding("saved_for_later", Fate.DELETED),
    "reservations": Holding("", Fate.DELETED, "minutes of held stock, by cart"),
    "orders": Holding("orders", Fate.BLANKED, BOOKS),
    "order_lines": Holding("order_lines", Fate.KEPT, BOOKS),
    "order_promotions": Holding("order_promotions", Fate.KEPT, BOOKS),
    "order_returns": Holding("returns", Fate.KEPT, BOOKS),
    "shipments": Holding("shipments", Fate.KEPT, BOOKS),
    "shipment_lines": Holding("", Fate.KEPT, "which line went in which parcel"),
    "invoices": Holding("invoices", Fate.BLANKED, BOOKS),
    "segment_scores": Holding("segment_scores", Fate.DELETED),
    "churn_scores": Holding("churn_scores", Fate.DELETED),
    "value_scores": Holding("value_scores", Fate.DELETED),
    "segment_moves": Holding("segment_moves", Fate.DELETED),
    "cluster_scores": Holding("cluster_scores", Fate.DELETED),
    "audit_records": Holding("audit", Fate.BLANKED, "what was done stays, under a pseudonym"),
}

NOBODY: Mapping[str, str] = {
    "erasures": "fingerprints of addresses until the files are gone, minutes later",
    "stock_movements": "what went for which order number",
    "delayed_tries": "pauses by fingerprint, for as long as they grow",
    "allowances": "counts by fingerprint, for two days",
    "key_refusals": "what a payment provider says of the shop's own key",
}
"""Tables that come near a person and hold none."""
