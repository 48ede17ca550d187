"""Settings: read once from the environment, validated, frozen."""

import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from babel.numbers import list_currencies
from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]
WEAKEST_SECRET = 32
MOST_PRICE_STEPS = 8
KNOWN_WEAK = frozenset(
    {"changeme", "change-me", "secret", "dev", "development", "password", "smartshop", "insecure"}
)
HOW_TO_MAKE_ONE = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"


class BadSettings(Exception):
    """The environment does not describe a shop that can start; the message says what to set."""


def _currency(value: str) -> str:
    code = value.upper()
    if code not in list_currencies():
        raise ValueError(f"{value!r} is not an ISO 4217 currency code such as GBP, EUR or USD")
    return code


def _country(value: str) -> str:
    if len(value) != 2 or not (value.isascii() and value.isalpha()):
        raise ValueError(f"{value!r} is not a two-letter country code such as GB, DE or US")
    return value.upper()


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{value!r} is not an address such as https://shop.example.com")
    return value.rstrip("/")


def _steps(value: str) -> str:
    steps = [int(step) if step.strip().isdecimal() else 0 for step in value.split(",")] if value else []
    is_rising = all(low < high for low, high in zip([0, *steps], steps, strict=False))
    if not is_rising or len(steps) > MOST_PRICE_STEPS:
        raise ValueError(f"{value!r} are no rising amounts such as 10,25,50,100")
    return ",".join(map(str, steps))


