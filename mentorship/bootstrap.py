"""Puts the process together from its settings. The only module that names an adapter."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from mentorship.config import Settings
from mentorship.db.engine import Database
from mentorship.db.migrate import upgrade
from mentorship.domain.receipts import Seller
from mentorship.gateways.clocks import SandboxClock, SystemClock
from mentorship.gateways.durable_jobs import DurableJobs
from mentorship.gateways.google_calendar import GoogleCalendars
from mentorship.gateways.google_oauth import GoogleAddresses, GoogleConsent
from mentorship.gateways.limiter import RateLimiter
from mentorship.gateways.live import InProcessLive, RedisLive
from mentorship.gateways.local_identity import Argon2Passwords
from mentorship.gateways.mail import SmtpMailer
from mentorship.gateways.paypal_checkout import PayPalCheckout, paypal_trust
from mentorship.gateways.ports import CalendarGateways, Mail, PaymentProvider
from mentorship.gateways.secrets import SealedSecrets
from mentorship.gateways.stripe_checkout import StripeCheckout
from mentorship.jobs.clockwork import Clockwork, HandOut
from mentorship.jobs.engine import JobEngine
from mentorship.jobs.work import jobs_for
from mentorship.sandbox.app import GoogleClient, Sandbox, create_sandbox
from mentorship.seed.demo import seed_demo
from mentorship.services.clock import advance_clock
from mentorship.services.context import Dependencies, Site
from mentorship.services.lockouts import watch_providers

log = logging.getLogger(__name__)
SANDBOX_KEY = "sk_test_sandbox"
SANDBOX_SECRET = "whsec_sandbox"  # noqa: S105 - the sandbox signs what it sends to itself
SANDBOX_GOOGLE_ID = "sandbox.apps.googleusercontent.com"
SANDBOX_GOOGLE_SECRET = "GOCSPX-sandbox"  # noqa: S105 - the sandbox asks itself
SANDBOX_PAYPAL_CLIENT_ID = "sandbox-client"
SANDBOX_PAYPAL_CLIENT_SECRET = "sandbox-secret"  # noqa: S105 - the sandbox asks itself
SANDBOX_PAYPAL_WEBHOOK_ID = "SANDBOXWEBHOOK1"


@dataclass(slots=True)
class House:
    """The process's parts, and the order in which they start and stop."""

    settings: Settings
    deps: Dependencies
    jobs: DurableJobs
    engine: JobEngine
    hand_out: HandOut
    clockwork: Clockwork
    sandbox: Sandbox | None

    def prepare(self) -> None:
        """Bring the database to its present shape; in sandbox mode, fill it with the demo's people."""
        upgrade(self.settings.database)
        self.jobs.prepare()
        if self.settings.is_sandbox:
            for line in seed_demo(self.deps):
                log.info("demo: %s", line)

    def start(self) -> None:
        """Start the providers' stand-ins and the work that time and events cause."""
        if self.sandbox is not None:
            self.sandbox.start()
        if self.settings.jobs:
            self.engine.start()
            self.hand_out.start()
            self.clockwork.start()

    def stop(self) -> None:
        """Stop in the reverse order; work that is not finished is taken up at the next start."""
        if self.settings.jobs:
            self.clockwork.stop()
            self.hand_out.stop()
            self.engine.stop()
        if self.sandbox is not None:
            self.sandbox.stop()
        self.deps.database.close()


def build(settings: Settings, *, public_url: str, api_url: str) -> House:
    """Everything the process needs, put together; nothing is opened or started yet.

    ``public_url`` is where people open the pages and ``api_url`` where this process answers its API; in development
    they differ by their port.
    """
    database = Database(settings.database)
    jobs = DurableJobs(settings.database)
    deps_of: list[Dependencies] = []
    clock = SandboxClock(settings.data_dir / "clock") if settings.is_sandbox else SystemClock()
    sandbox = _sandbox(settings, clock.now, lambda by: _advance(deps_of[0], by), public_url, api_url)
    bare = Dependencies(
        database=database,
        enqueue=jobs.enqueue,
        clock=clock,
        providers=_providers(settings, api_url, sandbox),
        calendar=_calendar(settings, api_url),
        mailer=SmtpMailer(settings.smtp_url, settings.mail_from)
        if sandbox is None
        else SandboxMailer(sandbox, settings),
        passwords=Argon2Passwords(),
        limiter=RateLimiter(settings.redis_url),
        live=RedisLive(settings.redis_url) if settings.redis_url else InProcessLive(),
        site=Site(
            public_url=public_url,
            api_url=api_url,
            mail_from=settings.mail_from,
            signing_key=settings.signing_key(),
            is_sandbox=settings.is_sandbox,
            seller=Seller(
                settings.seller_name,
                settings.seller_address_lines,
                settings.seller_tax_id,
                settings.tax_name,
                settings.tax_percent,
            ),
        ),
    )
    deps = watch_providers(bare)
    deps_of.append(deps)
    engine = JobEngine(jobs.home, jobs_for(deps))
    clockwork = Clockwork(deps, sandbox.tick if sandbox else None)
    return House(settings, deps, jobs, engine, HandOut(deps), clockwork, sandbox)


