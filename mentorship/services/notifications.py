"""Notices: promised once in the transaction of what happened, sent afterwards from the state at that time."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from mentorship.db.inserts import row
from mentorship.db.models import Delivery, DeliveryState, Notification
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.notices import NoticeKind
from mentorship.gateways.ports import MailRefused, MailUnavailable
from mentorship.services.context import Context
from mentorship.services.mails import render_mail
from mentorship.services.use_case import use_case

HANDS = timedelta(minutes=5)
"""How long one worker may have a delivery in hand before another takes it up, and how long one may wait for its job."""

BACK_OFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
)


def notify(
    ctx: Context,
    uow: UnitOfWork,
    user_id: UUID,
    kind: NoticeKind,
    about: UUID | str,
    data: dict[str, Any] | None = None,
) -> None:
    """Promise a notice by mail; the same kind about the same thing is promised to one person once."""
    key = f"{kind}:{about}:{user_id}"
    notice = row(Notification, user_id=user_id, kind=kind.value, key=key, data=data or {}, created_at=ctx.now)
    uow.promise(notice, row(Delivery, notification_id=notice["id"], channel="mail", due_at=ctx.now + HANDS))


@use_case(Access.SYSTEM)
def deliver(ctx: Context, *, delivery_id: UUID) -> str:
    """Send one delivery that is still pending; says what became of it.

    A message may go out twice only when the process dies between the server's answer and the commit; both carry one
    Message-ID.
    """
    with ctx.begin() as uow:
        notification = _claim(ctx, uow, delivery_id)
        if notification is None:
            return "done"
        mail = render_mail(ctx, uow, notification)
    if mail is None:
        return _finish(ctx, delivery_id, DeliveryState.SKIPPED)
    try:
        ctx.mailer.send(mail)
    except MailRefused as error:
        return _finish(ctx, delivery_id, DeliveryState.FAILED, str(error))
    except MailUnavailable as error:
        return _finish(ctx, delivery_id, DeliveryState.PENDING, str(error))
    return _finish(ctx, delivery_id, DeliveryState.SENT)


def _claim(ctx: Context, uow: UnitOfWork, delivery_id: UUID) -> Notification | None:
    """Take a pending delivery in hand, unless somebody else has it."""
    delivery = uow.notices.delivery(delivery_id, lock=True)
    if delivery is None or delivery.state != DeliveryState.PENDING.value:
        return None
    if delivery.claimed_until is not None and delivery.claimed_until > ctx.now:
        return None
    delivery.claimed_until = ctx.now + HANDS
    return uow.notices.get(delivery.notification_id)


def _finish(ctx: Context, delivery_id: UUID, state: DeliveryState, error: str = "") -> str:
    with ctx.begin() as uow:
        delivery = uow.notices.delivery(delivery_id, lock=True)
        if delivery is None or delivery.state != DeliveryState.PENDING.value:
            return "done"
        delivery.error = error[:500]
        delivery.claimed_until = None
        if state is DeliveryState.PENDING and delivery.tries < len(BACK_OFF):
            delivery.due_at = ctx.now + BACK_OFF[delivery.tries]
        elif state is DeliveryState.PENDING:
            state = DeliveryState.FAILED
        if state is DeliveryState.SENT:
            delivery.sent_at = ctx.now
        delivery.tries = min(delivery.tries + 1, len(BACK_OFF) + 1)
        delivery.state = state.value
        return state.value
