"""People, orders and packs by the thousand, with ids that a counter gives: so a bare script can name them too."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from support.fakes import MONDAY

from mentorship.db.engine import Database
from mentorship.db.models import (
    AvailabilityRule,
    LedgerRow,
    Mentor,
    Order,
    Pack,
    PaymentAttempt,
    Product,
    SeatRow,
    Table,
    User,
)
from mentorship.db.types import new_id
from mentorship.domain.money import Money
from mentorship.domain.settle import ProviderFacts, ProviderState

FIRST_MENTOR = 900_000_000_000
FIRST_PERSON = 100_000_000_000
PRICE = Money(48_000, "EUR")

MENTOR_USER, MENTOR, PRODUCT, STUDENT, ORDER, ATTEMPT, SEAT, PACK = range(1, 9)
NEW = 16
"""Kinds from here on are for rows that the measured work itself makes."""


def an_id(kind: int, number: int) -> UUID:
    """The id of the nth row of a kind."""
    return UUID(f"{kind:08x}-0000-7000-8000-{number:012d}")


def add(database: Database, table: type[Table], rows: Iterable[dict[str, Any]]) -> None:
    """Insert many rows at once."""
    listed = list(rows)
    with database.session() as session:
        for start in range(0, len(listed), 5000):
            session.execute(insert(table), listed[start : start + 5000])


def add_mentors(database: Database, numbers: Sequence[int], capacity: int, **more: Any) -> None:
    """Listed mentors with a product each, at work at all hours."""
    add(database, User, (_user(an_id(MENTOR_USER, m), "mentor") for m in numbers))
    mentor = {
        "headline": "",
        "about": "",
        "portrait": "/p.svg",
        "time_zone": "Europe/Berlin",
        "max_active_students": capacity,
        "created_at": MONDAY,
        **more,
    }
    add(
        database,
        Mentor,
        (
            {
                "id": an_id(MENTOR, m),
                "user_id": an_id(MENTOR_USER, m),
                "slug": f"mentor-{m}",
                "name": f"M {m}",
                **mentor,
            }
            for m in numbers
        ),
    )
    add(
        database,
        Product,
        (
            {
                "id": an_id(PRODUCT, m),
                "mentor_id": an_id(MENTOR, m),
                "name": "Four sessions",
                "sessions": 4,
                "session_minutes": 60,
                "validity_days": 90,
                "price_minor": PRICE.minor,
                "currency": PRICE.currency,
                "created_at": MONDAY,
            }
            for m in numbers
        ),
    )
    add(
        database,
        AvailabilityRule,
        (
            {"id": new_id(), "mentor_id": an_id(MENTOR, m), "weekday": day, "start_minute": 0, "end_minute": 1440}
            for m in numbers
            for day in range(7)
        ),
    )


def _user(user_id: UUID, role: str) -> dict[str, Any]:
    return {
        "id": user_id,
        "email": f"{user_id}@example.com",
        "name": "Somebody",
        "role": role,
        "time_zone": "UTC",
        "created_at": MONDAY,
    }


def add_students(database: Database, numbers: Sequence[int]) -> None:
    """Students, and nothing that is theirs."""
    add(database, User, (_user(an_id(STUDENT, n), "student") for n in numbers))


def add_checkouts(database: Database, numbers: Sequence[int], mentors: Sequence[int]) -> None:
    """Students who have an open checkout each, with mentors in turn; the holds of their seats have lapsed."""
    add_students(database, numbers)
    pairs = [(n, mentors[n % len(mentors)]) for n in numbers]
    add(
        database,
        Order,
        (
            {
                "id": an_id(ORDER, n),
                "student_id": an_id(STUDENT, n),
                "mentor_id": an_id(MENTOR, m),
                "product_id": an_id(PRODUCT, m),
                "product_name": "Four sessions",
                "sessions": 4,
                "session_minutes": 60,
                "validity_days": 90,
                "amount_minor": PRICE.minor,
                "original_minor": PRICE.minor,
                "currency": PRICE.currency,
                "created_at": MONDAY,
                "hold_expires_at": MONDAY,
            }
            for n, m in pairs
        ),
    )
    add(
        database,
        PaymentAttempt,
        (
            {
                "id": an_id(ATTEMPT, n),
                "order_id": an_id(ORDER, n),
                "provider": "stripe",
                "provider_ref": f"cs_{n}",
                "hosted_url": "https://checkout.example/",
                "status": "open",
                "created_at": MONDAY,
                "expires_at": MONDAY + timedelta(minutes=31),
                "next_check_at": MONDAY + timedelta(minutes=2),
            }
            for n in numbers
        ),
    )
    add(database, SeatRow, (_seat(n, m, "held") for n, m in pairs))


def _seat(n: int, m: int, status: str) -> dict[str, Any]:
    return {
        "id": an_id(SEAT, n),
        "mentor_id": an_id(MENTOR, m),
        "student_id": an_id(STUDENT, n),
        "status": status,
        "hold_expires_at": MONDAY if status == "held" else None,
        "changed_at": MONDAY,
    }


def paid(number: int) -> ProviderFacts:
    """What the provider says about the nth checkout once it is paid."""
    return ProviderFacts(f"cs_{number}", ProviderState.PAID, PRICE, False, f"pi_{number}")


def add_holdings(database: Database, numbers: Sequence[int], mentors: Sequence[int], sessions: int) -> None:
    """Students with an active seat and a pack of so many sessions each, with mentors in turn."""
    add_students(database, numbers)
    pairs = [(n, mentors[n % len(mentors)]) for n in numbers]
    add(database, SeatRow, (_seat(n, m, "active") for n, m in pairs))
    add(
        database,
        Pack,
        (
            {
                "id": an_id(PACK, n),
                "student_id": an_id(STUDENT, n),
                "mentor_id": an_id(MENTOR, m),
                "name": "Sessions",
                "session_minutes": 60,
                "created_at": MONDAY,
            }
            for n, m in pairs
        ),
    )
    add(
        database,
        LedgerRow,
        (
            {
                "id": new_id(),
                "pack_id": an_id(PACK, n),
                "entry": "grant",
                "credits": sessions,
                "key": f"grant:{n}",
                "at": MONDAY,
            }
            for n in numbers
        ),
    )