class SandboxMailer:
    """Sends to the sandbox's mail server, whose port is known once it has started; to a real one when one is set."""

    def __init__(self, sandbox: Sandbox, settings: Settings) -> None:
        self._sandbox, self._settings = sandbox, settings

    def send(self, mail: Mail) -> None:
        """Hand one message over; raises as :class:`SmtpMailer` does."""
        url = self._settings.smtp_url or f"smtp://127.0.0.1:{self._sandbox.smtp_port}"
        SmtpMailer(url, self._settings.mail_from).send(mail)


def _providers(settings: Settings, api_url: str, sandbox: Sandbox | None) -> dict[str, PaymentProvider]:
    if settings.stripe_is_real:
        stripe = StripeCheckout(settings.stripe_secret_key, settings.webhook_secrets)
    else:
        stripe = StripeCheckout(SANDBOX_KEY, [SANDBOX_SECRET], base_url=f"{api_url}/sandbox/stripe")
    offered: list[PaymentProvider | None] = [stripe, _paypal(settings, api_url, sandbox)]
    return {provider.name: provider for provider in offered if provider is not None}


def _paypal(settings: Settings, api_url: str, sandbox: Sandbox | None) -> PayPalCheckout | None:
    """PayPal with the operator's keys; without them its stand-in, or nothing in production."""
    if settings.paypal_is_real:
        environment = settings.paypal_environment
        trust = paypal_trust(
            environment,
            settings.paypal_webhooks,
            origin=settings.paypal_certificate_origin,
            name=settings.paypal_certificate_name,
            roots=settings.paypal_trust_roots,
        )
        keys = settings.paypal_client_id, settings.paypal_client_secret
        return PayPalCheckout(*keys, trust, live=environment == "live", base_url=settings.paypal_api_url or None)
    if sandbox is None:
        return None
    trust = paypal_trust(
        "sandbox",
        [SANDBOX_PAYPAL_WEBHOOK_ID],
        origin=sandbox.paypal_certs_url,
        roots=sandbox.paypal_root,
    )
    keys = SANDBOX_PAYPAL_CLIENT_ID, SANDBOX_PAYPAL_CLIENT_SECRET
    return PayPalCheckout(*keys, trust, live=False, base_url=f"{api_url}/sandbox/paypal")


def _calendar(settings: Settings, api_url: str) -> CalendarGateways | None:
    """Google, its stand-in, or nothing where it is not set up."""
    if settings.google_is_real:
        client, addresses = (settings.google_client_id, settings.google_client_secret), GoogleAddresses()
    elif settings.is_sandbox:
        client = SANDBOX_GOOGLE_ID, SANDBOX_GOOGLE_SECRET
        addresses = GoogleAddresses.below(f"{api_url}/sandbox/google")
    else:
        return None
    is_told = not settings.google_is_real or api_url.startswith("https://")
    return CalendarGateways(
        consents=GoogleConsent(*client, google_redirect(api_url), addresses),
        calendars=GoogleCalendars(*client, f"{api_url}/api/webhooks/google" if is_told else "", addresses),
        vault=SealedSecrets(settings.sealing_keys(), purpose="google"),
        is_real=settings.google_is_real,
    )


def google_redirect(api_url: str) -> str:
    """Where Google sends people back to; it has to be registered there."""
    return f"{api_url}/api/calendars/google/callback"


def _sandbox(
    settings: Settings,
    now: Callable[[], datetime],
    advance: Callable[[timedelta], list[str]],
    public_url: str,
    api_url: str,
) -> Sandbox | None:
    if not settings.is_sandbox:
        return None
    return create_sandbox(
        store_path=settings.data_dir / "sandbox.db",
        now=now,
        advance=advance,
        public_url=f"{api_url}/sandbox",
        webhook_url=f"{api_url}/api/webhooks/stripe",
        webhook_secret=SANDBOX_SECRET,
        api_key=SANDBOX_KEY,
        google=GoogleClient(SANDBOX_GOOGLE_ID, SANDBOX_GOOGLE_SECRET, google_redirect(api_url)),
        paypal_webhook_url=f"{api_url}/api/webhooks/paypal",
        paypal_webhook_id=SANDBOX_PAYPAL_WEBHOOK_ID,
        paypal_client_id=SANDBOX_PAYPAL_CLIENT_ID,
        paypal_client_secret=SANDBOX_PAYPAL_CLIENT_SECRET,
        home_url=public_url,
    )


def _advance(deps: Dependencies, by: timedelta) -> list[str]:
    return advance_clock(deps.system(), by=by)
