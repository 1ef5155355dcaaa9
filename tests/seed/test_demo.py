"""The demo: filled through the use cases, and as often as one likes."""

from support.house import make_house

from mentorship.db.engine import Database
from mentorship.seed.demo import seed_demo
from mentorship.services.instructors import list_mentors
from mentorship.services.waitlist import mentor_waitlist


def test_two_people_wait_for_the_mentor_who_is_sold_out_however_often_it_is_seeded(database: Database) -> None:
    house = make_house(database)

    def line() -> list[tuple[str, str, int]]:
        waited_for = [m for m in list_mentors(house.ctx()) if m.seats.waiting]
        return [
            (mentor.slug, waiting.student_name, waiting.place)
            for mentor in waited_for
            for waiting in mentor_waitlist(house.system(), mentor_id=mentor.id)
        ]

    assert seed_demo(house.deps)
    seeded = line()
    assert seeded == [("priya-nair", "Hanna Weber", 1), ("priya-nair", "Diego Ramos", 2)]
    assert seed_demo(house.deps) == []
    assert line() == seeded
