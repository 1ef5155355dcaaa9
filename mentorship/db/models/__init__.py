"""The tables. Instants are aware UTC, lengths are whole minutes, money is minor units beside its currency.

Checks that one row can answer stand here; those that need other rows (no overlap, capacity, the ledger's sums) are in
``mentorship.db.constraints``.
"""

from mentorship.db.models.accounting import Finding, Receipt
from mentorship.db.models.base import Table
from mentorship.db.models.bookings import AvailabilityOverride, AvailabilityRule, Holiday, Session
from mentorship.db.models.calendars import (
    BusyBlock,
    CalendarChannel,
    CalendarConnection,
    CalendarConsent,
    CalendarEvent,
    MentorCalendar,
)
from mentorship.db.models.house import AuditRow, PolicySetting
from mentorship.db.models.messages import Delivery, DeliveryState, InboxEvent, InboxState, Notification
from mentorship.db.models.money import Dispute, Order, Payment, PaymentAttempt, Refund
from mentorship.db.models.packs import LedgerRow, Pack, SeatRow
from mentorship.db.models.people import CalendarFeed, Identity, Mentor, Product, SignIn, User
from mentorship.db.models.prices import Promotion
from mentorship.db.models.waitlist import WaitlistEntry

__all__ = [
    "AuditRow",
    "AvailabilityOverride",
    "AvailabilityRule",
    "BusyBlock",
    "CalendarChannel",
    "CalendarConnection",
    "CalendarConsent",
    "CalendarEvent",
    "CalendarFeed",
    "Delivery",
    "DeliveryState",
    "Dispute",
    "Finding",
    "Holiday",
    "Identity",
    "InboxEvent",
    "InboxState",
    "LedgerRow",
    "Mentor",
    "MentorCalendar",
    "Notification",
    "Order",
    "Pack",
    "Payment",
    "PaymentAttempt",
    "PolicySetting",
    "Product",
    "Promotion",
    "Receipt",
    "Refund",
    "SeatRow",
    "Session",
    "SignIn",
    "Table",
    "User",
    "WaitlistEntry",
]
