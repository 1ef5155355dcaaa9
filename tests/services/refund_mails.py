"""States of the mails' world in which somebody is told about a refund or a dispute."""

from collections.abc import Callable
from uuid import UUID

from mentorship.db.models import User
from mentorship.domain.disputes import DisputeStatus
from mentorship.domain.money import Money
from mentorship.domain.notices import NoticeKind
from mentorship.domain.orders import RefundStatus
from mentorship.gateways.ports import DisputeFacts
from mentorship.services.disputes import apply_dispute, stand_of
from mentorship.services.refund_requests import approve_refund, decline_refund, request_refund
from mentorship.services.refunds import settle_refund
from tests.services.mail_world import START, World


def _asked(world: World) -> UUID:
    order_id = world.buy()
    return request_refund(world.as_student(), order_id=order_id, reason="Moving abroad").id


def _promised(world: World) -> UUID:
    return approve_refund(world.as_mentor(), refund_id=_asked(world)).id


def _settled(world: World, status: RefundStatus) -> None:
    refund_id, ctx = _promised(world), world.deps.system()
    with ctx.begin() as uow:
        refund = uow.orders.refund(refund_id)
        assert refund is not None
        order = uow.orders.get(refund.order_id)
        assert order is not None
        settle_refund(ctx, uow, order, refund, status)


def _disputed(world: World, *statuses: DisputeStatus) -> User:
    order_id = world.buy()
    with world.deps.system().begin(read_only=True) as uow:
        payment = uow.refunds.kept_payment(order_id)
        assert payment is not None
    for status in statuses:
        facts = DisputeFacts("dp_1", payment.payment_ref, status, Money(48000, "EUR"), "fraudulent", START)
        ctx = world.deps.system()
        assert apply_dispute(ctx, "stripe", facts, stand_of(ctx, "stripe", "dp_1"))
    return world.admin


def requested(world: World) -> User:
    _asked(world)
    return world.mentor_user


def requested_admin(world: World) -> User:
    _asked(world)
    return world.admin


def promised(world: World) -> User:
    _promised(world)
    return world.student


def arrived(world: World) -> User:
    _settled(world, RefundStatus.SUCCEEDED)
    return world.student


def declined(world: World) -> User:
    decline_refund(world.as_mentor(), refund_id=_asked(world), reason="The first session is tomorrow")
    return world.student


def failed(world: World) -> User:
    _settled(world, RefundStatus.FAILED)
    return world.admin


def dispute_opened(world: World) -> User:
    return _disputed(world, DisputeStatus.OPEN)


def dispute_lost(world: World) -> User:
    return _disputed(world, DisputeStatus.OPEN, DisputeStatus.LOST)


def dispute_won(world: World) -> User:
    return _disputed(world, DisputeStatus.OPEN, DisputeStatus.WON)


REFUND_STATES: list[tuple[NoticeKind, Callable[[World], User]]] = [
    (NoticeKind.REFUND_REQUESTED, requested),
    (NoticeKind.REFUND_REQUESTED, requested_admin),
    (NoticeKind.REFUND_PROMISED, promised),
    (NoticeKind.REFUND_ARRIVED, arrived),
    (NoticeKind.REFUND_DECLINED, declined),
    (NoticeKind.REFUND_FAILED, failed),
    (NoticeKind.DISPUTE_OPENED, dispute_opened),
    (NoticeKind.DISPUTE_CLOSED, dispute_lost),
    (NoticeKind.DISPUTE_CLOSED, dispute_won),
]
