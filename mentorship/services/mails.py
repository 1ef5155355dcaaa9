"""Mails: each kind of notice as one message, rendered from the state at the time of sending."""

from mentorship.db.models import Notification
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.gateways.ports import Mail
from mentorship.services.context import Context


def render_mail(ctx: Context, uow: UnitOfWork, notification: Notification) -> Mail | None:
    """The message for a notice, or None when nothing is to be said any more."""
    user = uow.people.user(notification.user_id)
    if user is None:
        return None
    subject = notification.kind.replace("_", " ").capitalize()
    return Mail(user.name, user.email, subject, subject, f"<p>{subject}</p>", f"<{notification.id}@mentorship>")
