"""The form of a product: what it shows, and the facts that its answers are."""

from collections.abc import Iterator, Mapping

from flask import request

from smartshop.catalog.queries import editing, tax_classes
from smartshop.catalog.queries.editing import ProductKept
from smartshop.catalog.rules import editing as rules
from smartshop.catalog.rules import traits
from smartshop.catalog.rules.editing import ProductFacts, VariantFacts
from smartshop.web import parsing
from smartshop.web.admin.comparing import Difference
from smartshop.web.admin.comparing import differences as compared
from smartshop.web.admin.speaking import _
from smartshop.web.presenting import decimal, settings

MOST_ROWS = traits.MOST + 2


def answers(kept: ProductKept) -> dict[str, str]:
    """What the form shows of a product as it is."""
    shown = {
        "name": kept.name,
        "slug": kept.slug,
        "description": kept.description,
        "category": str(kept.category_id),
        "status": kept.status,
        "tax_class": kept.tax_class,
        "updated_at": kept.updated_at.isoformat(),
    }
    for row, (name, value) in enumerate(kept.attributes.items()):
        shown |= {f"attribute-name-{row}": name, f"attribute-value-{row}": traits.written(value)}
    names = list(dict.fromkeys(name for variant in kept.variants for name in variant.options))
    shown |= {f"option-name-{column}": name for column, name in enumerate(names)}
    for place, variant in enumerate(kept.variants, start=1):
        shown[f"place-{variant.id}"] = str(place)
        shown[f"variant-{variant.id}"] = variant.name
        shown[f"price-{variant.id}"] = decimal(variant.price_minor)
        shown[f"weight-{variant.id}"] = str(variant.weight_grams)
        shown[f"active-{variant.id}"] = "y" if variant.is_active else ""
        for column, name in enumerate(names):
            shown[f"option-{variant.id}-{column}"] = traits.written(variant.options.get(name, ""))
    return shown


def rows(shown: Mapping[str, str], name: str, *, spare: int) -> range:
    """The numbers of the rows that the form has of some fields, with a few that are empty."""
    filled = [row for row in range(MOST_ROWS) if shown.get(f"{name}-{row}")]
    return range(min(max(filled, default=-1) + 1 + spare, MOST_ROWS))


def differences(kept: ProductKept) -> list[Difference]:
    """What was typed beside what is saved by now; fields that staff picks from a list by what the list calls them."""
    saved, typed = answers(kept), request.form.to_dict()
    for shown in (saved, typed):
        for name, options in (("category", editing.categories()), ("tax_class", tax_classes.classes())):
            called = {str(value): label for value, label in options}
            shown[name] = called.get(shown.get(name, ""), shown.get(name, ""))
    return compared(_labels(kept, rows(saved | typed, "attribute-name", spare=0)), saved, typed)


def _labels(kept: ProductKept, attributes: range) -> dict[str, str]:
    labels = {
        "name": _("Name"),
        "slug": _("Address"),
        "description": _("Description"),
        "category": _("Category"),
        "tax_class": _("Taxed as"),
        "status": _("Status"),
    }
    for row in attributes:
        labels |= {
            f"attribute-name-{row}": _("Attribute"),
            f"attribute-value-{row}": _("Value of an attribute"),
        }
    for variant in kept.variants:
        labels |= {
            f"variant-{variant.id}": f"{variant.sku}: {_('Name of the variant')}",
            f"price-{variant.id}": f"{variant.sku}: {_('Price')}",
            f"weight-{variant.id}": f"{variant.sku}: {_('Weight in grams')}",
            f"active-{variant.id}": f"{variant.sku}: {_('Sell it')}",
            f"place-{variant.id}": f"{variant.sku}: {_('Place')}",
        }
    return labels


def facts() -> ProductFacts:
    """The product that was typed."""
    sent = request.form
    return ProductFacts(
        sent.get("name", ""),
        sent.get("description", ""),
        parsing.whole_number(sent.get("category")),
        sent.get("status", ""),
        sent.get("tax_class", "standard"),
        traits.read(pairs("attribute-name", "attribute-value")),
    )


def pairs(names: str, values: str) -> Iterator[tuple[str, str]]:
    """The rows of names and values that were typed."""
    sent = request.form
    return ((sent.get(f"{names}-{row}", ""), sent.get(f"{values}-{row}", "")) for row in range(MOST_ROWS))


def variants(kept: ProductKept) -> dict[int, VariantFacts]:
    """The variants that were typed, by id; one that the form did not have yet is none of them."""
    return {row.id: variant(row.id) for row in kept.variants if f"price-{row.id}" in request.form}


def variant(variant_id: int) -> VariantFacts:
    """One variant that was typed."""
    sent = request.form
    price = parsing.amount(sent.get(f"price-{variant_id}"), settings().currency)
    weight = parsing.whole_number(sent.get(f"weight-{variant_id}") or "0")
    is_active = sent.get(f"active-{variant_id}") == "y"
    filled = [(name, text) for name, text in pairs("option-name", f"option-{variant_id}") if text.strip()]
    return VariantFacts(sent.get(f"variant-{variant_id}", ""), price, is_active, weight, traits.read(filled))


def order(kept: ProductKept) -> list[int]:
    """The ids of the variants in the order that was chosen."""
    typed = {row.id: parsing.whole_number(request.form.get(f"place-{row.id}")) for row in kept.variants}
    wished = {row_id: place for row_id, place in typed.items() if place > 0}
    return rules.placed([row.id for row in kept.variants], wished)
