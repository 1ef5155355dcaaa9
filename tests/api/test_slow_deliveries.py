"""Deliveries that keep us waiting, which anybody can send: they hold up no other, and not many can wait at once."""

import asyncio
import threading
import time

import httpx
import pytest
from support.paypal_signing import CERT_URL, Signer, body, signer

from mentorship.domain.errors import ProviderUnavailable
from mentorship.gateways.paypal_webhooks import MOST_UNDECIDED, WebhookVerifier

STRIPE, PAYPAL = "/api/webhooks/stripe", "/api/webhooks/paypal"
JSON = {"Content-Type": "application/json"}
FORGED = 10
QUICK = 1.5


class SlowCertificates:
    """PayPal's certificates: the real one at its address, and a long silence everywhere else."""

    def __init__(self, paypal: Signer, webhook_id: str) -> None:
        self.silent, self.waiting, self.chain = threading.Event(), 0, paypal.chain
        self._lock = threading.Lock()
        self.verifier = WebhookVerifier(paypal.trust(webhook_id), self._fetch, self._ask)

    def _fetch(self, url: str) -> bytes:
        if url == CERT_URL:
            return self.chain
        with self._lock:
            self.waiting += 1
        assert self.silent.wait(30)
        raise ProviderUnavailable()

    def _ask(self, _: bytes) -> bool:
        raise ProviderUnavailable()


@pytest.fixture
def dialect() -> str:
    """Nothing here is about storage."""
    return "sqlite"


@pytest.fixture
def certificates(house, monkeypatch):
    slow = SlowCertificates(signer(), house.paypal.webhook_ids[0])
    monkeypatch.setattr(house.paypal, "verify_event", slow.verifier.verify)
    yield slow
    slow.silent.set()


def forged(house, nth):
    payload, headers = house.paypal.paypal_delivery("CHECKOUT.ORDER.APPROVED", {"id": f"FORGED{nth}"})
    return payload, headers | {"paypal-cert-url": f"{CERT_URL}-{nth}", "paypal-transmission-sig": "AAAA"}


def test_forged_deliveries_that_hang_delay_no_real_one(house, api, certificates):
    async def send() -> None:
        transport = httpx.ASGITransport(api, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:

            async def post(path, payload, headers):
                return await client.post(path, content=payload, headers=JSON | headers)

            async def genuine():
                begun = time.monotonic()
                paypal = house.paypal.paypal_delivery("CHECKOUT.ORDER.APPROVED", {"id": "O1"})
                event, signature = house.payments.delivery("customer.created", "cus_1")
                answers = await asyncio.gather(
                    post(PAYPAL, *paypal), post(STRIPE, event, {"Stripe-Signature": signature})
                )
                return [answer.status_code for answer in answers], time.monotonic() - begun

            assert (await genuine())[0] == [200, 200], "and the certificate is known from now on"
            hanging = [asyncio.create_task(post(PAYPAL, *forged(house, nth))) for nth in range(FORGED)]
            while (
                certificates.waiting < MOST_UNDECIDED or sum(task.done() for task in hanging) < FORGED - MOST_UNDECIDED
            ):
                await asyncio.sleep(0.02)
            for _ in range(5):
                statuses, took = await genuine()
                assert statuses == [200, 200]
                assert took < QUICK
            assert [task.result().status_code for task in hanging if task.done()] == [503] * (FORGED - MOST_UNDECIDED)
            certificates.silent.set()
            assert {answer.status_code for answer in await asyncio.gather(*hanging)} == {503}
            again = await post(PAYPAL, body("X", {"id": "1"}), forged(house, 99)[1])
            assert again.status_code == 503, "those that waited have made room: this one was looked into"
            assert certificates.waiting == MOST_UNDECIDED + 1

    asyncio.run(asyncio.wait_for(send(), 40))


def test_certificates_become_known_to_many_threads_at_once(house, certificates):
    events = []

    def verify() -> None:
        payload, headers = house.paypal.paypal_delivery("CHECKOUT.ORDER.APPROVED", {"id": "O1"})
        events.append(house.paypal.verify_event(payload, headers).object_id)

    threads = [threading.Thread(target=verify) for _ in range(MOST_UNDECIDED)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert events == ["O1"] * MOST_UNDECIDED
