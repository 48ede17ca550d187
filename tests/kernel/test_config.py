import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from smartshop.kernel.config import HOW_TO_MAKE_ONE, ROOT, BadSettings, Settings, read_settings

STRONG = "wk3PZt0Vq9LmXfB7sYdR2hJ8nC5gA1uE6oTiKxQz"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment with nothing of the shop in it but the instance."""
    for name in (*Settings.model_fields, "DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name if name.isupper() else f"SMARTSHOP_{name.upper()}", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setenv("SMARTSHOP_INSTANCE", str(tmp_path / "instance"))
    return monkeypatch


@pytest.mark.parametrize(
    "secret",
    ["", "changeme", "short-but-random-9fK2", "a" * 64, "abababababababababababababababababab", "x" * 31],
)
def test_production_refuses_a_weak_secret_and_says_how_to_make_one(
    environment: pytest.MonkeyPatch, secret: str
) -> None:
    environment.setenv("SMARTSHOP_ENV", "production")
    environment.setenv("SMARTSHOP_SECRET_KEY", secret)
    with pytest.raises(BadSettings) as refusal:
        read_settings()
    assert str(refusal.value) == f"SMARTSHOP_SECRET_KEY is missing or weak. Make one with: {HOW_TO_MAKE_ONE}"


def test_the_refusal_never_repeats_the_secret(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SMARTSHOP_ENV", "production")
    environment.setenv("SMARTSHOP_SECRET_KEY", "hunter2hunter2")
    with pytest.raises(BadSettings) as refusal:
        read_settings()
    assert "hunter2" not in str(refusal.value)


def test_production_starts_with_a_strong_secret_and_secure_cookies(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SMARTSHOP_ENV", "production")
    environment.setenv("SMARTSHOP_SECRET_KEY", STRONG)
    environment.setenv("SMARTSHOP_BASE_URL", "https://shop.example.com/")
    environment.setenv("SMARTSHOP_HOSTS", "www.shop.example.com, shop.internal")
    settings = read_settings()
    assert settings.base_url == "https://shop.example.com"
    assert settings.own_hosts == ["shop.example.com", "www.shop.example.com", "shop.internal"]
    assert settings.cookie_prefix == "__Host-"
    assert settings.secret == STRONG
    assert settings.has_secure_cookies
    assert not settings.model_copy(update={"secure_cookies": False}).has_secure_cookies


@pytest.mark.parametrize(
    "steps", ["10,5", "0,10", "10,,20", "ten", "-5", "1.5", "1,2,3,4,5,6,7,8,9", "10,10"]
)
def test_price_steps_that_do_not_rise_are_refused(environment: pytest.MonkeyPatch, steps: str) -> None:
    environment.setenv("SMARTSHOP_PRICE_STEPS", steps)
    with pytest.raises(BadSettings, match=r"SMARTSHOP_PRICE_STEPS: .* such as 10,25,50,100"):
        read_settings()


def test_price_steps_are_read_as_amounts(environment: pytest.MonkeyPatch) -> None:
    assert read_settings().price_edges == ()
    environment.setenv("SMARTSHOP_PRICE_STEPS", "100, 250,1000")
    assert read_settings().price_edges == (100, 250, 1000)


def test_production_refuses_to_guess_where_customers_reach_it(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SMARTSHOP_ENV", "production")
    environment.setenv("SMARTSHOP_SECRET_KEY", STRONG)
    with pytest.raises(BadSettings, match="SMARTSHOP_BASE_URL is missing"):
        read_settings()


@pytest.mark.parametrize("address", ["", "shop.example.com", "ftp://shop.example.com", "https://"])
def test_an_address_that_no_letter_can_link_to_is_refused(
    environment: pytest.MonkeyPatch, address: str
) -> None:
    environment.setenv("SMARTSHOP_BASE_URL", address)
    with pytest.raises(BadSettings, match="is not an address such as"):
        read_settings()


def test_production_refuses_cheap_passwords(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SMARTSHOP_ENV", "production")
    environment.setenv("SMARTSHOP_SECRET_KEY", STRONG)
    environment.setenv("SMARTSHOP_PASSWORD_COST", "16384")
    with pytest.raises(BadSettings, match="SMARTSHOP_PASSWORD_COST must be at least 32768 in production"):
        read_settings()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("SMARTSHOP_CURRENCY", "POUNDS", "SMARTSHOP_CURRENCY: 'POUNDS' is not an ISO 4217 currency code"),
        ("SMARTSHOP_COUNTRY", "England", "SMARTSHOP_COUNTRY: 'England' is not a two-letter country code"),
        ("SMARTSHOP_COUNTRY", "G1", "SMARTSHOP_COUNTRY: 'G1' is not a two-letter country code"),
        ("SMARTSHOP_COUNTRY", "ßß", "SMARTSHOP_COUNTRY: 'ßß' is not a two-letter country code"),
        ("SMARTSHOP_PASSWORD_COST", "64", "SMARTSHOP_PASSWORD_COST: "),
        ("SMARTSHOP_PASSWORD_COST", "20000", "SMARTSHOP_PASSWORD_COST must be a power of two"),
        ("SMARTSHOP_TRUSTED_PROXIES", "-1", "SMARTSHOP_TRUSTED_PROXIES: "),
        ("SMARTSHOP_TRAINING_HOUR", "24", "SMARTSHOP_TRAINING_HOUR: "),
        ("SMARTSHOP_OUTBOX_SECONDS", "soon", "SMARTSHOP_OUTBOX_SECONDS: "),
        ("SMARTSHOP_ENV", "staging", "SMARTSHOP_ENV: "),
        ("SMARTSHOP_SHOP_NAME", "", "SMARTSHOP_SHOP_NAME: "),
    ],
)
def test_a_bad_setting_is_refused_by_its_name(
    environment: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    environment.setenv(name, value)
    with pytest.raises(BadSettings) as refusal:
        read_settings()
    assert str(refusal.value).startswith(message)
    assert "\n" not in str(refusal.value)


def test_every_bad_setting_has_its_own_line(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SMARTSHOP_CURRENCY", "XYZW")
    environment.setenv("SMARTSHOP_COUNTRY", "Nowhere")
    with pytest.raises(BadSettings) as refusal:
        read_settings()
    assert sorted(line.partition(":")[0] for line in str(refusal.value).splitlines()) == [
        "SMARTSHOP_COUNTRY",
        "SMARTSHOP_CURRENCY",
    ]


def test_nothing_set_is_a_shop_that_can_start(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = read_settings()
    assert (settings.env, settings.currency, settings.country) == ("development", "GBP", "GB")
    assert settings.database == f"sqlite:///{tmp_path / 'instance' / 'shop.db'}"
    assert not settings.has_secure_cookies


def test_codes_are_taken_in_any_case(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SMARTSHOP_CURRENCY", "jpy")
    environment.setenv("SMARTSHOP_COUNTRY", "jp")
    settings = read_settings()
    assert (settings.currency, settings.country) == ("JPY", "JP")


def test_settings_are_frozen(environment: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="frozen"):
        setattr(read_settings(), "currency", "EUR")  # noqa: B010


def test_a_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    settings = Settings(env="development", instance=tmp_path / "instance")
    made = settings.secret
    assert len(made) == 64
    assert settings.secret == made
    assert stat.S_IMODE((tmp_path / "instance" / "secret.key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "instance").iterdir()] == ["secret.key"]


TOGETHER = """
import sys, time
from pathlib import Path
from smartshop.kernel.config import Settings
sys.stdin.read(1)
start = float(sys.argv[2])
for number in range(60):
    instance = Path(sys.argv[1]) / str(number)
    while time.monotonic() < start + number * 0.005:
        pass
    print(Settings(env="development", instance=instance).secret)
"""


def test_processes_that_begin_together_share_one_secret(tmp_path: Path) -> None:
    start = time.monotonic() + 2.5
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", TOGETHER, str(tmp_path), str(start)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    told = [process.communicate(timeout=30)[0].split() for process in processes]
    assert [len(secrets) for secrets in told] == [60, 60, 60]
    assert told[0] == told[1] == told[2]
    assert {len(secret) for secret in told[0]} == {64}
