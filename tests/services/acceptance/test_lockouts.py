"""A27, behind the counter: keys that a provider does not accept decide nothing, and admins hear of it once a day."""

import pytest
from support.house import House
from support.sale import Sale

from mentorship.db.models import Refund
from mentorship.domain.errors import ProviderLockedOut
from mentorship.domain.orders import RefundStatus
from mentorship.domain.settle import ProviderState
from mentorship.services.captures import capture_checkout
from mentorship.services.checkout import get_order, verify_checkout
from mentorship.services.reconciliation import reconcile
from mentorship.services.sweeps import sweep

SUBJECTS = {"stripe": "Stripe does not accept our keys", "paypal": "PayPal does not accept our keys"}


def alerts(house: House, provider: str = "stripe") -> list[str]:
    """Who was told."""
    house.drain()
    return sorted(mail.to_address for mail in house.mails if mail.subject == SUBJECTS[provider])


def refund_of(sale: Sale) -> Refund:
    with sale.house.system().begin(read_only=True) as uow:
        (refund,) = uow.orders.refunds(sale.order_id)
        return refund


def test_a27_a_refund_waits_until_the_keys_are_right(house: House) -> None:
    sale = Sale(house)
    house.payments.locked_out = True
    sale.make("unused")
    (job,) = [job for job in house.jobs.waiting if job.name == "refund_payment"]
    house.jobs.waiting.remove(job)
    for _ in range(3):
        with pytest.raises(ProviderLockedOut):
            house.run(job)
    assert (refund_of(sale).status, sale.refunded, sale.pack.frozen) == (RefundStatus.PENDING.value, 0, 4)
    assert alerts(house) == [sale.admin.me.email]
    house.payments.locked_out = False
    house.run(job)
    assert (refund_of(sale).status, sale.refunded) == (RefundStatus.SUCCEEDED.value, 48_000)


def test_a27_a_look_at_a_payment_decides_nothing_and_is_repeated(house: House) -> None:
    student, mentor, admins = house.student(), house.mentor(capacity=1), [house.admin(), house.admin()]
    order, reference = house.checkout(student, mentor)
    house.payments.settle(reference, ProviderState.PAID)
    house.payments.locked_out = True
    assert verify_checkout(house.ctx(student), order_id=order.id).status == "pending"
    house.pass_time(minutes=40)
    sweep(house.system())
    assert alerts(house) == sorted(admin.me.email for admin in admins), "both, once, though it was met twice"
    house.pass_time(days=1)
    sweep(house.system())
    assert len(alerts(house)) == 4, "and again on the next day"
    assert alerts(house, "paypal") == []
    house.payments.locked_out = False
    house.pass_time(hours=1)
    sweep(house.system())
    house.drain()
    assert get_order(house.ctx(student), order_id=order.id).status == "paid"


def test_a27_a_capture_that_was_locked_out_is_made_later(house: House) -> None:
    student, mentor, admin = house.student(), house.mentor(capacity=1), house.admin()
    order, reference = house.checkout(student, mentor, provider="paypal")
    house.paypal.settle(reference, ProviderState.APPROVED)
    house.paypal.locked_out = True
    with pytest.raises(ProviderLockedOut, match="pay once"):
        capture_checkout(house.ctx(student), reference=reference)
    assert alerts(house, "paypal") == [admin.me.email]
    house.paypal.locked_out = False
    assert capture_checkout(house.ctx(student), reference=reference).status == "paid"
    assert order.id == get_order(house.ctx(student), order_id=order.id).id


def test_a_statement_that_may_not_be_read_is_named_and_alerts(house: House) -> None:
    admin = house.admin()
    house.paypal.locked_out = True
    assert reconcile(house.ctx(admin)).unanswered == ["paypal"]
    assert alerts(house, "paypal") == [admin.me.email]


def test_admins_who_cannot_be_told_hide_nothing(house: House, monkeypatch, caplog) -> None:
    student, mentor = house.student(), house.mentor()
    house.payments.locked_out = True

    def broken(*_: object, **__: object) -> None:
        raise OSError("on purpose")

    monkeypatch.setattr("mentorship.services.lockouts.tell_admins", broken)
    with pytest.raises(ProviderLockedOut):
        house.checkout(student, mentor)
    assert "could not be told" in caplog.text
