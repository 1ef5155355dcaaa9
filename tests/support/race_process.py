"""What one process of a race does; it has nothing but the database's address in common with the others."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import UUID

from support.deliveries import receive_event
from support.fakes import AdjustableClock
from support.house import House, Person, make_house

from mentorship.db.engine import Database
from mentorship.domain.errors import DomainError
from mentorship.domain.settle import ProviderState
from mentorship.schemas.accounts import Me
from mentorship.services.bookings import book_session
from mentorship.services.checkout import start_checkout, verify_checkout
from mentorship.services.sweeps import sweep

THREADS = 6


def buy_and_book(
    url: str, start: threading.Barrier, now: datetime, product: UUID, mentor: UUID, slot: datetime, people: Sequence[Me]
) -> list[str]:
    """Each person buys and, with a pack, books the slot; gives the codes of the refusals, and crashes by name."""
    database = Database(url)
    house = make_house(database, clock=AdjustableClock(now))
    start.wait(60)

    def live(me: Me) -> str:
        try:
            _buy(house, Person(me, ""), product)
            book_session(house.ctx(Person(me, "")), mentor_id=mentor, starts_at=slot)
        except DomainError as refusal:
            return refusal.code
        except Exception as error:
            return f"crash: {error!r}"
        return "booked"

    try:
        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(live, people))
    finally:
        database.close()


def _buy(house: House, student: Person, product: UUID) -> None:
    started = start_checkout(house.ctx(student), product_id=product)
    reference = started.url.rpartition("/")[2]
    house.payments.settle(reference, ProviderState.PAID)
    for _ in range(2):
        payload, signature = house.payments.delivery("checkout.session.completed", reference)
        receive_event(house.ctx(), provider="stripe", payload=payload, headers={"stripe-signature": signature})
    house.hand_out()
    while house.jobs.waiting:
        try:
            job = house.jobs.waiting.pop(0)
        except IndexError:
            break
        house.run(job)
        house.run(job)
    # Another thread or process may be at work on this one's event; the success page asks the provider, too.
    verify_checkout(house.ctx(student), order_id=started.order_id)


def sweep_once(url: str, start: threading.Barrier, now: datetime) -> dict[str, int]:
    """Sweep at the same moment as the other processes; gives how much of each kind was done."""
    database = Database(url)
    house = make_house(database, clock=AdjustableClock(now))
    start.wait(60)
    try:
        return dict(sweep(house.system()).counts)
    finally:
        database.close()
