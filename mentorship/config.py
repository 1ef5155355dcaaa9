"""Settings: read from the environment once, checked once, with one clear sentence when they are wrong."""

import base64
import binascii
import re
import secrets
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class ConfigurationError(Exception):
    """The environment's settings contradict each other; the message says what to change."""


class Settings(BaseSettings):
    """Everything an operator can set. Each field is the environment variable of the same name."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    app_env: Literal["sandbox", "production"] = "sandbox"
    data_dir: Path = Path(".data")
    database_url: str = ""
    redis_url: str | None = None
    port: int = Field(default=3000, ge=1, le=65535)
    public_url: str = ""
    api_url: str = ""
    secret_key: str = ""
    stripe_secret_key: str = ""
    stripe_webhook_secrets: str = ""
    paypal_client_id: str = ""
    paypal_client_secret: str = ""
    paypal_webhook_ids: str = ""
    paypal_environment: Literal["live", "sandbox"] = "live"
    paypal_api_url: str = ""
    paypal_certificate_origin: str = ""
    paypal_certificate_name: str = ""
    paypal_trust_roots: Path | None = None
    smtp_url: str = ""
    mail_from: str = "Mentorship <hello@mentorship.example>"
    google_client_id: str = ""
    google_client_secret: str = ""
    token_keys: str = ""
    jobs: bool = True
    seller_name: str = Field(default="Mentorship", min_length=1, max_length=120)
    seller_address: str = ""
    seller_tax_id: str = Field(default="", max_length=64)
    tax_name: str = Field(default="VAT", min_length=1, max_length=32)
    tax_percent: Decimal = Field(default=Decimal(0), ge=0, lt=100)

    @property
    def is_sandbox(self) -> bool:
        return self.app_env == "sandbox"

    @property
    def stripe_is_real(self) -> bool:
        return bool(self.stripe_secret_key)

    @property
    def paypal_is_real(self) -> bool:
        return bool(self.paypal_client_id and self.paypal_client_secret)

    @property
    def mail_is_real(self) -> bool:
        return bool(self.smtp_url)

    @property
    def google_is_real(self) -> bool:
        return bool(self.google_client_id)

    @property
    def database(self) -> str:
        """The SQLAlchemy address of the database; a file in the data folder when none is set."""
        url = self.database_url or f"sqlite:///{(self.data_dir / 'mentorship.db').resolve()}"
        for prefix in ("postgresql://", "postgres://"):
            if url.startswith(prefix):
                return "postgresql+psycopg://" + url.removeprefix(prefix)
        return url

    @property
    def webhook_secrets(self) -> list[str]:
        """Stripe's signing secrets, newest first; more than one while a secret is rotated."""
        return [s.strip() for s in self.stripe_webhook_secrets.split(",") if s.strip()]

    @property
    def paypal_webhooks(self) -> list[str]:
        """The ids of the webhooks at PayPal that lead here; more than one while one replaces another."""
        return [s.strip() for s in self.paypal_webhook_ids.split(",") if s.strip()]

    @property
    def seller_address_lines(self) -> tuple[str, ...]:
        """The seller's address, line by line; semicolons separate them where a line break cannot be written."""
        return tuple(line.strip() for line in self.seller_address.replace(";", "\n").splitlines() if line.strip())

    @property
    def allowed_origins(self) -> list[str]:
        """Origins whose pages may open the websocket and post forms."""
        if self.public_url:
            return [_origin(self.public_url)]
        return [f"http://{host}:{self.port}" for host in ("localhost", "127.0.0.1")]

    def check(self) -> None:
        """Refuse settings that contradict each other.

        Raises:
            ConfigurationError: with one sentence that says which setting to change.
        """
        live = self.stripe_secret_key.startswith(("sk_live_", "rk_live_"))
        if self.is_sandbox and live:
            raise ConfigurationError(
                "STRIPE_SECRET_KEY is a live key, but APP_ENV is 'sandbox': set APP_ENV=production or use a test key."
            )
        if self.stripe_is_real and not self.webhook_secrets:
            raise ConfigurationError(
                "STRIPE_SECRET_KEY is set, but STRIPE_WEBHOOK_SECRETS is not: "
                "add the signing secret of the webhook endpoint."
            )
        self._check_google()
        self._check_paypal()
        if self.app_env == "production":
            self._check_production()
        if not self.database.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ConfigurationError("DATABASE_URL must begin with postgresql:// or sqlite:///.")
        if self.redis_url and not self.redis_url.startswith(("redis://", "rediss://", "unix://")):
            raise ConfigurationError("REDIS_URL must begin with redis://, rediss:// or unix://.")

    def _check_paypal(self) -> None:
        if bool(self.paypal_client_id) != bool(self.paypal_client_secret):
            raise ConfigurationError("PAYPAL_CLIENT_ID and PAYPAL_CLIENT_SECRET belong together: set both or neither.")
        if not self.paypal_is_real:
            return
        if not self.paypal_webhooks:
            raise ConfigurationError(
                "PAYPAL_CLIENT_ID is set, but PAYPAL_WEBHOOK_IDS is not: add the id of the webhook at PayPal."
            )
        if self.paypal_environment == "sandbox":
            return
        if self.is_sandbox:
            raise ConfigurationError(
                "PAYPAL_ENVIRONMENT is 'live', but APP_ENV is 'sandbox': set PAYPAL_ENVIRONMENT=sandbox with keys of "
                "PayPal's sandbox, or APP_ENV=production."
            )
        elsewhere = {
            "PAYPAL_API_URL": self.paypal_api_url,
            "PAYPAL_CERTIFICATE_ORIGIN": self.paypal_certificate_origin,
            "PAYPAL_CERTIFICATE_NAME": self.paypal_certificate_name,
            "PAYPAL_TRUST_ROOTS": self.paypal_trust_roots,
        }
        if custom := [name for name, value in elsewhere.items() if value]:
            raise ConfigurationError(f"PAYPAL_ENVIRONMENT is 'live', so {', '.join(custom)} must not be set.")

    def _check_production(self) -> None:
        required = {
            "PUBLIC_URL": self.public_url,
            "SECRET_KEY": self.secret_key,
            "STRIPE_SECRET_KEY": self.stripe_secret_key,
            "SMTP_URL": self.smtp_url,
        }
        missing = [name for name, value in required.items() if not value]
        if missing:
            raise ConfigurationError(f"APP_ENV is 'production', but {', '.join(missing)} is not set.")
        if len(self.secret_key) < 32:
            raise ConfigurationError("SECRET_KEY is shorter than 32 characters.")
        if urlsplit(self.public_url).scheme != "https" and urlsplit(self.public_url).hostname not in LOOPBACK:
            raise ConfigurationError("PUBLIC_URL must begin with https:// in production.")

    def _check_google(self) -> None:
        if bool(self.google_client_id) != bool(self.google_client_secret):
            raise ConfigurationError("GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET belong together: set both or neither.")
        if self.google_is_real and not self.token_keys and not self.is_sandbox:
            raise ConfigurationError("GOOGLE_CLIENT_ID is set, but TOKEN_KEYS is not: tokens are kept encrypted.")
        _parse_keys(self.token_keys)

    def sealing_keys(self) -> dict[str, bytes]:
        """The keys under which tokens are kept, by id and newest first; without any, one kept in the data folder."""
        return _parse_keys(self.token_keys or f"local:{self._kept('token.key', _new_key)}")

    def signing_key(self) -> str:
        """The key for signed links; made once and kept in the data folder when SECRET_KEY is not set."""
        return self.secret_key or self._kept("secret.key", lambda: secrets.token_urlsafe(48))

    def _kept(self, name: str, make: Callable[[], str]) -> str:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        path = self.data_dir / name
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(make())
        return path.read_text().strip()


def _new_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _parse_keys(text: str) -> dict[str, bytes]:
    keys: dict[str, bytes] = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        key_id, _, encoded = entry.partition(":")
        try:
            key = base64.b64decode(encoded, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", key_id) or len(key) != 32 or key_id in keys:
            raise ConfigurationError(
                "TOKEN_KEYS must be ID:KEY, newest first, comma-separated; each key 32 bytes in base64, each id once."
            )
        keys[key_id] = key
    return keys


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@cache
def load_settings() -> Settings:
    """The process's settings, read and checked once.

    Raises:
        ConfigurationError: a setting is wrong or contradicts another.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigurationError(f"{str(first['loc'][0]).upper()}: {first['msg']}.") from None
    settings.check()
    return settings
