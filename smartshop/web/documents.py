"""Papers as PDF: HTML templates printed by WeasyPrint, which is loaded when the first one is asked for."""

from typing import Any

from flask import current_app, render_template, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smartshop.kernel.config import ROOT
from smartshop.kernel.errors import DomainError
from smartshop.orders.queries.aftercare import Document
from smartshop.orders.rules.invoices import Seller
from smartshop.web.presenting import settings

STYLES = ROOT / "static" / "css" / "documents.css"


class NoPrinter(DomainError):
    """The system libraries that draw PDFs are not installed."""

    code = "no_printer"
    status = 503


def seller() -> Seller:
    """Who signs invoices, by the settings."""
    made_with = settings()
    return Seller(
        made_with.seller_name or made_with.shop_name,
        _lines(made_with.seller_address),
        made_with.seller_tax_number,
        made_with.mail_from,
        _lines(made_with.seller_bank),
    )


def _lines(setting: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in setting.split(";") if line.strip())


def send(template: str, filename: str, **facts: Any) -> ResponseReturnValue:
    """A PDF of this template to the browser.

    Raises NoPrinter.
    """
    from io import BytesIO

    pages = printed(render_template(template, **facts))
    return send_file(BytesIO(pages), mimetype="application/pdf", download_name=filename, as_attachment=True)


def send_document(document: Document) -> ResponseReturnValue:
    """An invoice or credit note to the browser."""
    return send("documents/invoice.html", f"{document.number}.pdf", document=document, facts=document.facts)


def printed(html: str) -> bytes:
    """HTML as PDF. Nothing is fetched from anywhere.

    Raises NoPrinter.
    """
    try:
        from weasyprint import CSS, HTML
    except (ImportError, OSError) as error:
        current_app.logger.warning("weasyprint cannot be loaded: %s", error)
        message = _(
            "This shop cannot print PDFs yet: its administrator has to install Pango (libpango-1.0-0, libpangoft2-1.0-0, libharfbuzz-subset0)."
        )
        raise NoPrinter(message) from error
    pages: bytes = HTML(string=html, url_fetcher=_fetch_nothing).write_pdf(stylesheets=[CSS(filename=STYLES)])
    return pages


def _fetch_nothing(url: str) -> dict[str, Any]:
    raise ValueError(f"a document fetches nothing, also not {url}")
