"""Settings: what fits together starts, what does not is refused with one sentence."""

from pathlib import Path

import pytest

from mentorship.config import ConfigurationError, Settings, load_settings

PRODUCTION = {
    "app_env": "production",
    "public_url": "https://mentors.example",
    "secret_key": "s" * 40,
    "stripe_secret_key": "sk_live_1",
    "stripe_webhook_secrets": "whsec_new, whsec_old",
    "smtp_url": "smtp://mail.example:587",
}
KEY = "A" * 43 + "="
PAYPAL = {"paypal_client_id": "id", "paypal_client_secret": "secret", "paypal_webhook_ids": "WH1, WH2"}


def checked(**values: object) -> Settings:
    settings = Settings(_env_file=None, **values)  # type: ignore[call-arg]
    settings.check()
    return settings


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    settings = checked(data_dir=tmp_path)
    assert settings.is_sandbox
    assert settings.database == f"sqlite:///{tmp_path.resolve()}/mentorship.db"
    assert settings.signing_key() == settings.signing_key()
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0
    assert settings.sealing_keys() == settings.sealing_keys()
    assert (tmp_path / "token.key").stat().st_mode & 0o077 == 0


def test_sealing_keys_come_newest_first() -> None:
    keys = f"b:{KEY}, a:{'_' * 42}8="
    settings = checked(**PRODUCTION, google_client_id="i", google_client_secret="s", token_keys=keys)
    assert list(settings.sealing_keys()) == ["b", "a"]
    assert settings.google_is_real


def test_production_with_everything_starts_and_rotates_secrets() -> None:
    assert checked(**PRODUCTION).webhook_secrets == ["whsec_new", "whsec_old"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"app_env": "sandbox"}, "live key"),
        ({"stripe_webhook_secrets": " , "}, "STRIPE_WEBHOOK_SECRETS"),
        ({"public_url": ""}, "PUBLIC_URL"),
        ({"public_url": "http://mentors.example"}, "https"),
        ({"secret_key": "short"}, "SECRET_KEY"),
        ({"smtp_url": ""}, "SMTP_URL"),
        ({"stripe_secret_key": ""}, "STRIPE_SECRET_KEY"),
        ({"database_url": "mysql://db"}, "DATABASE_URL"),
        ({"redis_url": "http://cache"}, "REDIS_URL"),
        ({"google_client_id": "id"}, "GOOGLE_CLIENT_SECRET"),
        ({"google_client_id": "id", "google_client_secret": "secret"}, "TOKEN_KEYS"),
        ({"token_keys": "2026a:short"}, "TOKEN_KEYS"),
        ({"token_keys": f"a:{KEY},a:{KEY}"}, "TOKEN_KEYS"),
        ({"token_keys": f"a b:{KEY}"}, "TOKEN_KEYS"),
        ({"paypal_client_id": "id"}, "PAYPAL_CLIENT_SECRET"),
        ({"paypal_client_secret": "secret"}, "PAYPAL_CLIENT_ID"),
        ({**PAYPAL, "paypal_webhook_ids": " , "}, "PAYPAL_WEBHOOK_IDS"),
        ({**PAYPAL, "paypal_api_url": "http://127.0.0.1:9"}, "PAYPAL_API_URL"),
        ({**PAYPAL, "paypal_certificate_origin": "http://127.0.0.1:9"}, "PAYPAL_CERTIFICATE_ORIGIN"),
        ({**PAYPAL, "paypal_certificate_name": "other.example"}, "PAYPAL_CERTIFICATE_NAME"),
        ({**PAYPAL, "paypal_trust_roots": Path("/roots.pem")}, "PAYPAL_TRUST_ROOTS"),
        ({**PAYPAL, "paypal_environment": "test"}, "paypal_environment"),
    ],
)
def test_contradictions_are_refused_by_name(change: dict[str, str], named: str) -> None:
    with pytest.raises((ConfigurationError, ValueError), match=named):
        checked(**{**PRODUCTION, **change})


def test_paypal_is_real_with_its_keys_and_live_ones_stay_out_of_the_sandbox() -> None:
    settings = checked(**PRODUCTION, **PAYPAL)
    assert (settings.paypal_is_real, settings.paypal_environment) == (True, "live")
    assert settings.paypal_webhooks == ["WH1", "WH2"]
    with pytest.raises(ConfigurationError, match="PAYPAL_ENVIRONMENT"):
        checked(**PAYPAL)
    assert checked(**PAYPAL, paypal_environment="sandbox", paypal_api_url="http://127.0.0.1:9").paypal_is_real
    assert not checked(**PRODUCTION).paypal_is_real


def test_a_value_of_the_wrong_form_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "seventy")
    load_settings.cache_clear()
    try:
        with pytest.raises(ConfigurationError, match=r"^PORT: "):
            load_settings()
    finally:
        load_settings.cache_clear()


def test_both_names_of_postgresql_are_understood() -> None:
    for url in ("postgres://db/app", "postgresql://db/app"):
        assert checked(database_url=url).database == "postgresql+psycopg://db/app"
