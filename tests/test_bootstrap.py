"""Which providers the process is put together with, and what the operator is told of them."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from mentorship import bootstrap, cli
from mentorship.config import Settings, load_settings

PAYPAL = {"paypal_client_id": "id", "paypal_client_secret": "secret", "paypal_webhook_ids": "WH1"}
PRODUCTION = {
    "app_env": "production",
    "public_url": "https://mentors.example",
    "secret_key": "s" * 40,
    "stripe_secret_key": "sk_live_1",
    "stripe_webhook_secrets": "whsec_1",
    "smtp_url": "smtp://mail.example:587",
}


def providers(folder: Path, **settings: str) -> dict[str, bool]:
    """Whether each provider of a process with these settings is live."""
    house = bootstrap.build(
        Settings(_env_file=None, data_dir=folder, **settings),  # type: ignore[call-arg]
        public_url="http://localhost:3000",
        api_url="http://localhost:8000",
    )
    house.deps.database.close()
    return {name: provider.live for name, provider in house.deps.providers.items()}


def test_the_sandbox_has_every_provider(tmp_path: Path) -> None:
    assert providers(tmp_path) == {"stripe": False, "paypal": False}
    assert providers(tmp_path, **PAYPAL, paypal_environment="sandbox") == {"stripe": False, "paypal": False}


def test_production_offers_paypal_only_with_its_keys(tmp_path: Path) -> None:
    assert providers(tmp_path, **PRODUCTION) == {"stripe": True}
    assert providers(tmp_path, **PRODUCTION, **PAYPAL) == {"stripe": True, "paypal": True}
    assert providers(tmp_path, **PRODUCTION, **PAYPAL, paypal_environment="sandbox")["paypal"] is False


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "sandbox; for a real one set PAYPAL_CLIENT_ID"),
        ({**PAYPAL, "paypal_environment": "sandbox"}, "real, in PayPal's sandbox environment"),
        (PRODUCTION, "not offered; to offer it set PAYPAL_CLIENT_ID"),
    ],
)
def test_the_doctor_names_paypal(monkeypatch, tmp_path: Path, settings: dict[str, str], said: str) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    for name, value in settings.items():
        monkeypatch.setenv(name.upper(), value)
    load_settings.cache_clear()
    try:
        done = CliRunner().invoke(cli.app, ["doctor"])
    finally:
        load_settings.cache_clear()
    (line,) = [line for line in done.output.splitlines() if line.startswith("paypal")]
    assert said in line
