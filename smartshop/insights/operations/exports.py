"""Remembering what left the shop."""

from smartshop.kernel import audit
from smartshop.kernel.audit import Actor
from smartshop.kernel.uow import unit_of_work


def record_export(*, report: str, with_personal: bool, filters: dict[str, str], actor: Actor) -> None:
    """Note in the audit log who takes which report, before its first row leaves."""
    with unit_of_work():
        audit.record(
            actor=actor,
            action="report.exported",
            subject=f"report:{report}",
            after={
                "personal_columns": with_personal,
                **filters,
            },
        )
