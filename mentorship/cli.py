"""The `mentorship` command: what operators and developers do from a shell."""

import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from mentorship import bootstrap
from mentorship.config import ConfigurationError, Settings, load_settings
from mentorship.db.migrate import current_revision, head_revision, upgrade
from mentorship.domain.errors import DomainError
from mentorship.seed.demo import seed_demo
from mentorship.services.admin import add_admin
from mentorship.services.clock import advance_clock
from mentorship.services.reconciliation import reconcile
from mentorship.services.sweeps import sweep
from mentorship.services.zones import advice, check_zones

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)


def _settings() -> Settings:
    try:
        return load_settings()
    except ConfigurationError as error:
        raise SystemExit(f"Configuration: {error}") from None


def _house() -> bootstrap.House:
    """A house to work in; its database is brought up to date, nothing is started."""
    settings = _settings()
    house = _built(settings)
    upgrade(settings.database)
    house.jobs.prepare()
    return house


def _built(settings: Settings) -> bootstrap.House:
    public = settings.public_url or f"http://localhost:{settings.port}"
    return bootstrap.build(settings, public_url=public, api_url=settings.api_url or public)


@app.command()
def migrate() -> None:
    """Bring the database to its present shape."""
    settings = _settings()
    upgrade(settings.database)
    print(f"{settings.database.partition('://')[0]} is at {current_revision(settings.database)}")


@app.command()
def seed() -> None:
    """Create what is missing of the demo's people, mentors and history. Run it as often as you like."""
    house = _house()
    if not house.settings.is_sandbox:
        raise SystemExit("Demo people belong into a sandbox: APP_ENV is 'production'.")
    lines = seed_demo(house.deps)
    print("\n".join(lines) or "Everything was there already.")


@app.command("sweep")
def run_sweep() -> None:
    """Do once what is due now: holds, expiries, warnings, releases, reminders, payments to check, work to heal."""
    counts = sweep(_house().deps.system()).counts
    print("\n".join(f"{name}: {count}" for name, count in counts.items()) or "Nothing is due.")


@app.command("reconcile")
def run_reconcile() -> None:
    """Compare the providers' statements with what is booked; exits with 1 where they differ or one did not answer."""
    done = reconcile(_house().deps.system())
    print(f"{done.open} open differences, {done.new} of them new; {done.resolved} are gone.")
    for provider in done.unanswered:
        print(f"{provider} did not answer.")
    if done.open or done.unanswered:
        raise typer.Exit(1)


@app.command()
def clock(hours: Annotated[float, typer.Argument(help="How far to move sandbox time forward, in hours.")]) -> None:
    """Move the sandbox's clock forward and do everything that is due on the way."""
    try:
        lines = advance_clock(_house().deps.system(), by=timedelta(hours=hours))
    except DomainError as refusal:
        raise SystemExit(str(refusal)) from None
    print("\n".join(lines) or "Nothing was due.")


@app.command("add-admin")
def add_an_admin(
    email: Annotated[str, typer.Option(prompt=True)],
    name: Annotated[str, typer.Option(prompt=True)],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
) -> None:
    """Open an admin's account; there is no other way to the first one."""
    try:
        me = add_admin(_house().deps.system(), email=email, name=name, password=password)
    except DomainError as refusal:
        raise SystemExit(f"{refusal} {refusal.fix or ''}".strip()) from None
    print(f"{me.email} is an admin now.")


@app.command()
def doctor(
    zones: Annotated[bool, typer.Option("--zones", help="Look for bookings that new time zone data shifts.")] = False,
) -> None:
    """Say which providers are real, which are sandbox, what is missing, and how to set it.

    With --zones, say instead what the installed time zone data makes of bookings and people; exits with 1 where
    something is to be repaired.
    """
    settings = _settings()
    if zones:
        _zones(settings)
        return
    print(f"mode       {settings.app_env}")
    print(f"database   {settings.database.partition('://')[0]}: {_database_state(settings)}")
    print(f"payments   {_provider(settings.stripe_is_real, 'STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRETS')}")
    print(f"calendar   {_calendar(settings)}")
    print(f"stripe     {_provider(settings.stripe_is_real, 'STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRETS')}")
    print(f"paypal     {_paypal(settings)}")
    print(f"mail       {_provider(settings.mail_is_real, 'SMTP_URL, like smtp://user:password@host:587')}")
    redis = "set" if settings.redis_url else "not set; pages stay live within one process, set REDIS_URL for several"
    print(f"redis      {redis}")
    print(f"address    {settings.public_url or 'not set; PUBLIC_URL is http://localhost:' + str(settings.port)}")


