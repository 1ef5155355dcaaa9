"""The app's PayPal adapter while PayPal's stand-in is not itself: the same key, one order, one capture."""

import pytest
import requests

from mentorship.domain.errors import BadSignature, ProviderLockedOut, ProviderUnavailable
from mentorship.domain.settle import ProviderState
from mentorship.gateways import paypal_client
from mentorship.gateways.paypal_checkout import PayPalCheckout, paypal_trust
from mentorship.sandbox.paypal_api import revoke_tokens

from .conftest import CLIENT_ID, WEBHOOK_ID
from .test_paypal_adapter import adapter, asked


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch) -> None:
    monkeypatch.setattr(paypal_client, "PAUSES", (0.01, 0.02))


@pytest.fixture
def paypal(running) -> PayPalCheckout:
    return adapter(running)


def fault(running, kind: str, calls: int = 1) -> None:
    assert running.press("/paypal", action="fault", kind=kind, calls=str(calls)).status_code == 303


def orders(running) -> int:
    with running.sandbox._parts.store.read() as tx:
        return len(tx.list_objects("paypal.order", limit=100))


@pytest.mark.parametrize("kind", ["500", "429", "502", "401", "lost"])
def test_a_passing_fault_makes_one_order_and_one_capture(running, paypal, kind) -> None:
    fault(running, kind)
    hosted = paypal.create_checkout(asked(running))
    assert orders(running) == 1
    running.press(hosted.url, action="approve")
    fault(running, kind)
    paid = paypal.capture(hosted.reference, key="capture:0").facts
    assert paid.state is ProviderState.PAID
    fault(running, kind)
    assert paid.payment_reference is not None
    paypal.refund(paid.payment_reference, paid.amount, key="refund:0")
    assert len(paypal.refunds_of(paid.payment_reference)) == 1


@pytest.mark.parametrize(("kind", "refusal"), [("500", ProviderUnavailable), ("401", ProviderLockedOut)])
def test_a27_a_lasting_fault_is_a_refusal_and_the_next_try_finds_the_same_order(running, paypal, kind, refusal) -> None:
    request = asked(running)
    fault(running, kind, calls=50)
    with pytest.raises(refusal):
        paypal.create_checkout(request)
    running.press("/paypal", action="clear_faults")
    assert paypal.create_checkout(request) == paypal.create_checkout(request)
    assert orders(running) == 1


def test_a27_wrong_keys_are_refused_and_said(running, caplog) -> None:
    trust = paypal_trust("sandbox", [WEBHOOK_ID], roots=running.sandbox.paypal_root)
    wrong = PayPalCheckout(CLIENT_ID, "wrong", trust, live=False, base_url=f"{running.url}/paypal")
    with pytest.raises(ProviderLockedOut):
        wrong.create_checkout(asked(running))
    assert [r.levelname for r in caplog.records if "does not accept the keys" in r.message] == ["ERROR"]
    assert "wrong" not in caplog.text


def test_revoked_tokens_are_replaced(running, paypal) -> None:
    hosted = paypal.create_checkout(asked(running))
    with running.sandbox._parts.store.write() as tx:
        revoke_tokens(tx)
    assert paypal.read_checkout(hosted.reference).facts.state is ProviderState.OPEN
    fault(running, "token")
    with pytest.raises(ProviderLockedOut):
        paypal.read_checkout(hosted.reference)
    assert paypal.read_checkout(hosted.reference).facts.state is ProviderState.OPEN


def test_while_the_certificate_cannot_be_had_paypal_is_asked(running, paypal, paypal_receiver) -> None:
    hosted = paypal.create_checkout(asked(running))
    running.press(hosted.url, action="approve")
    running.paypal_events(paypal_receiver, 1)
    ((payload, headers),) = paypal_receiver.got
    sent = {name.lower(): value for name, value in headers.items()}
    fault(running, "certificate", calls=3)
    assert paypal.verify_event(payload, sent).object_id == hosted.reference
    with pytest.raises(BadSignature):
        paypal.verify_event(payload.replace(b"APPROVED", b"APPROVEN"), sent)
    fresh = adapter(running, "http://127.0.0.1:9")
    with pytest.raises(ProviderUnavailable):
        fresh.verify_event(payload, sent)
    assert paypal.verify_event(payload, sent).object_id == hosted.reference, "a failure is not kept"


def test_forged_and_damaged_deliveries_are_refused(running, paypal, paypal_receiver) -> None:
    hosted = paypal.create_checkout(asked(running))
    running.press(hosted.url, action="approve")
    running.paypal_events(paypal_receiver, 1)
    ((payload, headers),) = paypal_receiver.got
    sent = {name.lower(): value for name, value in headers.items()}
    for name, value in sent.items():
        if name.startswith("paypal-") and name != "paypal-auth-version":
            with pytest.raises(BadSignature):
                paypal.verify_event(payload, sent | {name: "x" + value})
    with pytest.raises(BadSignature):
        paypal.verify_event(payload + b" ", sent)
    assert requests.get(sent["paypal-cert-url"], timeout=5).status_code == 200
