"""The app's own Stripe adapter, through the conformance proxy, against the sandbox: the contract, to the letter."""

from datetime import timedelta
from uuid import uuid4

from mentorship.domain.money import Money
from mentorship.domain.orders import RefundStatus
from mentorship.domain.settle import ProviderState
from mentorship.gateways.ports import CheckoutRequest
from mentorship.gateways.stripe_checkout import StripeCheckout


def asked(running, minutes: float = 31) -> CheckoutRequest:
    return CheckoutRequest(
        attempt_id=uuid4(),
        order_id=uuid4(),
        amount=Money(48_000, "EUR"),
        description="4 sessions with Ada",
        email="robin@example.com",
        expires_at=running.clock.now() + timedelta(minutes=minutes),
        success_url="http://localhost:3000/done?session_id={CHECKOUT_SESSION_ID}",
        cancel_url="http://localhost:3000/canceled",
    )


def test_a_whole_purchase_conforms(running, conformance_proxy) -> None:
    proxy = conformance_proxy.Proxy(0, f"{running.url}/stripe")
    try:
        stripe = StripeCheckout("sk_test_sandbox", ["whsec_1"], base_url=f"http://127.0.0.1:{proxy.srv.server_port}")
        request = asked(running)
        hosted = stripe.create_checkout(request)
        assert stripe.create_checkout(request) == hosted, "the same attempt is the same checkout"
        opened = stripe.read_checkout(hosted.reference)
        assert (opened.facts.state, opened.attempt_id) == (ProviderState.OPEN, request.attempt_id)
        running.press(hosted.url, action="pay")
        paid = stripe.read_checkout(hosted.reference).facts
        assert (paid.state, paid.amount, paid.live) == (ProviderState.PAID, request.amount, False)
        assert stripe.expire_checkout(hosted.reference).facts.state is ProviderState.PAID, "paid stays paid"
        assert paid.payment_reference is not None
        refund = stripe.refund(paid.payment_reference, request.amount, key="refund:1")
        assert stripe.refund(paid.payment_reference, request.amount, key="refund:1") == refund
        assert (refund.status, refund.amount) == (RefundStatus.SUCCEEDED, request.amount)
        assert stripe.read_refund(refund.reference).reference == refund.reference
        for action, state in (("delayed", ProviderState.PROCESSING), ("decline", ProviderState.OPEN)):
            other = stripe.create_checkout(asked(running))
            running.press(other.url, action=action)
            assert stripe.read_checkout(other.reference).facts.state is state
        left = stripe.create_checkout(asked(running))
        assert stripe.expire_checkout(left.reference).facts.state is ProviderState.EXPIRED
        assert stripe.expire_checkout(left.reference).facts.state is ProviderState.EXPIRED
        assert proxy.n > 12
        assert proxy.bad == []
    finally:
        proxy.stop()
