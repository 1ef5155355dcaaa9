"""Mails: each kind of notice as one message, written from the state at the time of sending."""

from collections.abc import Callable, Mapping
from email.utils import parseaddr

from mentorship.db.models import Notification
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.notices import NoticeKind
from mentorship.domain.text import one_line
from mentorship.gateways.ports import Mail
from mentorship.services.context import Context
from mentorship.services.mails import books, calendars, orders, packs, providers, refunds, sessions, waitlist
from mentorship.services.mails.layout import lay_out
from mentorship.services.mails.letter import Letter, Notice
from mentorship.services.mails.receipts import receipt_letter

LETTERS: Mapping[NoticeKind, Callable[[Notice], Letter | None]] = {
    NoticeKind.PURCHASE: orders.purchase,
    NoticeKind.RECEIPT: receipt_letter,
    NoticeKind.SOLD: orders.sold,
    NoticeKind.PAYMENT_FAILED: orders.payment_failed,
    NoticeKind.REFUND_SOLD_OUT: orders.refund_sold_out,
    NoticeKind.REFUND_DUPLICATE_PAYMENT: orders.refund_duplicate_payment,
    NoticeKind.REFUND_REQUESTED: refunds.refund_requested,
    NoticeKind.REFUND_PROMISED: refunds.refund_promised,
    NoticeKind.REFUND_ARRIVED: refunds.refund_arrived,
    NoticeKind.REFUND_DECLINED: refunds.refund_declined,
    NoticeKind.REFUND_FAILED: refunds.refund_failed,
    NoticeKind.DISPUTE_OPENED: refunds.dispute_opened,
    NoticeKind.DISPUTE_CLOSED: refunds.dispute_closed,
    NoticeKind.PACK_GRANTED: packs.pack_granted,
    NoticeKind.RENEWAL: packs.renewal,
    NoticeKind.PACK_COMPLETE: packs.pack_complete,
    NoticeKind.GRACE_WARNING: packs.grace_warning,
    NoticeKind.SEAT_RELEASED: packs.seat_released,
    NoticeKind.SEAT_OFFERED: waitlist.seat_offered,
    NoticeKind.OFFER_LAPSED: waitlist.offer_lapsed,
    NoticeKind.SESSION_BOOKED: sessions.session_booked,
    NoticeKind.SESSION_MOVED: sessions.session_moved,
    NoticeKind.SESSION_CANCELED: sessions.session_canceled,
    NoticeKind.SESSION_REMINDER: sessions.session_reminder,
    NoticeKind.CREDIT_RETURNED: sessions.credit_returned,
    NoticeKind.CALENDAR_LOST: calendars.calendar_lost,
    NoticeKind.BOOKS_DIFFER: books.books_differ,
    NoticeKind.PROVIDER_LOCKED_OUT: providers.provider_locked_out,
}
"""Who writes the letter of each kind; a kind that is missing here fails when this module is imported."""

if missing := set(NoticeKind) - set(LETTERS):
    raise RuntimeError(f"no letter for {', '.join(sorted(missing))}")


def render_mail(ctx: Context, uow: UnitOfWork, notification: Notification) -> Mail | None:
    """The message for a notice, or None when it is not true any more and nothing is to be said.

    Its Message-ID is the notice's own, so a message that went out twice is recognised as one.
    """
    reader = uow.people.user(notification.user_id)
    if reader is None:
        return None
    notice = Notice(ctx, uow, reader, notification.data, notification.created_at)
    letter = LETTERS[NoticeKind(notification.kind)](notice)
    if letter is None:
        return None
    sender_name, sender_address = parseaddr(ctx.site.mail_from)
    text, html = lay_out(letter, reader_name=reader.name, sender_name=sender_name, home=notice.url("/"))
    return Mail(
        to_name=one_line(reader.name),
        to_address=reader.email,
        subject=one_line(letter.subject),
        text=text,
        html=html,
        message_id=f"<{notification.id}@{sender_address.rpartition('@')[2]}>",
        attachments=letter.attachments,
    )
