"""Customers and their scores."""

from flask import render_template
from flask.typing import ResponseReturnValue

from smartshop.insights.queries import clusters, customers, freshness, moves, runs, segments, value
from smartshop.insights.queries.customers import Sought
from smartshop.kernel.permissions import Permission
from smartshop.orders.queries import reading
from smartshop.web import parsing
from smartshop.web.admin import asking, cluster_words, reasons, segment_words, value_words, wording
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.showing import sees_people
from smartshop.web.guards import access
from smartshop.web.presenting import settings

RISKS = ("high", "medium", "low")


@bp.get("/customers", endpoint="customers")
@access(Permission.CUSTOMERS_VIEW)
def customers_page() -> ResponseReturnValue:
    asked = parsing.page_number()
    sort, is_descending = asking.order(customers.SORTS, "-clv")
    groups = clusters.codes()
    sought = Sought(
        asking.text(),
        asking.one_of("segment", segments.SEGMENTS),
        asking.one_of("risk", RISKS),
        cluster=asking.one_of("cluster", groups),
        with_personal=sees_people(),
    )
    page = customers.page_of_customers(
        settings().currency, sought, sort=sort, is_descending=is_descending, page=asked
    )
    return render_template(
        "admin/customers.html",
        page=page,
        sought=sought,
        sort=sort,
        is_descending=is_descending,
        moved=wording.page_moved(asked, page.number),
        segments=segments.SEGMENTS,
        groups={code: cluster_words.name(code) for code in groups},
    )


@bp.get("/customers/<int:person_id>")
@access(Permission.CUSTOMERS_VIEW)
def customer(person_id: int) -> ResponseReturnValue:
    found = customers.customer(person_id, settings().currency)
    return render_template(
        "admin/customer.html",
        customer=found,
        gone=reading.gone(found.orders),
        fresh=freshness.all_questions(),
        method=value.method(runs.live("clv")),
        value_words=value_words,
        meanings=wording.meanings(),
        kinds=wording.event_kinds(),
        moves=moves.of_person(person_id),
        words=segment_words,
        group_name=cluster_words.name,
        why=reasons.of([person_id]).get(person_id),
        wording=wording,
    )