class Settings(BaseSettings):
    """Every setting of the program. Environment names are ``SMARTSHOP_`` + the name in capitals."""

    model_config = SettingsConfigDict(env_prefix="SMARTSHOP_", frozen=True, extra="ignore")

    env: Literal["development", "production", "test"] = Field(
        "development", description="development, production or test; production refuses weak secrets."
    )
    instance: Path = Field(
        ROOT / "instance", description="The folder this machine owns: database, models, uploads, outbox."
    )
    secret_key: str = Field(
        "",
        description="Signs sessions; at least 32 characters. Made and kept in the instance outside production.",
    )
    database_url: str = Field(
        "",
        validation_alias="DATABASE_URL",
        description="SQLAlchemy URL of the database. Default: SQLite at instance/shop.db.",
    )
    redis_url: str = Field(
        "",
        validation_alias="REDIS_URL",
        description="Redis for limits shared by several processes. Default: none.",
    )
    shop_name: str = Field(
        "SmartShop", min_length=1, max_length=60, description="The name on every page and e-mail."
    )
    currency: Annotated[str, AfterValidator(_currency)] = Field(
        "GBP", description="ISO 4217 currency the shop sells in."
    )
    country: Annotated[str, AfterValidator(_country)] = Field(
        "GB", description="ISO 3166 country the shop sells from."
    )
    churn_horizon_days: int = Field(
        90,
        ge=14,
        le=365,
        description="Days without an order after which a customer counts as having left.",
    )
    base_url: Annotated[str, AfterValidator(_address)] = Field(
        "http://127.0.0.1:5000",
        description="Where customers reach the shop; used in e-mails and canonical links.",
    )
    hosts: str = Field(
        "",
        description="Further host names the shop answers to in production, separated by commas, beside that of BASE_URL.",
    )
    mail_url: str = Field(
        "", description="smtp://user:password@host:port for e-mail. Default: files in instance/outbox."
    )
    mail_from: str = Field("shop@example.com", description="Sender of every e-mail.")
    seller_name: str = Field(
        "", max_length=120, description="Legal name on invoices. Default: the name of the shop."
    )
    seller_address: str = Field(
        "", max_length=400, description="Address on invoices, its lines separated by semicolons."
    )
    seller_tax_number: str = Field("", max_length=60, description="VAT or tax number on invoices.")
    seller_bank: str = Field(
        "",
        max_length=400,
        description="Bank account for orders paid by invoice, its lines separated by semicolons; on the invoice and the page of the order.",
    )
    test_card: bool | None = Field(
        None,
        description="Offer the test card, which moves no money and still makes orders paid. Default: not in production.",
    )
    staff_two_factor: bool | None = Field(
        None,
        description="Staff must use two-factor sign-in before an admin page opens. Default: in production only.",
    )
    secure_cookies: bool | None = Field(
        None, description="Send cookies over HTTPS only. Default: on in production."
    )
    trusted_proxies: int = Field(
        0, ge=0, le=5, description="How many proxies in front set X-Forwarded-For and -Proto."
    )
    password_cost: int = Field(
        32768, ge=128, description="scrypt cost N of password hashes (a power of two); tests set it low."
    )
    page_seconds: int | None = Field(
        None,
        ge=0,
        le=300,
        description="How long shop pages are kept for visitors without account or cart; 0 makes each anew. "
        "Default: 10 in production, else 0.",
    )
    hold_minutes: int = Field(
        10, ge=0, le=120, description="How long an open checkout keeps its stock; 0 keeps none."
    )
    cart_days: int = Field(
        90, ge=7, le=3650, description="Days after which a guest's cart that nobody touched is deleted."
    )
    low_stock: int = Field(
        3,
        ge=0,
        le=100_000,
        description="So many or fewer left of a variant are low, unless it has its own mark.",
    )
    price_steps: Annotated[str, AfterValidator(_steps)] = Field(
        "",
        description="Where the ranges of the price filter end, in whole amounts of the currency, separated by commas. "
        "Default: 10,25,50,100, and a hundred times that in a currency without decimals.",
    )
    cancel_hours: int | None = Field(
        None,
        ge=0,
        le=8760,
        description="Hours in which customers may cancel an order themselves while nothing of it was sent; 0: never. "
        "Default: as long as nothing was sent.",
    )
    payment_minutes: int = Field(
        45, ge=31, le=1440, description="How long an order waits for its payment before its stock is sold on."
    )
    stripe_key: str = Field(
        "", description="Secret key of Stripe (sk_live_… or sk_test_…). Default: Stripe is not offered."
    )
    stripe_webhook_secret: str = Field(
        "", description="Signing secret of the Stripe webhook (whsec_…); needed with the key."
    )
    stripe_api_base: str = Field("https://api.stripe.com", description="Where Stripe's API is reached.")
    reviews_at_once: bool = Field(
        False, description="Show reviews the moment they are written. Default: staff reads them first."
    )
    keep_events_days: int = Field(730, ge=30, le=3650, description="How long events of visits are kept.")
    keep_emails_days: int = Field(
        365, ge=30, le=3650, description="How long e-mails are kept after they were sent."
    )
    keep_searches_days: int = Field(
        365, ge=7, le=3650, description="How long searches that found nothing are kept."
    )
    keep_unpaid_days: int = Field(
        90, ge=7, le=3650, description="How long orders that were never paid keep who placed them."
    )
    keep_moves_days: int = Field(
        1095, ge=30, le=3650, description="How long it is kept who moved from one segment to another."
    )
    training_hour: int = Field(
        3, ge=0, le=23, description="UTC hour at which the models are trained each night."
    )
    outbox_seconds: int = Field(
        15, ge=1, le=3600, description="Seconds between two deliveries of the e-mail outbox."
    )

    @model_validator(mode="after")
    def _is_safe_to_start(self) -> Self:
        if self.password_cost & (self.password_cost - 1):
            raise ValueError("SMARTSHOP_PASSWORD_COST must be a power of two, such as 32768")
        if self.stripe_key and not self.stripe_webhook_secret:
            raise ValueError("SMARTSHOP_STRIPE_WEBHOOK_SECRET is needed with SMARTSHOP_STRIPE_KEY (whsec_…)")
        if self.env != "production":
            return self
        if (
            len(self.secret_key) < WEAKEST_SECRET
            or self.secret_key.lower() in KNOWN_WEAK
            or len(set(self.secret_key)) < 10
        ):
            raise ValueError(f"SMARTSHOP_SECRET_KEY is missing or weak. Make one with: {HOW_TO_MAKE_ONE}")
        if self.password_cost < 32768:
            raise ValueError("SMARTSHOP_PASSWORD_COST must be at least 32768 in production")
        if "base_url" not in self.model_fields_set:
            raise ValueError(
                "SMARTSHOP_BASE_URL is missing: e-mails link to it. Say such as https://shop.example.com"
            )
        return self

    @property
    def offers_test_card(self) -> bool:
        return self.env != "production" if self.test_card is None else self.test_card

    @property
    def requires_staff_two_factor(self) -> bool:
        return self.env == "production" if self.staff_two_factor is None else self.staff_two_factor

    @property
    def has_secure_cookies(self) -> bool:
        return self.env == "production" if self.secure_cookies is None else self.secure_cookies

    @property
    def cookie_prefix(self) -> str:
        """What browsers take as a promise that a cookie was set over HTTPS, by this host and for it alone."""
        return "__Host-" if self.has_secure_cookies else ""

    @property
    def own_hosts(self) -> list[str]:
        """The host names that customers may reach the shop by."""
        further = [name.strip() for name in self.hosts.split(",") if name.strip()]
        return [urlsplit(self.base_url).hostname or "", *further]

    @property
    def price_edges(self) -> tuple[int, ...]:
        """Where the ranges of the price filter end, in whole amounts of the currency; empty for the usual ones."""
        return tuple(map(int, self.price_steps.split(","))) if self.price_steps else ()

    @property
    def kept_seconds(self) -> int:
        """How long pages are kept for visitors without account or cart."""
        return (10 if self.env == "production" else 0) if self.page_seconds is None else self.page_seconds

    @property
    def database(self) -> str:
        """The database URL in use; an absolute SQLite path when none is set."""
        return self.database_url or f"sqlite:///{(self.instance / 'shop.db').resolve()}"

    @property
    def secret(self) -> str:
        """The signing key; outside production one is made and kept in the instance."""
        if self.secret_key:
            return self.secret_key
        path = self.instance / "secret.key"
        if not path.exists():
            _make_secret(path)
        return path.read_text(encoding="utf-8")


def _make_secret(path: Path) -> None:
    """Write a new secret, whole or not at all; of several processes that begin together one makes it for all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=path.parent, prefix="secret-", encoding="utf-8") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        with suppress(FileExistsError):
            path.hardlink_to(file.name)


def read_settings() -> Settings:
    """The settings of this process.

    Raises BadSettings with one line per setting that is wrong.
    """
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"{_name(item['loc'])}: {item['msg'].removeprefix('Value error, ')}".removeprefix(": ")
            for item in error.errors()
        ]
        raise BadSettings("\n".join(lines)) from error


def _name(loc: tuple[int | str, ...]) -> str:
    if not loc:
        return ""
    name = str(loc[0])
    return name if name.isupper() else f"SMARTSHOP_{name.upper()}"
