"""Four sweepers at the same moment: everything that is due is done, and each of it once."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from support import rows
from support.house import House
from support.races import at_once, crashes, crowd, seat_crowd, take_guards_away, tally

from mentorship.db.models import AuditRow, LedgerRow, Notification, Pack, SeatRow
from mentorship.domain.credits import Entry
from mentorship.domain.seats import SeatStatus
from mentorship.services.sweeps import sweep

EACH, SWEEPERS = 12, 4


def _make_things_due(house: House) -> None:
    """Seats to warn, seats to release, holds that lapsed, packs that expired and sessions to remind of."""
    mentor = house.mentor(capacity=5 * EACH)
    now = house.clock.now()
    to_warn, to_release, lapsed, expired, soon = (crowd(house, EACH) for _ in range(5))
    packs = seat_crowd(house, mentor, [*expired, *soon])
    with house.deps.database.session() as db:
        for student in to_warn:
            seat = rows.seat(mentor.mentor_id, student.id, SeatStatus.GRACE)
            seat.hold_expires_at, seat.grace_ends_at = None, now + timedelta(hours=11)
            rows.add(db, seat)
        for student in to_release:
            seat = rows.seat(mentor.mentor_id, student.id, SeatStatus.GRACE)
            seat.hold_expires_at = None
            seat.grace_ends_at, seat.warned_at = now - timedelta(hours=1), now - timedelta(hours=13)
            rows.add(db, seat)
        for student in lapsed:
            seat = rows.seat(mentor.mentor_id, student.id, SeatStatus.HELD)
            seat.hold_expires_at = now - timedelta(minutes=1)
            rows.add(db, seat)
        for pack in packs[:EACH]:
            db.get_one(Pack, pack.id).expires_at = now - timedelta(minutes=1)
        for day, pack in enumerate(packs[EACH:]):
            at = now + timedelta(minutes=50 if day == 0 else 60 + 45 * day)
            session = rows.add(db, rows.session(pack, at, timedelta(minutes=40)))
            reserve = rows.ledger(pack.id, Entry.RESERVE)
            reserve.session_id = session.id
            rows.add(db, reserve)


def _race(house: House) -> list[object]:
    _make_things_due(house)
    return list(at_once([partial(sweep, house.system()) for _ in range(SWEEPERS)]))


def test_racing_sweeps_do_everything_once(house: House) -> None:
    outcomes = _race(house)

    assert crashes(outcomes) == []
    done = sum((Counter(o.counts) for o in outcomes), Counter())
    assert done == {
        "holds lapsed": EACH,
        "packs expired": EACH,
        "warnings": EACH,
        "seats released": EACH,
        "session reminders": EACH,
    }
    actions = tally(house, AuditRow, "action")
    assert {a: actions[a] for a in ("seat_warned", "seat_released", "seat_hold_ended", "credit_expire")} == {
        "seat_warned": EACH,
        "seat_released": EACH,
        "seat_hold_ended": EACH,
        "credit_expire": EACH,
    }
    assert actions["seat_in_grace"] == EACH
    assert tally(house, LedgerRow, "entry")["expire"] == EACH
    assert tally(house, Notification, "kind") == {
        "grace_warning": EACH,
        "seat_released": EACH,
        "pack_complete": EACH,
        "session_reminder": 2 * EACH,
    }
    assert tally(house, SeatRow, "status") == {"grace": 2 * EACH, "released": 2 * EACH, "active": EACH}

    assert sweep(house.system()).counts == {}


def test_control_without_guards_sweeps_do_things_twice(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    take_guards_away(house.deps.database, monkeypatch)
    outcomes = _race(house)
    actions = tally(house, AuditRow, "action")
    assert crashes(outcomes) or actions["seat_warned"] + actions["seat_released"] > 2 * EACH
