"""What a refund or a dispute does to a pack: freezing its credits, giving them back, taking them with all it holds."""

from datetime import datetime
from uuid import UUID

from mentorship.db.models import Order, Pack
from mentorship.db.packs import balance, seat_state
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.booking import SessionStatus
from mentorship.domain.credits import Entry
from mentorship.domain.notices import NoticeKind
from mentorship.domain.orders import OrderStatus
from mentorship.domain.seats import SeatStatus
from mentorship.services.bookings import close, tell_both
from mentorship.services.context import Context
from mentorship.services.notifications import notify
from mentorship.services.packs import move_credit
from mentorship.services.record import record
from mentorship.services.seats import change_seat, require_mentor

PACK_REFUNDED = "The pack was refunded"


def freeze_credits(ctx: Context, uow: UnitOfWork, pack: Pack, credits: int, cause: UUID | str, reason: str) -> None:
    """Keep credits from being booked until a refund or a dispute, the cause, is decided."""
    if credits:
        move_credit(ctx, uow, pack.id, Entry.FREEZE, f"freeze:{cause}", credits=credits, reason=reason)


def thaw_credits(
    ctx: Context, uow: UnitOfWork, pack: Pack, credits: int, cause: UUID | str, reason: str
) -> datetime | None:
    """Make the credits that a cause has frozen available again; says since when they were, None if there were none."""
    frozen_at = uow.packs.entered_at(f"freeze:{cause}")
    if frozen_at is None or uow.packs.entered_at(f"thaw:{cause}") is not None:
        return None
    move_credit(ctx, uow, pack.id, Entry.THAW, f"thaw:{cause}", credits=credits, reason=reason)
    return frozen_at


def give_back(
    ctx: Context, uow: UnitOfWork, pack: Pack, credits: int, cause: UUID | str, reason: str, *, extends: bool
) -> None:
    """Thaw credits for their student; if it ``extends`` the pack, that lasts longer by the time they were frozen.

    Nothing comes back to a pack whose whole payment has gone back meanwhile.
    """
    since = thaw_credits(ctx, uow, pack, credits, cause, reason)
    if since is None:
        return
    order = uow.orders.get(pack.order_id) if pack.order_id else None
    if order is not None and order.status == OrderStatus.REFUNDED.value:
        take_credits(ctx, uow, pack, credits, f"refund:{cause}")
    elif extends and pack.expires_at is not None:
        before, pack.expires_at = pack.expires_at, pack.expires_at + (ctx.now - since)
        record(
            ctx,
            uow,
            "pack_extended",
            ("pack", pack.id),
            before={"expires_at": before.isoformat()},
            after={"expires_at": pack.expires_at.isoformat()},
        )


def take_credits(ctx: Context, uow: UnitOfWork, pack: Pack, credits: int, key: str) -> None:
    """Take available credits out of a pack for good: their money has gone back."""
    if credits:
        move_credit(ctx, uow, pack.id, Entry.REFUND, key, credits=credits, reason=PACK_REFUNDED)


def cancel_upcoming(ctx: Context, uow: UnitOfWork, pack: Pack) -> None:
    """Cancel the pack's sessions that have not begun; both parties are told, and each credit is available again."""
    mentor = require_mentor(uow, pack.mentor_id)
    for session in uow.bookings.upcoming_of_pack(pack.id, ctx.now):
        uow.bookings.claim(session)
        if session.status != SessionStatus.SCHEDULED.value:
            continue
        close(ctx, uow, session, SessionStatus.CANCELED, PACK_REFUNDED)
        key = f"return:{session.id}"
        move_credit(ctx, uow, pack.id, Entry.RETURN, key, session_id=session.id, reason=PACK_REFUNDED)
        tell_both(ctx, uow, session, mentor, NoticeKind.SESSION_CANCELED)


def give_up_seat(ctx: Context, uow: UnitOfWork, order: Order, cause: UUID, *, kept_for_pack: bool) -> None:
    """Release the seat of an order whose money has gone back, unless another pack of the pair has open credits.

    ``cause`` is the refund; ``kept_for_pack`` says whether what is still open in the order's own pack keeps the seat.
    """
    packs = uow.packs.of_pair(order.mentor_id, order.student_id)
    if any(balance(p).open for p in packs if kept_for_pack or p.order_id != order.id):
        return
    seat = seat_state(uow.seats.get(order.mentor_id, order.student_id))
    if seat.status not in (SeatStatus.ACTIVE, SeatStatus.GRACE):
        return
    after = seat.given_up(ctx.now)
    if after.status is SeatStatus.HELD:
        change_seat(ctx, uow, order.mentor_id, order.student_id, after, "seat_held")
        return
    reason = "Your pack was refunded in full."
    change_seat(ctx, uow, order.mentor_id, order.student_id, after, "seat_released", reason)
    data = {"mentor_id": str(order.mentor_id), "reason": reason}
    notify(ctx, uow, order.student_id, NoticeKind.SEAT_RELEASED, cause, data)
