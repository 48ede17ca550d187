"""What a training run was made from: the windows and inputs that were checked, the visits it reads, the level it foresees."""

from collections.abc import Mapping
from typing import Any

from smartshop.web.admin.column_words import column
from smartshop.web.admin.run_words import on, span
from smartshop.web.admin.speaking import _
from smartshop.web.presenting import number, percent


def checks(card: Mapping[str, Any]) -> list[tuple[str, bool, str]]:
    """What was made sure of about the windows and the inputs: name, whether it holds, and the facts."""
    window = card.get("window") or {}
    found = []
    first, last = window.get("test_from"), window.get("test_until")
    if first and last:
        found.append(
            (
                _("The test window was over before the training day"),
                last[:10] <= str(card.get("as_of", ""))[:10],
                span(first, last),
            )
        )
    guard = card.get("guard") or {}
    if guard:
        found += [
            (
                _("No input changes when the orders that follow are deleted"),
                True,
                _(
                    "checked at %(day)s on %(rows)s customers",
                    day=on(guard["checked_at"]),
                    rows=number(guard["rows"]),
                ),
            ),
            (
                _("No input tells the outcome by itself"),
                True,
                _(
                    "the strongest, %(name)s, ranks with an AUC of %(auc)s",
                    name=_within(column(guard["strongest_input"])),
                    auc=number(guard["its_auc"], 3),
                ),
            ),
        ]
    return found


def visits(card: Mapping[str, Any]) -> str | None:
    """Whether what serves reads visits, and why (not); None of questions that do not ask."""
    found = card.get("visits") or {}
    if not found:
        return None
    if found["is_served"]:
        return _("Read: they cover every window, and helped on earlier ones.")
    if found["why"] == "no events":
        return _("Not read: there are none of signed-in customers.")
    if found["why"] == "covered":
        return _("Not read: they cover every window, but what reads them was not the best there.")
    if found["why"] == "too few":
        few = found["customers"]
        return _(
            "Not read: of %(need)s customers who must have looked around before every window there were %(have)s.",
            need=number(few["need"]),
            have=number(few["have"]),
        )
    uneven = found["evenness"]
    return _(
        "Not read: they were logged unevenly. Before one window the share of customers who looked around was"
        " %(have)s of that before another; at least %(need)s are needed.",
        have=percent(uneven["have"]),
        need=percent(uneven["need"]),
    )


def level(card: Mapping[str, Any]) -> str | None:
    """How many are foreseen to stay away, and what that rests on; None of questions that foresee no such share."""
    found = card.get("level") or {}
    if not found:
        return None
    share = percent(found["share"])
    if found.get("is_of_year_before"):
        return _(
            "%(share)s of those scored: what habits and the season say, corrected by how far they were off in the same"
            " weeks a year before.",
            share=share,
        )
    if found["is_carried"]:
        return _(
            "%(share)s of those scored: what habits and the season say, corrected by how far they were off in the last"
            " window.",
            share=share,
        )
    return _("%(share)s of those scored: what habits and the season say, uncorrected.", share=share)


def _within(name: str) -> str:
    """A name as it stands within a sentence; what is written in capitals stays so."""
    return name[:1].lower() + name[1:]
