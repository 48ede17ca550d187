"""Every module of views, and the blueprints they fill."""

import importlib

from flask import Blueprint

from smartshop.web.account.blueprint import bp as account
from smartshop.web.admin.blueprint import bp as admin
from smartshop.web.machine.blueprint import bp as machine
from smartshop.web.shop.blueprint import bp as shop

VIEWS = (
    "account.addresses",
    "account.confirming",
    "account.details",
    "account.invitation",
    "account.erasing",
    "account.joining",
    "account.overview",
    "account.privacy",
    "account.resetting",
    "account.security",
    "account.signing_in",
    "account.two_factor",
    "account.wishlist",
    "admin.activity",
    "admin.aftercare",
    "admin.audit",
    "admin.categories",
    "admin.clusters",
    "admin.cohorts",
    "admin.customers",
    "admin.dashboard",
    "admin.delivery",
    "admin.emails",
    "admin.editing",
    "admin.jobs",
    "admin.erasing",
    "admin.many_orders",
    "admin.many_products",
    "admin.models",
    "admin.orders",
    "admin.pictures",
    "admin.products",
    "admin.promotions",
    "admin.relating",
    "admin.reports",
    "admin.reviews",
    "admin.scores",
    "admin.churn",
    "admin.roles",
    "admin.searches",
    "admin.segments",
    "admin.showing",
    "admin.sheets",
    "admin.stock",
    "admin.stock_levels",
    "admin.taxes",
    "admin.team",
    "admin.text_pages",
    "admin.variants",
    "machine.health",
    "machine.policy_reports",
    "machine.webhooks",
    "shop.browse",
    "shop.cart",
    "shop.checkout",
    "shop.choices",
    "shop.coupons",
    "shop.media",
    "shop.orders",
    "shop.product",
    "shop.recent",
    "shop.reviews",
    "shop.saving",
    "shop.seo",
    "shop.stock_notices",
    "shop.wishes",
    "shop.withdrawing",
    "shop.text_pages",
)

for _name in VIEWS:
    importlib.import_module(f"smartshop.web.{_name}")

BLUEPRINTS: tuple[Blueprint, ...] = (shop, account, admin, machine)
