"""The same races between processes, which share nothing but the database."""

from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from support.house import House
from support.processes import CONTEXT
from support.race_process import buy_and_book
from support.races import crowd, everything, ledger_of, tally

from mentorship.db.models import Payment, SeatRow, Session
from mentorship.domain.credits import Entry
from mentorship.services.availability import list_slots

PROCESSES, PEOPLE, SEATS = 4, 60, 5


def test_four_processes_sell_five_seats_and_one_slot(house: House) -> None:
    mentor = house.mentor(capacity=SEATS)
    people = [person.me for person in crowd(house, PEOPLE)]
    slot = list_slots(house.ctx(), mentor_id=mentor.mentor_id).slots[0].starts_at
    url, now = house.deps.database.url, house.clock.now()

    with CONTEXT.Manager() as manager, ProcessPoolExecutor(PROCESSES, mp_context=CONTEXT) as pool:
        start = manager.Barrier(PROCESSES)
        works = [
            pool.submit(buy_and_book, url, start, now, mentor.product_id, mentor.mentor_id, slot, people[k::PROCESSES])
            for k in range(PROCESSES)
        ]
        outcomes = Counter(outcome for work in works for outcome in work.result(timeout=120))

    assert outcomes == {"sold_out": PEOPLE - SEATS, "taken": SEATS - 1, "booked": 1}
    assert tally(house, SeatRow, "status") == {"active": SEATS}
    assert ledger_of(house, Entry.GRANT) == len(everything(house, Payment)) == SEATS
    assert ledger_of(house, Entry.RESERVE) == len(everything(house, Session)) == 1
