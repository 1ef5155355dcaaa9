"""The whole purchase by the use cases, at both providers, through the conformance proxy: every word as published."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from support.house import House, make_house
from support.races import everything

from mentorship.db.engine import Database
from mentorship.db.models import Dispute, Order, Pack, Refund
from mentorship.gateways.paypal_checkout import PayPalCheckout, paypal_trust
from mentorship.gateways.ports import EventTopic
from mentorship.gateways.stripe_checkout import StripeCheckout
from mentorship.services.checkout import start_checkout, verify_checkout
from mentorship.services.deliveries import look_into
from mentorship.services.refund_requests import refund_order

from .conftest import CLIENT_ID, CLIENT_SECRET, WEBHOOK_ID

BUYS_AT = {"stripe": "pay", "paypal": "approve"}
ITS_OWN_SPECIFICATION = "GET /v1/customer/disputes"
"""PayPal's disputes are held against theirs in `test_paypal_conformance`; the proxy does not have it."""


@pytest.fixture
def dialect() -> str:
    """What differs between the engines is in the tests of the use cases."""
    return "sqlite"


@pytest.fixture
def proxies(running, conformance_proxy) -> Iterator[dict]:
    with ExitStack() as stack:
        made = {name: conformance_proxy.Proxy(0, f"{running.url}/{name}") for name in BUYS_AT}
        for proxy in made.values():
            stack.callback(proxy.stop)
        yield made


def providers(running, addresses: dict[str, str]) -> dict:
    sandbox = running.sandbox
    trust = paypal_trust("sandbox", [WEBHOOK_ID], origin=sandbox.paypal_certs_url, roots=sandbox.paypal_root)
    return {
        "stripe": StripeCheckout("sk_test_sandbox", ["whsec_1"], base_url=addresses["stripe"]),
        "paypal": PayPalCheckout(CLIENT_ID, CLIENT_SECRET, trust, live=False, base_url=addresses["paypal"]),
    }


@pytest.fixture
def house(running, proxies, database: Database) -> House:
    tills = providers(running, {n: f"http://127.0.0.1:{proxy.srv.server_port}" for n, proxy in proxies.items()})
    return make_house(database, clock=running.clock, payments=tills["stripe"], paypal=tills["paypal"])


@pytest.mark.parametrize("provider", list(BUYS_AT))
def test_bought_partly_refunded_and_disputed_and_every_word_conforms(running, proxies, house, provider) -> None:
    student, mentor, admin = house.student(), house.mentor(), house.admin()
    started = start_checkout(house.ctx(student), product_id=mentor.product_id, provider=provider)
    running.press(started.url, action=BUYS_AT[provider])
    assert verify_checkout(house.ctx(student), order_id=started.order_id).status == "paid"
    house.drain()
    paid = house.payment_of(started.order_id)

    more = {"reason": "goodwill", "note": "Agreed", "request_key": "one-click-one-refund", "amount_minor": 8_000}
    refund_order(house.ctx(admin), order_id=started.order_id, **more)
    house.drain()
    assert [(r.status, r.amount_minor) for r in everything(house, Refund)] == [("succeeded", 8_000)]

    def press(action: str, subject: str) -> tuple:
        """Something happens to the dispute and is looked into; where dispute, order and pack stand then."""
        assert running.press(f"/{provider}", action=action, id=subject).status_code == 303
        assert look_into(house.system(), provider, EventTopic.DISPUTE, reference())
        (dispute,), (order,), (pack,) = (everything(house, table) for table in (Dispute, Order, Pack))
        return dispute.status, dispute.openings, order.status, pack.available, pack.frozen

    def reference() -> str:
        """Its name, asked for past the proxy, which knows no lists of disputes."""
        direct, now = providers(running, {n: f"{running.url}/{n}" for n in BUYS_AT}), house.clock.now()
        (stated,) = direct[provider].statement(now - timedelta(days=1), now + timedelta(hours=1)).disputes
        return str(stated.reference)

    assert press("dispute", paid.payment_ref) == ("open", 1, "partially_refunded", 0, 4)
    assert press("win", reference()) == ("won", 1, "partially_refunded", 4, 0)
    assert press("reopen", reference()) == ("open", 2, "partially_refunded", 0, 4)
    assert press("lose", reference()) == ("lost", 2, "refunded", 0, 0)

    assert proxies[provider].n >= 7
    assert [wrong for wrong in proxies[provider].bad if not wrong.startswith(ITS_OWN_SPECIFICATION)] == []
