"""Production mode: the stand-ins and the demo's people do not exist there."""

import json
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from support.site import serve_site

pytestmark = pytest.mark.browser

SETTINGS = {
    "APP_ENV": "production",
    "PUBLIC_URL": "http://localhost:{port}",
    "SECRET_KEY": "a-key-for-tests-that-is-long-enough-to-pass",
    "STRIPE_SECRET_KEY": "sk_test_nobody",
    "STRIPE_WEBHOOK_SECRETS": "whsec_nobody",
    "SMTP_URL": "smtp://127.0.0.1:9",
}


def status(url: str, body: bytes | None = None) -> int:
    request = Request(url, data=body, headers={"Content-Type": "application/json", "Stripe-Signature": "t=1,v1=0"})
    try:
        with urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


def test_nothing_of_the_sandbox_is_there(site_build: Path, tmp_path: Path) -> None:
    with serve_site(site_build, tmp_path / "site", **SETTINGS) as site:
        with urlopen(f"{site.url}/api/health", timeout=20) as answer:
            health = json.load(answer)
        assert (health["status"], health["mail"]) == ("ok", "real")
        for path in ("/sandbox/", "/sandbox/mailbox", "/sandbox/clock", "/sandbox/stripe/v1/events", "/sandbox/paypal"):
            assert status(site.url + path) == 404, path
        assert status(f"{site.url}/api/webhooks/stripe", b"{}") == 400
        form = b"email=lena%40demo.example&password=mentorship-demo"
        request = Request(f"{site.url}/api/auth/sign-in", data=form)
        with urlopen(request, timeout=20) as answer:
            assert "error=wrong_credentials" in answer.url
        assert status(site.url + "/") == 200