def _zones(settings: Settings) -> None:
    if current_revision(settings.database) != head_revision():
        raise SystemExit("The database is not up to date: run `mentorship migrate` first.")
    report = check_zones(_built(settings).deps.system())
    print(f"tzdata     {report.data}")
    for shift in report.shifts:
        agreed = f"{shift.wall_time.replace('T', ' ')} in {shift.time_zone}"
        print(f"session    {shift.session_id}: {shift.student} with {shift.mentor}, agreed for {agreed}")
        print(f"           stored as {_utc(shift.stored_at)}, now {_utc(shift.new_at)}")
        print(f"           {advice(shift)}")
    for person in report.lost:
        print(
            f"person     {person.name} ({person.role}, {person.email}) has the zone {person.time_zone}, which is gone"
        )
        print("           Have them choose another one on their settings page.")
    if report.shifts or report.lost:
        print(f"Bookings that shift: {len(report.shifts)}; people whose zone is gone: {len(report.lost)}. See /admin.")
        raise typer.Exit(1)
    print("Every booking and every person's zone is as it was agreed.")


def _utc(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC" if instant else "unknown"


def _database_state(settings: Settings) -> str:
    try:
        current = current_revision(settings.database)
    except Exception as error:
        return f"cannot be reached ({type(error).__name__}): check DATABASE_URL"
    if current == head_revision():
        return f"up to date ({current})"
    return f"{'empty' if current is None else 'at ' + current}; run `mentorship migrate` or just start the app"


def _calendar(settings: Settings) -> str:
    how = "GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET and TOKEN_KEYS"
    if settings.is_sandbox or settings.google_is_real:
        base = settings.api_url or settings.public_url or f"http://localhost:{settings.port}"
        back = f"; register {bootstrap.google_redirect(base)} at Google" if settings.google_is_real else ""
        return _provider(settings.google_is_real, how) + back
    return f"not offered; set {how}"


def _provider(is_real: bool, how: str) -> str:
    return "real" if is_real else f"sandbox; for a real one set {how}"


def _paypal(settings: Settings) -> str:
    how = "PAYPAL_CLIENT_ID, PAYPAL_CLIENT_SECRET and PAYPAL_WEBHOOK_IDS"
    if settings.paypal_is_real:
        return f"real, in PayPal's {settings.paypal_environment} environment"
    return _provider(False, how) if settings.is_sandbox else f"not offered; to offer it set {how}"


@app.command()
def serve(
    host: str = "127.0.0.1",
    workers: Annotated[int, typer.Option(min=1, help="More than one needs REDIS_URL.")] = 1,
    build: Annotated[bool, typer.Option(help="Build the pages first.")] = True,
) -> None:
    """Serve pages, API and websocket on PORT as in production; a worker that dies is replaced."""
    settings = _settings()
    if workers > 1 and not settings.redis_url:
        raise SystemExit("Several workers share pages and limits through Redis: set REDIS_URL, or use one worker.")
    public = settings.public_url or f"http://localhost:{settings.port}"
    environment = os.environ | {"REFLEX_API_URL": public, "API_URL": settings.api_url or public}
    tools = Path(sys.executable).parent
    if build:
        command = [str(tools / "reflex"), "export", "--frontend-only", "--no-zip"]
        subprocess.run(command, env=environment, check=True)  # noqa: S603 - our own tool, no outside words
    environment |= {
        "REFLEX_ENV_MODE": "prod",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
        "__REFLEX_SKIP_COMPILE": "true",
    }
    granian = [str(tools / "granian"), "--interface", "asgi", "--factory", "mentorship.mentorship:app"]
    granian += ["--host", host, "--port", str(settings.port), "--workers", str(workers), "--respawn-failed-workers"]
    os.execve(granian[0], granian, environment)  # noqa: S606 - replaces this process by the server
