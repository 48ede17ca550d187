"""Facts to try the wording of an e-mail with."""

from collections.abc import Mapping
from typing import Any

ADDRESS: Mapping[str, str] = {
    "name": "Ada",
    "line1": "1 Row",
    "line2": "",
    "postcode": "N1",
    "city": "London",
    "country": "GB",
    "phone": "",
}
FACTS: Mapping[str, dict[str, Any]] = {
    "order_confirmation": {
        "number": "7KQ2-M9XB-4TRD",
        "currency": "GBP",
        "address": ADDRESS,
        "goods_minor": 123456,
        "discount_minor": 12346,
        "promotions": [
            {"name": "A tenth off", "code": "TEN", "goods_minor": 12346, "shipping_minor": 0},
            {"name": "Free delivery", "code": "", "goods_minor": 0, "shipping_minor": 395},
        ],
        "shipping_minor": 0,
        "shipping_method": "Standard delivery",
        "tax_minor": 18518,
        "total_minor": 111110,
        "payment_method": "Invoice",
        "payment_note": "Pay by bank transfer within 14 days of delivery.",
        "lines": [{"name": "Mug", "variant": "Red", "quantity": 2, "total_minor": 123456}],
    },
    "order_shipped": {
        "number": "7KQ2-M9XB-4TRD",
        "currency": "GBP",
        "name": "Ada",
        "lines": [{"name": "Mug", "quantity": 2}],
        "carrier": "Royal Mail",
        "tracking_number": "AB 1",
        "tracking_url": "https://track.example/AB1",
    },
    "order_cancelled": {
        "number": "7KQ2-M9XB-4TRD",
        "currency": "GBP",
        "name": "Ada",
        "amount_minor": 123851,
        "is_whole": True,
        "reason": "sold out",
    },
    "order_refunded": {
        "number": "7KQ2-M9XB-4TRD",
        "currency": "GBP",
        "name": "Ada",
        "amount_minor": 123851,
    },
    "welcome": {"name": "Ada"},
    "stock_low": {
        "items": [{"name": "Mug", "variant": "Red", "sku": "MUG-1", "left": 2, "is_new": True}],
        "new": 1,
        "more": 0,
    },
    "stock_back": {"name": "Mug", "variant": "Red", "slug": "mug", "token": "abc"},
    "password_code": {"name": "Ada", "code": "12345678"},
    "no_account": {"name": ""},
    "password_changed": {"name": "Ada"},
    "new_device": {
        "name": "Ada",
        "browser": "Firefox on Windows",
        "address": "203.0.113.7",
        "at": "20.11.2026 12:00 UTC",
    },
    "two_factor_on": {"name": "Ada"},
    "invitation": {"invited_by": "Grace", "roles": "Support, Analyst", "link": "0123", "token": "abcd"},
    "email_code": {"name": "Ada", "code": "12345678"},
    "email_asked": {"name": "Ada", "new_email": "ada@new.example", "link": "0123", "token": "abcd"},
    "email_changed": {"name": "Ada"},
    "sign_up_code": {"name": "Ada", "code": "12345678"},
    "account_exists": {"name": ""},
    "two_factor_off": {"name": "Ada"},
}
"""Kind of an e-mail to what it is told."""
